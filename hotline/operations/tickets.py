"""Tickets: open them within limits, tell dispatchers, call back."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from hotline.domain.code import new_code
from hotline.domain.language import Language
from hotline.domain.person import Dispatcher
from hotline.domain.ports import Ring
from hotline.domain.ticket import TicketState, may_move
from hotline.flow.effect import OpenTicket
from hotline.flow.library import Library
from hotline.operations.line import Line
from hotline.operations.staff_words import KINDS, URGENT
from hotline.operations.writing import write_text
from hotline.store import audit, contacts, counters, legs, reports, tickets
from hotline.store.database import transaction
from hotline.store.tickets import Ticket

CODE_TRIES: Final = 5
STAFF_TEXT_VALID: Final = timedelta(hours=2)
RING_S: Final = 25

Taken = Literal["ringing", "unknown", "closed", "taken", "no_contact", "asked_not_to"]


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

    One contact has one waiting ticket of a kind: asking again makes it urgent if the new one is.
    A flood is cut off at the limit, but never what is urgent. No id when it was cut off.
    """
    waiting = tickets.waiting_of(db, contact_id, wanted.kind) if contact_id is not None else None
    if waiting and wanted.kind != "report":
        if wanted.is_urgent and not waiting.is_urgent:
            tickets.make_urgent(db, waiting.id)
            return waiting.id, _tell_dispatchers(line, db, library, waiting.code, wanted, language, now)
        return waiting.id, False
    if not wanted.is_urgent and tickets.count_open(db) >= line.limits.open_tickets:
        counters.add(db, "tickets_cut_off", now.date())
        return None, False
    for _ in range(CODE_TRIES):
        code = new_code(line.pick)
        opened = tickets.open_one(
            db, code, wanted.kind, wanted.topic, wanted.is_urgent, contact_id, language, now
        )
        if opened is not None:
            return opened, _tell_dispatchers(line, db, library, code, wanted, language, now)
    raise RuntimeError("no free ticket code: close old tickets")


def _tell_dispatchers(
    line: Line,
    db: Connection,
    library: Library,
    code: str,
    wanted: OpenTicket,
    language: Language | None,
    now: datetime,
) -> bool:
    """One text to each dispatcher: the code and what it is, nothing of the person. False in a flood."""
    sent = counters.add(db, f"staff_texts.{now:%H}", now.date())
    if sent > line.limits.staff_texts_per_hour and not wanted.is_urgent:
        return False
    for dispatcher in line.dispatchers:
        part = library.part(
            "staff_ticket",
            dispatcher.language,
            "sms",
            CODE=code,
            KIND=kind_in_words(line, wanted, dispatcher.language),
            LANGUAGE=(language or "es/en").upper(),
        )
        write_text(line, db, dispatcher.phone, None, part.wording, "staff", now, now + STAFF_TEXT_VALID)
    return True


def kind_in_words(line: Line, wanted: OpenTicket, language: Language) -> str:
    """`URGENTE: …` for what is urgent, in the dispatcher's language."""
    kind = line.gettext(language, KINDS[wanted.kind])
    return f"{line.gettext(language, URGENT)}: {kind}" if wanted.is_urgent else kind


def call_back(
    line: Line, db: Connection, code: str, dispatcher: Dispatcher, now: datetime
) -> tuple[Taken, int | None]:
    """A dispatcher takes a ticket. The caller wakes `ring` with the ticket's id after the commit."""
    ticket = tickets.by_code(db, code)
    if ticket is None:
        return "unknown", None
    refusal = _refusal(line, db, ticket, dispatcher)
    if refusal:
        return refusal, None
    tickets.move(db, ticket.id, "taken", dispatcher.name, now)
    legs.add(db, [_leg(ticket, dispatcher, now)])
    audit.record(db, dispatcher.name, "ticket.take", ticket.code, now)
    return "ringing", ticket.id


def _refusal(line: Line, db: Connection, ticket: Ticket, dispatcher: Dispatcher) -> Taken | None:
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


def _leg(ticket: Ticket, dispatcher: Dispatcher, now: datetime) -> dict[str, object]:
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
    """Ring the dispatcher who took a ticket; once for each time it was taken. False: nothing to ring.

    The leg is marked before the carrier is asked: a crash in between rings nobody, and the
    dispatcher asks again, which is better than two calls at once.
    """
    with transaction(line.database) as db:
        waiting = legs.take_unrung(db, ticket_id, now)
    if waiting is None:
        return False
    dispatcher = next((d for d in line.dispatchers if d.name == waiting.person), None)
    if dispatcher is None:
        return False
    path = f"/twilio/voice/whisper/{waiting.id}?n=1"
    line.caller.ring(Ring(dispatcher.phone, path, "/twilio/status/call", RING_S))
    return True


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
