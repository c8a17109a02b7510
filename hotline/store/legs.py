"""Legs: one dispatcher's phone ringing for one caller; the first to press 1 has the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from hotline.domain.language import Language
from hotline.store.tables import leg


@dataclass(frozen=True, slots=True)
class LegRow:
    """`call_sid` is the caller's call (a transfer), or of a call back (which has a `ticket_id`) the
    dispatcher's own, None until the carrier has named it."""

    id: str
    call_sid: str | None
    ticket_id: int | None
    person: str
    person_language: Language
    caller_language: Language | None
    topic: str
    created_at: datetime
    accepted_at: datetime | None
    outcome: str | None


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write legs that are about to ring."""
    if rows:
        db.execute(insert(leg), list(rows))


def read(db: Connection, leg_id: str) -> LegRow | None:
    """One leg, locked; whoever needs its ticket too locks that afterwards."""
    row = db.execute(select(leg).where(leg.c.id == leg_id).with_for_update()).one_or_none()
    return LegRow(**{name: getattr(row, name) for name in LegRow.__slots__}) if row else None


def accept(db: Connection, leg_id: str, now: datetime) -> bool:
    """Take the call with this leg: True for the first, False for every later one."""
    try:
        with db.begin_nested():
            db.execute(
                update(leg).where(leg.c.id == leg_id, leg.c.accepted_at.is_(None)).values(accepted_at=now)
            )
    except IntegrityError:  # uq_leg_winner: another leg of the call was first
        return False
    return True


def take_unrung(db: Connection, ticket_id: int, now: datetime) -> LegRow | None:
    """The newest leg of a ticket that nobody has rung yet, marked as rung. None when there is none."""
    taken = db.execute(
        text(
            "UPDATE leg SET rung_at = :now WHERE id = (SELECT id FROM leg WHERE ticket_id = :ticket_id"
            " AND rung_at IS NULL AND accepted_at IS NULL ORDER BY created_at DESC LIMIT 1 FOR UPDATE)"
            " RETURNING id"
        ),
        {"ticket_id": ticket_id, "now": now},
    ).scalar_one_or_none()
    return read(db, taken) if taken else None


def is_under_way(db: Connection, ticket_id: int, person: str, since: datetime) -> bool:
    """Is somebody being called back for a ticket, or about to be, on this dispatcher's phone?"""
    found = db.scalar(
        select(leg.c.id)
        .where(
            leg.c.ticket_id == ticket_id,
            leg.c.person == person,
            leg.c.outcome.is_(None),
            leg.c.created_at > since,
        )
        .limit(1)
    )
    return found is not None


def name_call(db: Connection, leg_id: str, call_sid: str) -> None:
    """Keep the carrier's name for the call that rings a dispatcher for a call back."""
    db.execute(update(leg).where(leg.c.id == leg_id).values(call_sid=call_sid))


def of_call_back(db: Connection, call_sid: str) -> LegRow | None:
    """The leg of a call back, locked, by the sid of the dispatcher's call; never one of a transfer."""
    found = db.scalar(select(leg.c.id).where(leg.c.call_sid == call_sid, leg.c.ticket_id.is_not(None)))
    return read(db, found) if found else None


def mark_picked(db: Connection, leg_id: str, now: datetime) -> None:
    """Somebody, or a voicemail box, picked up."""
    db.execute(update(leg).where(leg.c.id == leg_id, leg.c.picked_at.is_(None)).values(picked_at=now))


def people_tried(db: Connection, call_sid: str) -> tuple[set[str], int]:
    """Who picked up for this caller without taking the call, and how many rounds of ringing there were."""
    rows = db.execute(
        select(leg.c.person, leg.c.picked_at, leg.c.created_at).where(leg.c.call_sid == call_sid)
    )
    found = rows.all()
    return {row.person for row in found if row.picked_at}, len({row.created_at for row in found})


def was_accepted(db: Connection, call_sid: str) -> bool:
    """Did anyone press 1 for this caller?"""
    found = db.scalar(
        text("SELECT true FROM leg WHERE call_sid = :sid AND accepted_at IS NOT NULL LIMIT 1"),
        {"sid": call_sid},
    )
    return bool(found)


def settle(db: Connection, leg_id: str, outcome: str) -> None:
    db.execute(update(leg).where(leg.c.id == leg_id).values(outcome=outcome))
