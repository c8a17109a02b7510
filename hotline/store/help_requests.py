"""What tickets carry for help requests: a partner, a closing outcome, a short sealed note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from hotline.domain.help import Closing, HelpKind
from hotline.domain.ticket import TicketKind
from hotline.store.incidents import next_id
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.sites import name_key
from hotline.store.tables import partner, ticket


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that takes help requests of some kinds over; `contact` is how staff reach it."""

    id: int
    name: str
    kinds: tuple[HelpKind, ...]
    contact: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class More:
    """What a ticket carries besides its row in the queue."""

    note: str
    outcome: Closing | None
    partner_id: int | None
    partner: str
    closed_at: datetime | None


def more_of(db: Connection, keyring: Keyring, ticket_id: int) -> More:
    row = db.execute(
        select(ticket.c.note_ct, ticket.c.outcome, ticket.c.partner_id, ticket.c.closed_at, partner.c.name)
        .outerjoin(partner, partner.c.id == ticket.c.partner_id)
        .where(ticket.c.id == ticket_id)
    ).one()
    note = _opened(keyring, f"ticket.note.{ticket_id}", row.note_ct)
    return More(note, row.outcome, row.partner_id, row.name or "", row.closed_at)


def set_note(db: Connection, keyring: Keyring, ticket_id: int, note: str) -> None:
    sealed = keyring.seal(note, f"ticket.note.{ticket_id}") if note else None
    _change(db, ticket_id, note_ct=sealed)


def set_outcome(db: Connection, ticket_id: int, outcome: Closing | None) -> None:
    _change(db, ticket_id, outcome=outcome)


def set_partner(db: Connection, ticket_id: int, partner_id: int | None) -> None:
    _change(db, ticket_id, partner_id=partner_id)


def set_kind(db: Connection, ticket_id: int, kind: TicketKind, topic: str) -> None:
    _change(db, ticket_id, kind=kind, topic=topic)


def add_partner(
    db: Connection, keyring: Keyring, name: str, kinds: Sequence[HelpKind], contact: str, now: datetime
) -> int | None:
    """Add a partner organisation; None when there is one of this name (a closed one opens again)."""
    row_id = next_id(db, "partner")
    added = db.execute(
        text(
            "INSERT INTO partner (id, name, name_key, kinds, contact_ct, created_at)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, :name, :key, :kinds, :contact, :now)"
            " ON CONFLICT (name_key) DO NOTHING RETURNING id"
        ),
        {
            "id": row_id,
            "name": name,
            "key": name_key(name),
            "kinds": list(kinds),
            "contact": keyring.seal(contact, _partner_place(row_id)),
            "now": now,
        },
    ).scalar_one_or_none()
    return None if added is None else int(added)


def change_partner(
    db: Connection, keyring: Keyring, partner_id: int, name: str, kinds: Sequence[HelpKind], contact: str
) -> bool:
    """False when another partner has this name."""
    taken = select(partner.c.id).where(partner.c.name_key == name_key(name), partner.c.id != partner_id)
    if db.execute(taken).first():
        return False
    sealed = keyring.seal(contact, _partner_place(partner_id))
    values = {"name": name, "name_key": name_key(name), "kinds": list(kinds), "contact_ct": sealed}
    db.execute(update(partner).where(partner.c.id == partner_id).values(**values))
    return True


def close_partner(db: Connection, partner_id: int, closed_at: datetime | None) -> None:
    db.execute(update(partner).where(partner.c.id == partner_id).values(closed_at=closed_at))


def partner_by_id(db: Connection, keyring: Keyring, partner_id: int) -> Partner | None:
    row = db.execute(select(partner).where(partner.c.id == partner_id)).one_or_none()
    return _read(keyring, row) if row else None


def partners(db: Connection, keyring: Keyring, after: str = "", limit: int = 500) -> list[Partner]:
    """Partners that take requests, by name, from behind a name."""
    wanted = select(partner).where(partner.c.closed_at.is_(None), partner.c.name_key > name_key(after))
    return [_read(keyring, row) for row in db.execute(wanted.order_by(partner.c.name_key).limit(limit))]


def count_handed(db: Connection, partner_ids: Sequence[int]) -> dict[int, int]:
    """How many tickets that wait each of some partners has."""
    rows = db.execute(
        select(ticket.c.partner_id, func.count().label("rows"))
        .where(ticket.c.partner_id.in_(partner_ids), ticket.c.state != "closed")
        .group_by(ticket.c.partner_id)
    )
    return {row.partner_id: int(row.rows) for row in rows}


def _change(db: Connection, ticket_id: int, **values: Any) -> None:
    db.execute(update(ticket).where(ticket.c.id == ticket_id).values(**values))


def _read(keyring: Keyring, row: Any) -> Partner:
    contact = _opened(keyring, _partner_place(row.id), row.contact_ct)
    return Partner(row.id, row.name, tuple(row.kinds), contact, row.closed_at)


def _opened(keyring: Keyring, place: str, sealed: bytes | None) -> str:
    try:
        return keyring.open(sealed, place) if sealed else ""
    except CannotOpen:
        return ""


def _partner_place(partner_id: int) -> str:
    return f"partner.contact.{partner_id}"
