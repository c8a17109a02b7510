"""Take one turn: the same for a text and for a call, once for ever for each thing that arrived."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline.domain.code import new_code
from hotline.domain.person import Person
from hotline.domain.sms import measure, measure_unkept
from hotline.flow.effect import RememberLanguage
from hotline.flow.engine import advance
from hotline.flow.inbound import Inbound
from hotline.flow.input import DialEnded, HungUp, Text
from hotline.flow.library import Library
from hotline.flow.reply import Connect, Reply
from hotline.flow.session import Session, Turn
from hotline.operations.circumstances import facts_of, occasion_of, session_of, within_cap
from hotline.operations.effects import Wake, apply
from hotline.operations.flow_counts import Move
from hotline.operations.line import Line
from hotline.operations.rendering import Mouth, Rendered
from hotline.operations.ringing import is_anyone_left, legs_for
from hotline.operations.site_texts import answer_contact, may_name_site, named_site
from hotline.operations.staff import staff_answer
from hotline.operations.staff_answer import StaffAnswer
from hotline.store import contacts, deletions, health, legs, messages, turns
from hotline.store.database import Contended, DatabaseAway, transaction
from hotline.store.quick import DriverConnection, driver_of
from hotline.store.turns import Standing, Words, Written

TRIES: Final = 8  # a contact who sends many texts at once: each try waits for the one before
A_DAY: Final = timedelta(days=1)
SETTLED: Final = timedelta(hours=1)  # the carrier deletes nothing that is in motion


class TooBusy(Exception):
    """One contact's turns got in each other's way too often."""


def take_turn(line: Line, inbound: Inbound, mouth: Mouth, now: datetime) -> str:
    """Answer what arrived; a retry gets the stored answer and changes nothing.

    Raises hotline.store.database.DatabaseAway, hotline.flow.library.TextMissing and TooBusy; nothing is
    stored then, and whoever calls says the rights essentials instead.
    """
    if inbound.channel == "sms" and inbound.contact is None:
        return mouth.render((), 0, inbound.n).document  # a short code, a word: a machine, nobody to answer
    answer = _once_more_when_away(_try, line, inbound, mouth, now)
    for _ in range(TRIES):
        if answer is not None:
            return answer
        answer = _once_more_when_away(_try_more, line, inbound, mouth, now)
    raise TooBusy


def _once_more_when_away(
    attempt: Callable[[Line, Inbound, Mouth, datetime], str | None],
    line: Line,
    inbound: Inbound,
    mouth: Mouth,
    now: datetime,
) -> str | None:
    """After the database was started again every connection at hand is dead, and an opt-out must not be
    lost to that: whatever was begun is undone, so it may be begun again."""
    try:
        return attempt(line, inbound, mouth, now)
    except DatabaseAway:
        return attempt(line, inbound, mouth, now)


def _try(line: Line, inbound: Inbound, mouth: Mouth, now: datetime) -> str | None:
    """The quick way, without a lock; None when the contact moved meanwhile."""
    library = line.library()
    with line.quick.connection() as db:
        standing = _read(line, db, inbound, now)
        if standing.answer is not None:
            return standing.answer
        if not _takes_more(line, inbound):
            facts = facts_of(line, library, standing, inbound, now)
            turn = advance(line.flow, library, session_of(standing, inbound), inbound.input, facts)
            session, replies = within_cap(line, turn, now)
            if standing.session_id is not None and not _needs_more(standing, turn, replies):
                rendered = mouth.render(replies, standing.block, inbound.n)
                written = _write(line, db, standing, session, inbound, rendered, now)
                if written == "answered":
                    return turns.stored_answer(db, line.keyring, inbound.sid, inbound.n)
                return rendered.document if written == "written" else None
    return _try_more(line, inbound, mouth, now)


def _try_more(line: Line, inbound: Inbound, mouth: Mouth, now: datetime) -> str | None:
    """A turn that does more than speak, or whose contact sends many at once: everything in one
    transaction, with the session locked. None when another transaction got in the way."""
    library = line.library()
    try:
        with transaction(line.database) as db:
            standing = _locked(line, db, inbound, now)
            if standing.answer is not None:
                return standing.answer
            answer, wakes, written = _take(line, db, library, standing, inbound, mouth, now)
            if written != "written":
                db.rollback()
                return None
    except (IntegrityError, Contended):  # two drew one code, made one contact, or waited for each other
        return None
    for job, identifier in wakes:
        line.queue.wake(job, identifier)
    return answer


def _take(
    line: Line,
    db: Connection,
    library: Library,
    standing: Standing,
    inbound: Inbound,
    mouth: Mouth,
    now: datetime,
) -> tuple[str, list[Wake], Written]:
    staff = _staff(line, db, library, inbound, now) or answer_contact(line, db, library, inbound, now)
    if staff and staff.is_secret:
        inbound = _forget_secret(line, db, inbound, now)
    turn = (
        Turn(session_of(standing, inbound), staff.replies)
        if staff
        else _advance(line, db, library, standing, inbound, now)
    )
    if standing.had_failures and inbound.contact:
        health.recovered(db, line.keyring.lookups(inbound.contact))  # heard from: the number works
    session, replies = within_cap(line, turn, now)
    occasion = occasion_of(line, standing, turn, inbound, now)
    applied = apply(line, db, library, occasion, turn.effects)
    rendered = mouth.render(_with_legs(line, db, inbound, replies, now), standing.block, inbound.n)
    wakes = [*(staff.wakes if staff else ()), *applied.wakes]
    if applied.was_erased:
        turns.write_answer(db, line.keyring, standing.block, inbound.sid, inbound.n, rendered.document, now)
        return rendered.document, wakes, "written"
    written = _write(line, driver_of(db), standing, session, inbound, rendered, now)
    return rendered.document, wakes, written


def _read(line: Line, db: DriverConnection, inbound: Inbound, now: datetime) -> Standing:
    hashes = line.keyring.lookups(inbound.contact) if inbound.contact else []
    if inbound.channel == "sms":
        return turns.read_text(db, line.keyring, inbound.sid, hashes, now)
    return turns.read_call(db, line.keyring, inbound.sid, inbound.n, hashes, now)


def _locked(line: Line, db: Connection, inbound: Inbound, now: datetime) -> Standing:
    """See to it that contact and session exist, lock the session, and read where they stand."""
    contact_id = contacts.add(db, line.keyring, inbound.contact, now) if inbound.contact else None
    call_sid = inbound.sid if inbound.channel == "voice" else None
    session_id, version = turns.lock(db, contact_id, call_sid, now)
    standing = _read(line, driver_of(db), inbound, now)
    return replace(standing, contact_id=contact_id, session_id=session_id, version=version)


def _advance(
    line: Line, db: Connection, library: Library, standing: Standing, inbound: Inbound, now: datetime
) -> Turn:
    event = inbound.input
    if isinstance(event, HungUp) and legs.was_accepted(db, inbound.sid):
        event = DialEnded(was_bridged=True)
    if isinstance(event, DialEnded) and event.was_bridged:
        event = DialEnded(legs.was_accepted(db, inbound.sid))  # a box that picked up pressed no 1
    facts = replace(
        facts_of(line, library, standing, inbound, now),
        code=new_code(line.pick),
        site=named_site(line, db, inbound),
    )
    if isinstance(event, DialEnded) and not event.was_bridged:
        facts = replace(facts, is_anyone_left=is_anyone_left(line, db, inbound))
    return advance(line.flow, library, session_of(standing, inbound), event, facts)


def _takes_more(line: Line, inbound: Inbound) -> bool:
    """Must more be looked up than the quick way does?"""
    is_ended_call = isinstance(inbound.input, HungUp | DialEnded)
    return is_ended_call or _staff_person(line, inbound) is not None or may_name_site(inbound)


def _staff_person(line: Line, inbound: Inbound) -> Person | None:
    """Whoever of the network texts; their texts may be commands, which take more than the quick way."""
    is_text = isinstance(inbound.input, Text) and inbound.contact is not None
    return line.people().person_with(inbound.contact) if is_text and inbound.contact else None


def _staff(
    line: Line, db: Connection, library: Library, inbound: Inbound, now: datetime
) -> StaffAnswer | None:
    person = _staff_person(line, inbound)
    if person is None or not isinstance(inbound.input, Text):
        return None
    return staff_answer(line, db, library, person, inbound.input.body, now, inbound.input.media)


def _forget_secret(line: Line, db: Connection, inbound: Inbound, now: datetime) -> Inbound:
    """A PIN is kept neither here nor at the carrier."""
    deletions.ask(db, line.keyring, "message", [inbound.sid], now + SETTLED)
    return replace(inbound, input=Text("······"))


def _needs_more(standing: Standing, turn: Turn, replies: Sequence[Reply]) -> bool:
    """Does the turn do more than speak? (The language is kept with the session.)"""
    return (
        standing.had_failures
        or any(not isinstance(effect, RememberLanguage) for effect in turn.effects)
        or any(isinstance(reply, Connect) for reply in replies)
    )


def _with_legs(
    line: Line, db: Connection, inbound: Inbound, replies: Sequence[Reply], now: datetime
) -> tuple[Reply, ...]:
    return tuple(
        replace(reply, legs=legs_for(line, db, inbound, reply, now)) if isinstance(reply, Connect) else reply
        for reply in replies
    )


def _write(
    line: Line,
    db: DriverConnection,
    standing: Standing,
    session: Session,
    inbound: Inbound,
    rendered: Rendered,
    now: datetime,
) -> Written:
    expires_at = now + timedelta(hours=line.limits.session_hours)
    words = _words(line, standing, inbound, rendered.wordings)
    answer = rendered.document
    written = turns.write(
        db,
        line.keyring,
        standing,
        session,
        expires_at,
        answer,
        words,
        inbound.sid,
        inbound.n,
        now,
        now - A_DAY,
    )
    if written == "written":
        line.counts.note(_move(line, standing, session, inbound, now))
    return written


def _move(line: Line, standing: Standing, session: Session, inbound: Inbound, now: datetime) -> Move:
    """The turn as it is counted; a call that is over stands nowhere."""
    lasts = timedelta(hours=line.limits.session_hours)
    is_over = isinstance(inbound.input, HungUp)
    return Move(
        inbound.channel,
        inbound.channel == "voice" and inbound.n == 0,
        session.language,
        standing.session.node if standing.session else None,
        standing.expires_at - lasts if standing.expires_at else now,
        None if is_over else session.node,
        now,
    )


def _words(line: Line, standing: Standing, inbound: Inbound, wordings: Sequence[str]) -> Words | None:
    event = inbound.input
    if not isinstance(event, Text):
        return None
    sizes = [measure_unkept(event.body).segments, *(measure(wording).segments for wording in wordings)]
    return messages.words_of(line.keyring, standing.block, event.body, event.media, sizes)
