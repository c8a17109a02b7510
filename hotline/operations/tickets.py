"""Tickets: open them within limits, tell dispatchers, call back."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Literal, assert_never

from sqlalchemy import Connection

from hotline.domain.code import new_code
from hotline.domain.language import Language
from hotline.domain.outcome import Accepted, NotBegun, Outcome, Refused, Unknown
from hotline.domain.person import Person
from hotline.domain.ports import Ring
from hotline.domain.ticket import TicketState, may_move
from hotline.flow.effect import OpenTicket
from hotline.flow.library import Library
from hotline.operations.dispatch import tell_of_ticket
from hotline.operations.giving_back import miss
from hotline.operations.line import Line
from hotline.store import audit, contacts, counters, legs, reports, tickets
from hotline.store.database import transaction
from hotline.store.legs import LegRow
from hotline.store.tickets import Ticket

CODE_TRIES: Final = 5
RING_S: Final = 25
TAKEN_AT_MOST: Final = timedelta(minutes=30)  # without news of the call back
RINGS_AT_MOST: Final = timedelta(minutes=2)

OWNED_AT_MOST: Final = timedelta(hours=4)  # taken without a call back

Taken = Literal["ringing", "unknown", "closed", "taken", "no_contact", "asked_not_to"]
Owned = Literal["yours", "unknown", "closed", "taken"]


def open_ticket(
    line: Line,
    db: Connection,
    library: Library,
    wanted: OpenTicket,
    contact_id: int | None,
    language: Language | None,
    now: datetime,
) -> tuple[int | None, bool]:
    """Open a ticket and write to the dispatchers: the id of the ticket that now waits, and whether a
    text to them is on its way (the caller wakes `messages` after the commit).

    One contact has one waiting ticket of a kind; asking again opens it again if somebody has it.
    A flood is cut off at the limit, but never what is urgent. No id when it was cut off.
    """
    waiting = tickets.waiting_of(db, contact_id, wanted.kind) if contact_id is not None else None
    if waiting and wanted.kind != "report":
        return waiting.id, _ask_again(line, db, library, waiting, wanted, language, now)
    if not wanted.is_urgent and tickets.count_open(db) >= line.limits.open_tickets:
        counters.add(db, "tickets_cut_off", now.date())
        return None, False
    for _ in range(CODE_TRIES):
        code = new_code(line.pick)
        opened = tickets.open_one(
            db, code, wanted.kind, wanted.topic, wanted.is_urgent, contact_id, language, now
        )
        if opened is not None:
            return opened, tell_of_ticket(
                line, db, library, opened, code, wanted.kind, wanted.is_urgent, language, now
            )
    raise RuntimeError("no free ticket code: close old tickets")


def _ask_again(
    line: Line,
    db: Connection,
    library: Library,
    waiting: Ticket,
    wanted: OpenTicket,
    language: Language | None,
    now: datetime,
) -> bool:
    """The person asks again: are dispatchers told again? Not while they must still know of it.

    A message that was left is news at once, and so is that it has become urgent, or that whoever took
    the ticket has not answered.
    """
    is_urgent = waiting.is_urgent or wanted.is_urgent
    is_news = (
        wanted.kind == "voicemail"
        or waiting.state == "taken"
        or waiting.due_at is None
        or waiting.due_at <= now
        or (wanted.is_urgent and not waiting.is_urgent)
    )
    if not is_news:
        return False
    topic = wanted.topic if wanted.is_urgent or not waiting.is_urgent else waiting.topic
    tickets.ask_again(db, waiting.id, topic, is_urgent)
    return tell_of_ticket(line, db, library, waiting.id, waiting.code, waiting.kind, is_urgent, language, now)


def call_back(
    line: Line, db: Connection, code: str, dispatcher: Person, now: datetime
) -> tuple[Taken, int | None]:
    """A dispatcher takes a ticket. The caller wakes `ring` with the ticket's id after the commit.

    Asked twice, their phone rings once.
    """
    ticket = tickets.by_code(db, code)
    if ticket is None:
        return "unknown", None
    refusal = _refusal(line, db, ticket, dispatcher)
    if refusal:
        return refusal, None
    is_under_way = legs.is_under_way(db, ticket.id, dispatcher.name, now - RINGS_AT_MOST)
    if is_under_way and ticket.state == "taken":
        return "ringing", ticket.id
    tickets.move(db, ticket.id, "taken", dispatcher.name, now, due_at=now + TAKEN_AT_MOST)
    if is_under_way:
        return "ringing", ticket.id
    legs.add(db, [_leg(ticket, dispatcher, now)])
    audit.record(db, dispatcher.name, "ticket.take", ticket.code, now)
    return "ringing", ticket.id


def take(line: Line, db: Connection, code: str, dispatcher: Person, now: datetime) -> Owned:
    """A dispatcher takes a ticket and sees to it without a call; it waits again when nothing comes of it."""
    ticket = tickets.by_code(db, code)
    if ticket is None:
        return "unknown"
    if ticket.state == "closed":
        return "closed"
    if ticket.state == "taken" and ticket.owner != dispatcher.name:
        return "taken"
    if ticket.state == "open":
        tickets.move(db, ticket.id, "taken", dispatcher.name, now, due_at=now + OWNED_AT_MOST)
        audit.record(db, dispatcher.name, "ticket.take", ticket.code, now)
    return "yours"


def _refusal(line: Line, db: Connection, ticket: Ticket, dispatcher: Person) -> Taken | None:
    if ticket.state == "closed":
        return "closed"
    if ticket.state == "taken" and ticket.owner != dispatcher.name:
        return "taken"
    if ticket.contact_id is None:
        return "no_contact"
    if ticket.kind == "report":
        report = reports.read(db, line.keyring, ticket.topic)
        may_call = report and report.answers.get("callback", {}).get("value") == "yes"
        return None if may_call else "asked_not_to"
    return None


def _leg(ticket: Ticket, dispatcher: Person, now: datetime) -> dict[str, object]:
    return {
        "id": secrets.token_urlsafe(12),
        "call_sid": None,
        "ticket_id": ticket.id,
        "person": dispatcher.name,
        "person_language": dispatcher.language,
        "caller_language": ticket.language,
        "topic": ticket.topic,
        "created_at": now,
    }


def ring_back(line: Line, ticket_id: int, now: datetime) -> bool:
    """Ring the dispatcher who took a ticket; once for each time it was taken. False: nothing rings.

    The leg is marked before the carrier is asked: a crash in between rings nobody, and the
    dispatcher asks again, which is better than two calls at once.
    """
    with transaction(line.database) as db:
        waiting = legs.take_unrung(db, ticket_id, now)
    if waiting is None:
        return False
    dispatcher = line.people().named(waiting.person)
    path = f"/twilio/voice/whisper/{waiting.id}?n=1"
    ring = Ring(dispatcher.phone, path, "/twilio/status/call", RING_S) if dispatcher else None
    outcome = line.caller.ring(ring) if ring else None
    with transaction(line.database) as db:
        was_told = _settle_ring(line, db, waiting, outcome, now)
    if was_told:
        line.queue.wake("messages")
    return outcome is not None and not isinstance(outcome, Refused)


def _settle_ring(line: Line, db: Connection, leg: LegRow, outcome: Outcome | None, now: datetime) -> bool:
    """Keep the name of the call, or give the ticket back. True: texts are on their way."""
    match outcome:
        case Accepted():
            legs.name_call(db, leg.id, outcome.sid)
            return False
        case Unknown():  # it may ring: never blindly again, a sweep frees the ticket
            return False
        case Refused() | NotBegun() | None:
            return miss(line, db, leg, now)
        case _:
            assert_never(outcome)


def move(
    line: Line, db: Connection, code: str, state: TicketState, actor: str, now: datetime
) -> Ticket | None:
    """Close or reopen a ticket; None when there is none or the step does not exist."""
    ticket = tickets.by_code(db, code)
    if ticket is None or not may_move(ticket.state, state):
        return None
    tickets.move(db, ticket.id, state, actor, now)
    audit.record(db, actor, f"ticket.{state}", ticket.code, now)
    return ticket


def number_behind(line: Line, db: Connection, ticket: Ticket) -> str | None:
    """The number to connect a call back to; opened only for the bridge."""
    if ticket.contact_id is None:
        return None
    number = contacts.number_of(db, line.keyring, ticket.contact_id)
    return number.e164 if number else None
