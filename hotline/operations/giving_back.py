"""Give a taken ticket back when its call back came to nothing: nobody else looks at it meanwhile."""

from datetime import datetime

from sqlalchemy import Connection

from hotline.operations.dispatch import tell_of_ticket
from hotline.operations.line import Line
from hotline.store import audit, legs, tickets
from hotline.store.database import transaction
from hotline.store.legs import LegRow
from hotline.store.tickets import Ticket


def give_back(line: Line, db: Connection, leg: LegRow, now: datetime) -> bool:
    """Open the ticket of a leg again, if whom the leg rang still has it. True: texts are on their way."""
    ticket = tickets.by_id(db, leg.ticket_id) if leg.ticket_id is not None else None
    if ticket is None or ticket.state != "taken" or ticket.owner != leg.person:
        return False
    return open_again(line, db, ticket, leg.person, now)


def end_call_back(line: Line, call_sid: str, now: datetime) -> bool:
    """The dispatcher's call is over: without an outcome by key nobody has spoken with the person.

    False when no call back has this sid: it may not be written down yet.
    """
    with transaction(line.database) as db:
        leg = legs.of_call_back(db, call_sid)
        if leg is None:
            return False
        was_told = leg.outcome is None and miss(line, db, leg, now)
    if was_told:
        line.queue.wake("messages")
    return True


def miss(line: Line, db: Connection, leg: LegRow, now: datetime) -> bool:
    """Nothing came of a leg. True: texts are on their way."""
    legs.settle(db, leg.id, "missed")
    return give_back(line, db, leg, now)


def free_overdue(line: Line, db: Connection, now: datetime) -> bool:
    """Open every ticket again that was taken and of whose call back nothing more was heard. True: texts
    are on their way."""
    told = [open_again(line, db, ticket, "system", now) for ticket in tickets.overdue(db, now)]
    return any(told)


def open_again(line: Line, db: Connection, ticket: Ticket, by: str, now: datetime) -> bool:
    """Nobody has the ticket any more. What is urgent is told again, for the others have seen it taken;
    True: texts are on their way."""
    tickets.move(db, ticket.id, "open", None, now)
    audit.record(db, by, "ticket.open", ticket.code, now)
    return ticket.is_urgent and tell_of_ticket(
        line, db, line.library(), ticket.id, ticket.code, ticket.kind, True, ticket.language, now
    )
