"""What a dispatcher does with a ticket at the desk: put back, hand over, note, close, hear."""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import Connection

from hotline.catalogs import sentence
from hotline.domain.help import (
    CLOSINGS,
    HELP_KINDS,
    NOTE_AT_MOST,
    TOPIC_OF_HELP,
    Closing,
    HelpKind,
    names_status,
)
from hotline.domain.person import Person
from hotline.domain.ticket import TicketKind, may_move
from hotline.operations.giving_back import open_again
from hotline.operations.line import Line
from hotline.operations.tickets import Owned, Taken, call_back
from hotline.operations.tickets import take as take_ticket
from hotline.store import audit, help_requests, ticket_queue, tickets
from hotline.store.database import transaction
from hotline.store.recordings import RecordingRow
from hotline.store.tickets import Ticket

DeskRefusal = Literal[
    "unknown", "closed", "not_closed", "not_yours", "not_dispatcher", "outcome", "note", "status", "partner",
    "partner_kind", "help_kind", "report",
]  # fmt: skip

# In English; the catalogs in `locales/` say them in other languages.
DESK_REFUSALS: Final[dict[DeskRefusal, str]] = {
    "unknown": sentence("There is no such ticket."),
    "closed": sentence("This ticket is closed: open it again first."),
    "not_closed": sentence("This ticket is not closed."),
    "not_yours": sentence("Someone else has this ticket."),
    "not_dispatcher": sentence("You are not on the list of people whose phones we ring."),
    "outcome": sentence("Choose how it ended."),
    "note": sentence("The note takes 200 letters at most."),
    "status": sentence(
        "Leave out papers, status, nationality and A-numbers: they are never written down here."
    ),
    "partner": sentence("There is no such partner organisation."),
    "partner_kind": sentence("This organisation does not take requests of this kind."),
    "help_kind": sentence("Choose what kind of help is asked for."),
    "report": sentence("A report is worked on as an incident."),
}

HANDED_AT_MOST: Final = timedelta(days=2)  # then it waits again: somebody asks the partner what became of it


class DeskRefused(Exception):
    """It cannot be done. `reason` is one of a closed list."""

    def __init__(self, reason: DeskRefusal) -> None:
        super().__init__(DESK_REFUSALS[reason])
        self.reason: DeskRefusal = reason


def take(line: Line, code: str, by: str, now: datetime) -> Owned:
    """Take a ticket without a call. Raises DeskRefused when who asks is not of the network."""
    person = _person(line, by)
    with transaction(line.database) as db:
        return take_ticket(line, db, code, person, now)


def ring(line: Line, code: str, by: str, now: datetime) -> Taken:
    """Ring the phone of whoever asks, then the person who waits: what the text GO does."""
    person = _person(line, by)
    with transaction(line.database) as db:
        answer, ticket_id = call_back(line, db, code, person, now)
    if ticket_id is not None:
        line.queue.wake("ring", ticket_id)
    return answer


def put_back(line: Line, code: str, by: str, now: datetime) -> None:
    """Give a ticket of one's own back to the queue; what is urgent is told again. Raises DeskRefused."""
    with transaction(line.database) as db:
        ticket = _own(db, code, by)
        was_told = open_again(line, db, ticket, by, now)
    if was_told:
        line.queue.wake("messages")


def close(line: Line, code: str, outcome: str, by: str, now: datetime) -> None:
    """Close a ticket with an outcome of the list; also one that nobody took. Raises DeskRefused."""
    ended = _closing(outcome)
    with transaction(line.database) as db:
        ticket = _workable(db, code, by)
        tickets.move(db, ticket.id, "closed", ticket.owner or by, now)
        help_requests.set_outcome(db, ticket.id, ended)
        audit.record(db, by, "ticket.closed", code, now, {"outcome": ended})


def reopen(line: Line, code: str, by: str, now: datetime) -> None:
    """Open a closed ticket again: it waits for anybody. Raises DeskRefused."""
    with transaction(line.database) as db:
        ticket = _find(db, code)
        if ticket.state != "closed" or not may_move(ticket.state, "open"):
            raise DeskRefused("not_closed")
        tickets.move(db, ticket.id, "open", None, now)
        help_requests.set_outcome(db, ticket.id, None)
        audit.record(db, by, "ticket.open", code, now)


