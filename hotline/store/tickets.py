"""Tickets: what owes a person an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.domain.language import Language
from hotline.domain.ticket import TicketKind, TicketState
from hotline.store.tables import ticket


@dataclass(frozen=True, slots=True)
class Ticket:
    """`due_at`: an open one is told again from then on if the person asks again; one that was taken is
    free again then. None: at once."""

    id: int
    code: str
    kind: TicketKind
    topic: str
    is_urgent: bool
    contact_id: int | None
    language: Language | None
    owner: str | None
    state: TicketState
    created_at: datetime
    due_at: datetime | None


def open_one(
    db: Connection,
    code: str,
    kind: TicketKind,
    topic: str,
    is_urgent: bool,
    contact_id: int | None,
    language: Language | None,
    now: datetime,
) -> int | None:
    """Open a ticket under a code; None when the code is taken (draw another)."""
    row = insert(ticket).values(
        code=code,
        kind=kind,
        topic=topic,
        is_urgent=is_urgent,
        contact_id=contact_id,
        language=language,
        state="open",
        created_at=now,
    )
    made = db.execute(row.on_conflict_do_nothing(index_elements=["code"]).returning(ticket.c.id))
    found: int | None = made.scalar_one_or_none()
    return found


def waiting_of(db: Connection, contact_id: int, kind: TicketKind) -> Ticket | None:
    """A ticket of this kind that the contact has waiting already."""
    row = db.execute(
        select(ticket)
        .where(ticket.c.contact_id == contact_id, ticket.c.kind == kind, ticket.c.state != "closed")
        .order_by(ticket.c.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    return read(row) if row else None


def count_open(db: Connection) -> int:
    return int(db.scalar(select(func.count()).select_from(ticket).where(ticket.c.state == "open")) or 0)


def ask_again(db: Connection, ticket_id: int, topic: str, is_urgent: bool) -> None:
    """The person asks again: it waits for somebody, whoever had it."""
    db.execute(
        update(ticket)
        .where(ticket.c.id == ticket_id)
        .values(state="open", owner=None, topic=topic, is_urgent=is_urgent, due_at=None)
    )


def due(db: Connection, ticket_id: int, at: datetime) -> None:
    db.execute(update(ticket).where(ticket.c.id == ticket_id).values(due_at=at))


def overdue(db: Connection, now: datetime) -> list[Ticket]:
    """Taken, and nothing more was heard of it in time; what somebody works on just now is left out."""
    rows = db.execute(
        select(ticket)
        .where(ticket.c.state == "taken", or_(ticket.c.due_at.is_(None), ticket.c.due_at <= now))
        .with_for_update(skip_locked=True)
    )
    return [read(row) for row in rows]


def by_code(db: Connection, code: str) -> Ticket | None:
    row = db.execute(select(ticket).where(ticket.c.code == code).with_for_update()).one_or_none()
    return read(row) if row else None


def by_id(db: Connection, ticket_id: int) -> Ticket | None:
    row = db.execute(select(ticket).where(ticket.c.id == ticket_id).with_for_update()).one_or_none()
    return read(row) if row else None


def first_open(db: Connection, limit: int) -> list[Ticket]:
    """The tickets that nobody has, urgent ones on top, then by age."""
    waiting = select(ticket).where(ticket.c.state == "open")
    rows = db.execute(waiting.order_by(ticket.c.is_urgent.desc(), ticket.c.created_at).limit(limit))
    return [read(row) for row in rows]


def latest(db: Connection, limit: int = 50) -> list[Ticket]:
    """Waiting tickets first, urgent ones on top, then by age."""
    rows = db.execute(
        select(ticket)
        .order_by(ticket.c.state == "closed", ticket.c.is_urgent.desc(), ticket.c.created_at)
        .limit(limit)
    )
    return [read(row) for row in rows]


def move(
    db: Connection,
    ticket_id: int,
    state: TicketState,
    owner: str | None,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    closed_at = now if state == "closed" else None
    db.execute(
        update(ticket)
        .where(ticket.c.id == ticket_id)
        .values(state=state, owner=owner, closed_at=closed_at, due_at=due_at)
    )


def read(row: Any) -> Ticket:
    return Ticket(
        row.id,
        row.code,
        row.kind,
        row.topic,
        row.is_urgent,
        row.contact_id,
        row.language,
        row.owner,
        row.state,
        row.created_at,
        row.due_at,
    )
