"""Broadcasts: one alert going out, its state and its wording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, text, update

from hotline.domain.call import CALLS
from hotline.domain.language import Language
from hotline.store.sealing import Keyring
from hotline.store.tables import alert, broadcast, broadcast_body

BroadcastState = Literal["sending", "paused", "held", "cancelled", "done"]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`written_to` is where the writing goes on, `is_written` whether every recipient has a row."""

    id: int
    alert_id: int
    follows_id: int | None
    is_urgent: bool
    state: BroadcastState
    reason: str | None
    zips: tuple[str, ...]
    senders: tuple[str, ...]
    written_to: str
    next_seq: int
    total: int
    is_written: bool
    ends_at: datetime
    created_at: datetime
    finished_at: datetime | None
    audience: str = "alert"


@dataclass(frozen=True, slots=True)
class Body:
    """The wording in one language, opened; `spoken` is what a call says, None where none is approved."""

    text: str
    encoding: str
    segments: int
    spoken: str | None = None


def add(
    db: Connection,
    keyring: Keyring,
    alert_id: int,
    follows_id: int | None,
    is_urgent: bool,
    zips: Sequence[str],
    senders: Sequence[str],
    bodies: Mapping[Language, Body],
    ends_at: datetime,
    now: datetime,
    audience: str = "alert",
) -> int:
    """Write a broadcast and its wordings, for who asked for this audience; its deliveries are written
    after the commit."""
    added = db.execute(
        insert(broadcast)
        .values(
            alert_id=alert_id,
            follows_id=follows_id,
            is_urgent=is_urgent,
            audience=audience,
            state="sending",
            zips=list(zips),
            senders=list(senders),
            ends_at=ends_at,
            created_at=now,
        )
        .returning(broadcast.c.id)
    ).scalar_one()
    broadcast_id = int(added)
    for language, body in bodies.items():
        db.execute(
            insert(broadcast_body).values(
                broadcast_id=broadcast_id,
                language=language,
                body_ct=keyring.seal(body.text, _place(broadcast_id, language)),
                encoding=body.encoding,
                segments=body.segments,
                spoken_ct=_spoken(keyring, broadcast_id, language, body),
            )
        )
    return broadcast_id


def by_id(db: Connection, broadcast_id: int, lock: bool = False) -> Broadcast | None:
    statement = select(broadcast).where(broadcast.c.id == broadcast_id)
    row = db.execute(statement.with_for_update() if lock else statement).one_or_none()
    return _read(row) if row else None


def of_alert(db: Connection, alert_id: int) -> Broadcast | None:
    row = db.execute(select(broadcast).where(broadcast.c.alert_id == alert_id)).one_or_none()
    return _read(row) if row else None


def running(db: Connection) -> list[Broadcast]:
    """Broadcasts that are not finished, the urgent ones first, then by age."""
    rows = db.execute(
        select(broadcast)
        .where(broadcast.c.finished_at.is_(None))
        .order_by(broadcast.c.is_urgent.desc(), broadcast.c.id)
    )
    return [_read(row) for row in rows]


