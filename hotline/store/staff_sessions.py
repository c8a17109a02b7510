"""Where people are signed in: one row for each browser, its tokens hashed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, case, insert, or_, select, update

from hotline.domain.language import Language
from hotline.domain.person import Role
from hotline.store.tables import person, staff_session

EndedWhy = Literal["own", "idle", "age", "reuse", "recovery", "password", "left"]

_OWN: Final = staff_session.c


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A session that has not ended, and whose it is."""

    id: int
    person_id: int
    name: str
    roles: frozenset[Role]
    language: Language
    has_left: bool
    token_hash: str
    next_hash: str | None
    next_at: datetime | None
    old_hash: str | None
    old_until: datetime | None
    csrf: str
    device: str
    created_at: datetime
    rotated_at: datetime
    seen_at: datetime
    stepped_up_at: datetime | None


def begin(
    db: Connection,
    person_id: int,
    token_hash: str,
    csrf: str,
    device: str,
    now: datetime,
    proven_at: datetime,
) -> int:
    """A new session, of which `proven_at` is when its owner showed that it is them. Returns its id."""
    values = {"token_hash": token_hash, "csrf": csrf, "device": device, "stepped_up_at": proven_at}
    statement = insert(staff_session).values(
        person_id=person_id, created_at=now, rotated_at=now, seen_at=now, **values
    )
    return int(db.execute(statement.returning(_OWN.id)).scalar_one())


def find(db: Connection, token_hash: str, for_update: bool = False) -> StaffSession | None:
    """The session that knows this token: its own, the next, or the one before."""
    which = or_(_OWN.token_hash == token_hash, _OWN.next_hash == token_hash, _OWN.old_hash == token_hash)
    statement = _selected().where(which, _OWN.ended_at.is_(None))
    row = db.execute(statement.with_for_update(of=staff_session) if for_update else statement).first()
    return _session(row) if row else None


def of_person(db: Connection, person_id: int) -> Sequence[StaffSession]:
    """Somebody's that have not ended, the one seen last first."""
    statement = _selected().where(_OWN.person_id == person_id, _OWN.ended_at.is_(None))
    return [_session(row) for row in db.execute(statement.order_by(_OWN.seen_at.desc(), _OWN.id.desc()))]


def with_ids(db: Connection, session_ids: Collection[int]) -> Sequence[StaffSession]:
    """Of these, those that have not ended."""
    rows = db.execute(_selected().where(_OWN.id.in_(session_ids), _OWN.ended_at.is_(None)))
    return [_session(row) for row in rows]


def seen(db: Connection, session_id: int, now: datetime) -> None:
    db.execute(update(staff_session).where(_OWN.id == session_id).values(seen_at=now))


def offer(db: Connection, session_id: int, next_hash: str, now: datetime) -> None:
    """Another token may take the place of this one, once it is seen.

    One that was given out before and not seen is old from now on: whoever shows it later shows that two
    people have this session.
    """
    is_again = _OWN.next_hash.is_not(None)
    values = {
        "next_hash": next_hash,
        "next_at": now,
        "seen_at": now,
        "old_hash": case((is_again, _OWN.next_hash), else_=_OWN.old_hash),
        "old_until": case((is_again, now), else_=_OWN.old_until),
    }
    db.execute(update(staff_session).where(_OWN.id == session_id).values(**values))


def turn(
    db: Connection, session_id: int, token_hash: str, old_hash: str, old_until: datetime, now: datetime
) -> None:
    """Another token takes the place of the one that is from now on the old one."""
    db.execute(
        update(staff_session)
        .where(_OWN.id == session_id)
        .values(
            token_hash=token_hash,
            next_hash=None,
            next_at=None,
            old_hash=old_hash,
            old_until=old_until,
            rotated_at=now,
            seen_at=now,
        )
    )


def step_up(db: Connection, session_id: int, now: datetime) -> None:
    db.execute(update(staff_session).where(_OWN.id == session_id).values(stepped_up_at=now))


def end(db: Connection, session_id: int, why: EndedWhy, now: datetime, person_id: int | None = None) -> bool:
    """End one; False when it is over already, or not of the person who is given."""
    which = (_OWN.id == session_id) & _OWN.ended_at.is_(None)
    if person_id is not None:
        which &= _OWN.person_id == person_id
    return db.execute(update(staff_session).where(which).values(ended_at=now, ended_why=why)).rowcount == 1


def end_all(db: Connection, person_id: int, why: EndedWhy, now: datetime, but: int | None = None) -> int:
    """End everything of one person, except one session where given. Returns how many."""
    which = (_OWN.person_id == person_id) & _OWN.ended_at.is_(None)
    if but is not None:
        which &= _OWN.id != but
    return db.execute(update(staff_session).where(which).values(ended_at=now, ended_why=why)).rowcount


def _selected() -> Select[Any]:
    return select(staff_session, person.c.name, person.c.roles, person.c.language, person.c.left_at).join(
        person, person.c.id == _OWN.person_id
    )


def _session(row: Row[Any]) -> StaffSession:
    return StaffSession(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        roles=frozenset(row.roles),
        language=row.language,
        has_left=row.left_at is not None,
        token_hash=row.token_hash,
        next_hash=row.next_hash,
        next_at=row.next_at,
        old_hash=row.old_hash,
        old_until=row.old_until,
        csrf=row.csrf,
        device=row.device,
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        seen_at=row.seen_at,
        stepped_up_at=row.stepped_up_at,
    )