def hand_over(line: Line, code: str, partner_id: int, by: str, now: datetime) -> None:
    """Put on record that a partner organisation sees to it; it waits again in two days, so that somebody
    asks what became of it. Raises DeskRefused."""
    with transaction(line.database) as db:
        ticket = _workable(db, code, by)
        partner = help_requests.partner_by_id(db, line.keyring, partner_id)
        if partner is None or partner.closed_at is not None:
            raise DeskRefused("partner")
        if ticket.kind in HELP_KINDS and ticket.kind not in partner.kinds:
            raise DeskRefused("partner_kind")
        tickets.move(db, ticket.id, "taken", by, now, due_at=now + HANDED_AT_MOST)
        help_requests.set_partner(db, ticket.id, partner_id)
        audit.record(db, by, "ticket.hand_over", code, now, {"partner": partner_id})


def note(line: Line, code: str, words: str, by: str, now: datetime) -> None:
    """Write the short note of a ticket, or empty it. Raises DeskRefused."""
    checked = checked_note(words)
    with transaction(line.database) as db:
        ticket = _workable(db, code, by)
        help_requests.set_note(db, line.keyring, ticket.id, checked)
        audit.record(db, by, "ticket.note", code, now)


def make_help(line: Line, code: str, kind: str, by: str, now: datetime) -> None:
    """Say which help a call or a voicemail asks for. Raises DeskRefused."""
    wanted = help_kind(kind)
    with transaction(line.database) as db:
        ticket = _workable(db, code, by)
        if ticket.kind == "report":
            raise DeskRefused("report")
        help_requests.set_kind(db, ticket.id, wanted, TOPIC_OF_HELP[wanted])
        help_requests.set_partner(db, ticket.id, None)
        audit.record(db, by, "ticket.kind", code, now, {"kind": wanted})


def hear(line: Line, recording_id: int, by: str, now: datetime) -> RecordingRow | None:
    """Put on record that somebody hears a recording; None when there is none. The audio itself is with the
    carrier: fetch it when no transaction is open. Raises hotline.store.sealing.CannotOpen."""
    with transaction(line.database) as db:
        found = ticket_queue.recording_by_id(db, line.keyring, recording_id)
        if found is not None:
            audit.record(db, by, "recording.hear", str(recording_id), now)
    return found


def checked_note(words: str) -> str:
    """Raises DeskRefused for what is too long, or must never be written down."""
    short = " ".join(words.split())
    if len(short) > NOTE_AT_MOST:
        raise DeskRefused("note")
    if names_status(short):
        raise DeskRefused("status")
    return short


def help_kind(given: str) -> HelpKind:
    """Raises DeskRefused."""
    for kind in HELP_KINDS:
        if kind == given:
            return kind
    raise DeskRefused("help_kind")


def ticket_kind(given: str) -> TicketKind | None:
    """A kind of ticket by its name; None for anything else."""
    return next((kind for kind in get_args(TicketKind) if kind == given), None)


def _closing(given: str) -> Closing:
    for closing in CLOSINGS:
        if closing == given:
            return closing
    raise DeskRefused("outcome")


def _person(line: Line, name: str) -> Person:
    person = line.people().named(name)
    if person is None or "dispatcher" not in person.roles:
        raise DeskRefused("not_dispatcher")
    return person


def _find(db: Connection, code: str) -> Ticket:
    ticket = tickets.by_code(db, code)
    if ticket is None:
        raise DeskRefused("unknown")
    return ticket


def _workable(db: Connection, code: str, by: str) -> Ticket:
    """One that waits, or is theirs."""
    ticket = _find(db, code)
    if ticket.state == "closed":
        raise DeskRefused("closed")
    if ticket.state == "taken" and ticket.owner != by:
        raise DeskRefused("not_yours")
    return ticket


def _own(db: Connection, code: str, by: str) -> Ticket:
    ticket = _workable(db, code, by)
    if ticket.state != "taken":
        raise DeskRefused("not_yours")
    return ticket