def shown(db: Connection, since: datetime) -> list[Broadcast]:
    """Broadcasts that are not finished, or were finished since then, the oldest first."""
    is_new = broadcast.c.finished_at.is_(None) | (broadcast.c.finished_at > since)
    return [_read(row) for row in db.execute(select(broadcast).where(is_new).order_by(broadcast.c.id))]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A broadcast that may be sent, and those of its senders, calls among them, that have a row to send."""

    of: Broadcast
    senders: tuple[str, ...]


# The first row in the order of an index, and not EXISTS: that is planned as a join, which reads every row
# that waits to find out whether there is one.
_WAITING = text(
    """
    SELECT b.*, ARRAY(
        SELECT name FROM unnest(b.senders || CAST(:calls AS varchar)) AS name WHERE (
            SELECT true FROM delivery d
            WHERE d.broadcast_id = b.id AND d.sender = name AND d.status = 'pending'
              AND (d.not_before IS NULL OR d.not_before <= :now) ORDER BY d.seq LIMIT 1)) AS waiting
    FROM broadcast b WHERE b.finished_at IS NULL AND b.state = 'sending' AND b.ends_at > :now
    ORDER BY b.is_urgent DESC, b.id
    """
)


def waiting(db: Connection, now: datetime) -> list[Waiting]:
    """Broadcasts that are going out and have rows that could be sent now, the urgent ones first."""
    rows = db.execute(_WAITING, {"now": now, "calls": CALLS})
    return [Waiting(_read(row), tuple(row.waiting)) for row in rows if row.waiting]


def bodies_of(db: Connection, keyring: Keyring, broadcast_id: int) -> dict[str, Body]:
    """The wordings of a broadcast by language, opened."""
    rows = db.execute(select(broadcast_body).where(broadcast_body.c.broadcast_id == broadcast_id))
    return {
        row.language: Body(
            keyring.open(row.body_ct, _place(broadcast_id, row.language)),
            row.encoding,
            row.segments,
            keyring.open(row.spoken_ct, spoken_place(broadcast_id, row.language)) if row.spoken_ct else None,
        )
        for row in rows
    }


def largest_body(db: Connection, broadcast_id: int) -> int:
    """Segments of the longest wording."""
    statement = select(func.max(broadcast_body.c.segments)).where(
        broadcast_body.c.broadcast_id == broadcast_id
    )
    return int(db.scalar(statement) or 1)


def segments_of(db: Connection, broadcast_id: int) -> dict[str, int]:
    """Segments of the wording in each language."""
    statement = select(broadcast_body.c.language, broadcast_body.c.segments)
    rows = db.execute(statement.where(broadcast_body.c.broadcast_id == broadcast_id))
    return {row.language: row.segments for row in rows}


def states_of(db: Connection, alert_ids: Sequence[int]) -> dict[int, BroadcastState]:
    """Where the broadcasts of some alerts stand."""
    statement = select(broadcast.c.alert_id, broadcast.c.state).where(broadcast.c.alert_id.in_(alert_ids))
    return {row.alert_id: row.state for row in db.execute(statement)}


def alert_code(db: Connection, broadcast_id: int) -> str:
    """The code of the alert that goes out."""
    statement = select(alert.c.code).join(broadcast, broadcast.c.alert_id == alert.c.id)
    return str(db.execute(statement.where(broadcast.c.id == broadcast_id)).scalar_one())


def move(
    db: Connection,
    broadcast_id: int,
    before: Sequence[BroadcastState],
    after: BroadcastState,
    reason: str | None,
) -> bool:
    """Change the state of a broadcast that stands in one of `before`; was it changed?"""
    moved = db.execute(
        update(broadcast)
        .where(broadcast.c.id == broadcast_id, broadcast.c.state.in_(before))
        .values(state=after, reason=reason)
    )
    return moved.rowcount > 0


def finish(db: Connection, broadcast_id: int, now: datetime) -> bool:
    """Call a broadcast over, when nothing of it is left to do; was it?"""
    finished = db.execute(
        text(
            "UPDATE broadcast b SET finished_at = :now, state = CASE WHEN state = 'cancelled' THEN state"
            " ELSE 'done' END WHERE id = :id AND is_written AND finished_at IS NULL AND NOT EXISTS (SELECT"
            " FROM delivery d WHERE d.broadcast_id = :id AND d.status = 'pending') AND NOT EXISTS (SELECT"
            " FROM delivery d WHERE d.broadcast_id = :id AND d.status IN ('held', 'sending', 'unknown')"
            " AND (d.status <> 'unknown' OR d.reason IS DISTINCT FROM 'never_found'))"
        ),
        {"id": broadcast_id, "now": now},
    )
    return finished.rowcount > 0


def wrote(db: Connection, broadcast_id: int, written_to: str, is_written: bool, made: int, used: int) -> None:
    """Remember how far the writing has come: `made` rows, out of `used` numbers of the sequence."""
    db.execute(
        update(broadcast)
        .where(broadcast.c.id == broadcast_id)
        .values(
            written_to=written_to,
            is_written=is_written,
            total=broadcast.c.total + made,
            next_seq=broadcast.c.next_seq + used,
        )
    )


def _spoken(keyring: Keyring, broadcast_id: int, language: Language, body: Body) -> bytes | None:
    return keyring.seal(body.spoken, spoken_place(broadcast_id, language)) if body.spoken else None


def spoken_place(broadcast_id: int, language: str) -> str:
    return f"broadcast.spoken.{broadcast_id}.{language}"


def _place(broadcast_id: int, language: str) -> str:
    return f"broadcast.body.{broadcast_id}.{language}"


def _read(row: Any) -> Broadcast:
    return Broadcast(
        row.id,
        row.alert_id,
        row.follows_id,
        row.is_urgent,
        row.state,
        row.reason,
        tuple(row.zips),
        tuple(row.senders),
        row.written_to,
        row.next_seq,
        row.total,
        row.is_written,
        row.ends_at,
        row.created_at,
        row.finished_at,
        row.audience,
    )
