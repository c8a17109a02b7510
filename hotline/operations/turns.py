"""Take one turn: the same for a text and for a call, once for ever for each thing that arrived."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline.domain.code import new_code
from hotline.domain.sms import measure
from hotline.flow.effect import OptOut
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.inbound import Inbound
from hotline.flow.input import DialEnded, HungUp, Text
from hotline.flow.library import Library
from hotline.flow.reply import Connect, Reply
from hotline.flow.session import Session, Turn
from hotline.operations.effects import Occasion, Wake, apply
from hotline.operations.line import Line
from hotline.operations.rendering import Mouth
from hotline.operations.ringing import is_anyone_left, legs_for
from hotline.operations.staff import staff_answer
from hotline.store import contacts, legs, messages, turns
from hotline.store.database import transaction
from hotline.store.turns import Claimed, Saved

CODE_TRIES: Final = 3


def take_turn(line: Line, inbound: Inbound, mouth: Mouth, now: datetime) -> str:
    """Answer what arrived; a retry gets the stored answer and changes nothing.

    Raises hotline.store.database.DatabaseAway and hotline.flow.library.TextMissing; nothing is
    stored then, and whoever calls says the rights essentials instead.
    """
    for _ in range(CODE_TRIES - 1):
        try:
            return _take(line, inbound, mouth, now)
        except IntegrityError:  # two drew one code, or two made one contact: once more
            continue
    return _take(line, inbound, mouth, now)


def _take(line: Line, inbound: Inbound, mouth: Mouth, now: datetime) -> str:
    with transaction(line.database) as db:
        claimed = _claim(line, db, inbound, now)
        if claimed is None:
            stored = turns.stored_answer(db, line.keyring, inbound.sid, inbound.n)
            return stored if stored is not None else mouth.render((), 0, inbound.n).document
        claimed, session = _stand(line, db, claimed, inbound, now)
        library = line.library()
        turn, wakes = _turn(line, db, library, claimed, session, inbound, now)
        occasion = _occasion(line, claimed, turn, inbound, now)
        applied = apply(line, db, library, occasion, turn.effects)
        session, replies = _within_cap(line, turn, now)
        rendered = mouth.render(_with_legs(line, db, inbound, replies, now), claimed.message_id, inbound.n)
        rows = _rows(line, claimed, inbound, rendered.wordings)
        expires_at = now + timedelta(hours=line.limits.session_hours)
        answer = rendered.document
        if applied.was_erased:
            turns.save_answer(db, line.keyring, claimed.turn_id, answer)
        else:
            turns.save(db, line.keyring, claimed, session, expires_at, answer, rows, inbound.sid, now)
    for job, identifier in (*wakes, *applied.wakes):
        line.queue.wake(job, identifier)
    return answer


def _claim(line: Line, db: Connection, inbound: Inbound, now: datetime) -> Claimed | None:
    hashes = line.keyring.lookups(inbound.contact) if inbound.contact else []
    if inbound.channel == "sms":
        return turns.claim_text(db, line.keyring, inbound.sid, hashes, now)
    return turns.claim_call(db, line.keyring, inbound.sid, inbound.n, hashes, now)


def _stand(
    line: Line, db: Connection, claimed: Claimed, inbound: Inbound, now: datetime
) -> tuple[Claimed, Session]:
    """See to it that contact and session exist; say where the contact stands."""
    session = claimed.session or Session(
        channel=inbound.channel,
        language=claimed.language,
        was_greeted=claimed.session_id is not None,
    )
    contact_id = claimed.contact_id
    if contact_id is None and inbound.contact:
        contact_id = contacts.add(db, line.keyring, inbound.contact, now)
    session_id = claimed.session_id
    if session_id is None:
        call_sid = inbound.sid if inbound.channel == "voice" else None
        expires_at = now + timedelta(hours=line.limits.session_hours)
        session_id = turns.open_session(db, contact_id, call_sid, b"", expires_at)
    return replace(claimed, contact_id=contact_id, session_id=session_id), session


def _turn(
    line: Line,
    db: Connection,
    library: Library,
    claimed: Claimed,
    session: Session,
    inbound: Inbound,
    now: datetime,
) -> tuple[Turn, tuple[Wake, ...]]:
    event = inbound.input
    if isinstance(event, Text) and inbound.contact:
        dispatcher = line.dispatcher_with(inbound.contact)
        answer = staff_answer(line, db, library, dispatcher, event.body, now) if dispatcher else None
        if answer:
            return Turn(session, answer.replies), answer.wakes
    if isinstance(event, HungUp) and legs.was_accepted(db, inbound.sid):
        event = DialEnded(was_bridged=True)
    if isinstance(event, DialEnded) and event.was_bridged:
        event = DialEnded(legs.was_accepted(db, inbound.sid))  # a box that picked up pressed no 1
    facts = _facts(line, library, claimed, inbound, now)
    if isinstance(event, DialEnded) and not event.was_bridged:
        facts = replace(facts, is_anyone_left=is_anyone_left(line, db, inbound))
    return advance(line.flow, library, session, event, facts), ()


def _facts(line: Line, library: Library, claimed: Claimed, inbound: Inbound, now: datetime) -> Facts:
    return Facts(
        is_open=line.hours.is_open(now),
        is_subscribed=claimed.zip is not None,
        is_opted_out=claimed.is_opted_out,
        is_dispatcher_available=any(d.phone != inbound.contact for d in line.dispatchers),
        is_signup_ready=inbound.contact is not None and library.is_gate_open("signup"),
        is_voicemail_ready=library.is_gate_open("voicemail"),
        area=(line.place_of(claimed.zip) or "") if claimed.zip else "",
        code=new_code(line.pick),
        place_of=line.place_of,
    )


def _occasion(line: Line, claimed: Claimed, turn: Turn, inbound: Inbound, now: datetime) -> Occasion:
    return Occasion(
        contact=inbound.contact,
        contact_id=claimed.contact_id,
        phone_hash=line.keyring.lookup(inbound.contact) if inbound.contact else None,
        channel=inbound.channel,
        language=turn.session.language,
        sender=inbound.to,
        call_sid=inbound.sid if inbound.channel == "voice" else None,
        now=now,
    )


def _with_legs(
    line: Line, db: Connection, inbound: Inbound, replies: Sequence[Reply], now: datetime
) -> tuple[Reply, ...]:
    return tuple(
        replace(reply, legs=legs_for(line, db, inbound, reply, now)) if isinstance(reply, Connect) else reply
        for reply in replies
    )


def _within_cap(line: Line, turn: Turn, now: datetime) -> tuple[Session, tuple[Reply, ...]]:
    """Never so many answers in a short time that two machines could talk for ever (error 14107)."""
    session = turn.session
    if session.channel == "voice" or not turn.replies:
        return session, turn.replies
    at = now.timestamp()
    if at - session.window_at > line.limits.window_s:
        session = session.with_changes(window_at=at, window_replies=0)
    count = session.window_replies + sum(2 if session.language is None else 1 for _ in turn.replies)
    is_owed = any(isinstance(effect, OptOut) for effect in turn.effects)
    if count > line.limits.replies_per_window and not is_owed:
        return session, ()
    return session.with_changes(window_replies=count), turn.replies


def _rows(line: Line, claimed: Claimed, inbound: Inbound, wordings: Sequence[str]) -> list[Saved]:
    event = inbound.input
    if not isinstance(event, Text):
        return []
    first = claimed.message_id
    came = messages.arrived(line.keyring, first, event.body, event.media, measure(event.body).segments)
    answers = [
        messages.answered(row_id, measure(wording).segments)
        for row_id, wording in zip(messages.block_of(first, len(wordings)), wordings, strict=False)
    ]
    return [came, *answers]
