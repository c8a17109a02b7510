"""Sessions of people in the console: begun, seen, turned, proven anew, ended.

The token changes at sign-in, at each proof that it is still them, and every quarter of an hour. A new token
takes effect when the browser shows it, so that an answer lost on its way signs nobody out; whoever shows the
old one later than requests on their way can take has a copy, and the session is ended for both.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.permission import Permission, permissions_of
from hotline.domain.visitor import Visitor
from hotline.operations.line import Line
from hotline.operations.tokens import hash_of, new_token
from hotline.store import audit, staff_sessions
from hotline.store.database import transaction
from hotline.store.staff_sessions import EndedWhy, StaffSession

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
TURN_EVERY: Final = timedelta(minutes=15)
GRACE: Final = timedelta(seconds=60)  # for requests that were on their way with the token before
SEEN_EVERY: Final = timedelta(seconds=30)
PROVEN_FOR: Final = timedelta(minutes=5)
DEVICE_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Visited:
    """Who came; `new_token` is to take the place of the one they showed."""

    visitor: Visitor
    new_token: str | None = None


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One of somebody's sessions, as they see it themselves."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def begin(db: Connection, person_id: int, device: str, now: datetime) -> str:
    """A new session of somebody who has just shown that it is them. Returns its token."""
    token = new_token()
    staff_sessions.begin(db, person_id, hash_of(token), new_token(), device[:DEVICE_LONGEST], now, now)
    return token


def visit(line: Line, token: str, now: datetime) -> Visited | None:
    """Whose session this is; None when it is nobody's, or over. Raises DatabaseAway."""
    shown = hash_of(token)
    with transaction(line.database) as db:
        found = staff_sessions.find(db, shown)
        if found is None or not _needs_writing(found, shown, now):
            return Visited(_visitor(found, shown)) if found else None
    with transaction(line.database) as db:
        found = staff_sessions.find(db, shown, for_update=True)
        return _advance(db, found, shown, now) if found else None


def standing(line: Line, session_ids: Collection[int], now: datetime) -> Mapping[int, frozenset[Permission]]:
    """Of these sessions, those that are not over, and what each may do now. Raises DatabaseAway."""
    with transaction(line.database) as db:
        found = staff_sessions.with_ids(db, session_ids)
    return {one.id: permissions_of(one.roles) for one in found if _over(one, now) is None}


def csrf_matches(visitor: Visitor, sent: str) -> bool:
    """Does a form carry the secret of this session?"""
    return hmac.compare_digest(visitor.csrf.encode(), sent.encode())


def has_stepped_up(visitor: Visitor, now: datetime) -> bool:
    """Did they show within the last minutes that it is them?"""
    at = visitor.stepped_up_at
    return at is not None and timedelta(0) <= now - at < PROVEN_FOR


def prove(db: Connection, visitor: Visitor, now: datetime) -> str | None:
    """They have shown anew that it is them: returns the session's new token; None when it is over."""
    token = turn_token(db, visitor, now)
    if token is not None:
        staff_sessions.step_up(db, visitor.session_id, now)
    return token


def turn_token(db: Connection, visitor: Visitor, now: datetime) -> str | None:
    """A new token for the session; None when it is over."""
    found = _own(db, visitor)
    if found is None:
        return None
    token = new_token()
    staff_sessions.turn(db, found.id, hash_of(token), found.token_hash, now + GRACE, now)
    return token


def own_sessions(line: Line, visitor: Visitor, now: datetime) -> Sequence[OwnSession]:
    """Where they are signed in, the newest use first."""
    with transaction(line.database) as db:
        return [
            OwnSession(one.id, one.device, one.created_at, one.seen_at, one.id == visitor.session_id)
            for one in staff_sessions.of_person(db, visitor.person_id)
            if _over(one, now) is None
        ]


def sign_out(line: Line, visitor: Visitor, now: datetime) -> None:
    """End this session."""
    end_own(line, visitor, visitor.session_id, now)


def end_own(line: Line, visitor: Visitor, session_id: int, now: datetime) -> bool:
    """End one of one's own sessions; False when it is another's, or over already."""
    with transaction(line.database) as db:
        done = staff_sessions.end(db, session_id, "own", now, visitor.person_id)
        if done:
            audit.record(db, visitor.name, "account.sign_out", f"session {session_id}", now)
    return done


def end_others(line: Line, visitor: Visitor, now: datetime) -> int:
    """End all of one's sessions but this one. Returns how many."""
    with transaction(line.database) as db:
        count = staff_sessions.end_all(db, visitor.person_id, "own", now, but=visitor.session_id)
        if count:
            audit.record(db, visitor.name, "account.sign_out", "other sessions", now, {"count": count})
    return count


def _own(db: Connection, visitor: Visitor) -> StaffSession | None:
    mine = staff_sessions.of_person(db, visitor.person_id)
    return next((one for one in mine if one.id == visitor.session_id), None)


def _visitor(of: StaffSession, shown: str) -> Visitor:
    """An old token on its way proves less than the one that took its place."""
    is_current = shown != of.old_hash
    return Visitor(
        person_id=of.person_id,
        name=of.name,
        roles=of.roles,
        permissions=permissions_of(of.roles),
        language=of.language,
        session_id=of.id,
        csrf=of.csrf,
        stepped_up_at=of.stepped_up_at if is_current else None,
    )


def _needs_writing(of: StaffSession, shown: str, now: datetime) -> bool:
    """Most visits only look."""
    return (
        _over(of, now) is not None
        or shown == of.next_hash
        or _is_copy(of, shown, now)
        or _may_turn(of, shown, now)
        or now - of.seen_at >= SEEN_EVERY
    )


def _advance(db: Connection, of: StaffSession, shown: str, now: datetime) -> Visited | None:
    why = _over(of, now)
    if why is None and _is_copy(of, shown, now):
        why = "reuse"
    if why is not None:
        _end(db, of, why, now)
        return None
    if shown == of.next_hash:
        staff_sessions.turn(db, of.id, shown, of.token_hash, now + GRACE, now)
    elif _may_turn(of, shown, now):
        token = new_token()
        staff_sessions.offer(db, of.id, hash_of(token), now)
        return Visited(_visitor(of, shown), token)
    else:
        staff_sessions.seen(db, of.id, now)
    return Visited(_visitor(of, shown))


def _over(of: StaffSession, now: datetime) -> EndedWhy | None:
    if of.has_left:
        return "left"
    if now - of.created_at >= LONGEST:
        return "age"
    return "idle" if now - of.seen_at >= IDLE else None


def _is_copy(of: StaffSession, shown: str, now: datetime) -> bool:
    return shown == of.old_hash and (of.old_until is None or now > of.old_until)


def _may_turn(of: StaffSession, shown: str, now: datetime) -> bool:
    """It is time, and none was given out just now to a request beside this one."""
    is_due = shown == of.token_hash and now - of.rotated_at >= TURN_EVERY
    return is_due and (of.next_at is None or now - of.next_at >= GRACE)


def _end(db: Connection, of: StaffSession, why: EndedWhy, now: datetime) -> None:
    staff_sessions.end(db, of.id, why, now)
    if why == "reuse":
        audit.record(db, "system", "account.token_reused", f"person {of.person_id}", now, {"session": of.id})
