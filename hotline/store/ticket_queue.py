"""The queue of tickets by the page: urgent ones first, then whoever waits longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from hotline.domain.ticket import TicketKind, TicketState
from hotline.store.recordings import RecordingRow
from hotline.store.sealing import Keyring
from hotline.store.tables import recording, ticket
from hotline.store.tickets import Ticket
from hotline.store.tickets import read as read_ticket

After = tuple[bool, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets: where they stand, of which kinds (none named: all), and whose."""

    state: TicketState
    kinds: Sequence[TicketKind] = ()
    owner: str | None = None


def page(db: Connection, wanted: Wanted, after: After | None, limit: int) -> list[Ticket]:
    """The next tickets from behind a key (is urgent, id).

    Waiting ones: the urgent ones by age, then the others by age; each half is one walk along an index.
    Closed ones: the newest first.
    """
    if wanted.state == "closed":
        which = [*_which(wanted), *([ticket.c.id < after[1]] if after else [])]
        return _rows(db, select(ticket).where(*which).order_by(ticket.c.id.desc()).limit(limit))
    found: list[Ticket] = []
    if after is None or after[0]:
        found = _half(db, wanted, True, after[1] if after else 0, limit)
    if len(found) < limit:
        behind = after[1] if after and not after[0] else 0
        found += _half(db, wanted, False, behind, limit - len(found))
    return found


def counts(db: Connection) -> dict[TicketState, int]:
    """How many wait and how many are being seen to."""
    rows = db.execute(
        select(ticket.c.state, func.count().label("rows"))
        .where(ticket.c.state.in_(("open", "taken")))
        .group_by(ticket.c.state)
    )
    return {row.state: int(row.rows) for row in rows}


def with_recordings(db: Connection, ticket_ids: Sequence[int]) -> set[int]:
    """Which of some tickets have a voicemail that can be played."""
    rows = db.scalars(
        select(recording.c.ticket_id)
        .where(
            recording.c.ticket_id.in_(ticket_ids),
            recording.c.is_ready.is_(True),
            recording.c.deleted_at.is_(None),
        )
        .distinct()
    )
    return {row for row in rows if row is not None}


def recording_by_id(db: Connection, keyring: Keyring, recording_id: int) -> RecordingRow | None:
    """A recording that the carrier has ready. Raises hotline.store.sealing.CannotOpen."""
    row = db.execute(
        select(recording).where(
            recording.c.id == recording_id, recording.c.is_ready.is_(True), recording.c.deleted_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    sid = keyring.open(row.sid_ct, f"recording.sid.{row.id}")
    return RecordingRow(row.id, sid, row.duration_s, row.is_ready, row.created_at)


def _half(db: Connection, wanted: Wanted, is_urgent: bool, behind: int, limit: int) -> list[Ticket]:
    which = [*_which(wanted), ticket.c.is_urgent.is_(is_urgent), ticket.c.id > behind]
    return _rows(db, select(ticket).where(*which).order_by(ticket.c.id).limit(limit))


def _which(wanted: Wanted) -> list[Any]:
    return [
        ticket.c.state == wanted.state,
        *([ticket.c.kind.in_(wanted.kinds)] if wanted.kinds else []),
        *([ticket.c.owner == wanted.owner] if wanted.owner is not None else []),
    ]


def _rows(db: Connection, statement: Any) -> list[Ticket]:
    return [read_ticket(row) for row in db.execute(statement)]
