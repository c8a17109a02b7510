"""Broadcasts: one alert going out; states, wording, and the writing of one row for each recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, text, update

from hotline.domain.language import Language
from hotline.store.health import FAILURES_TO_REST
from hotline.store.sealing import Keyring
from hotline.store.tables import broadcast, broadcast_body

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


@dataclass(frozen=True, slots=True)
class Body:
    """The wording in one language, opened."""

    text: str
    encoding: str
    segments: int


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
) -> int:
    """Write a broadcast and its wordings; its deliveries are written after the commit."""
    added = db.execute(
        insert(broadcast)
        .values(
            alert_id=alert_id,
            follows_id=follows_id,
            is_urgent=is_urgent,
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


def bodies_of(db: Connection, keyring: Keyring, broadcast_id: int) -> dict[str, Body]:
    """The wordings of a broadcast by language, opened."""
    rows = db.execute(select(broadcast_body).where(broadcast_body.c.broadcast_id == broadcast_id))
    return {
        row.language: Body(
            keyring.open(row.body_ct, _place(broadcast_id, row.language)), row.encoding, row.segments
        )
        for row in rows
    }


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


@dataclass(frozen=True, slots=True)
class Written:
    """What one step wrote: `last` is where it ended (None: there was nothing more), `made` new rows,
    `used` numbers of the sequence."""

    last: int | None
    made: int
    used: int


# Who takes part, and as what. The sender is the same for a contact as long as the list of senders is;
# only who has told one sender STOP gets another. Somebody with two ZIP codes gets one row: the first.
_DECIDED = """
    decided AS (
        SELECT page.*, (SELECT u.name FROM unnest(CAST(:senders AS text[])) WITH ORDINALITY u(name, i)
                        WHERE NOT EXISTS (SELECT FROM carrier_block k
                                          WHERE k.phone_hash = page.phone_hash AND k.sender = u.name)
                        ORDER BY (u.i + page.contact_id) % :sender_count, u.i LIMIT 1) AS chosen_sender
        FROM page WHERE is_blocked
        UNION ALL
        SELECT page.*, (CAST(:senders AS text[]))[1 + page.contact_id % :sender_count] FROM page
        WHERE NOT is_blocked
    ), judged AS (
        SELECT decided.*, CASE WHEN is_resting THEN 'rested' WHEN chosen_sender IS NULL THEN 'blocked'
                          END AS why_not
        FROM decided
    ), written AS (
        INSERT INTO delivery (broadcast_id, seq, contact_id, phone_hash, language, zip, sender, status,
                              reason)
        SELECT :id, :seq + row_number() OVER (ORDER BY place) - 1, contact_id, phone_hash, language, zip,
               chosen_sender, CASE WHEN why_not IS NULL THEN 'pending' ELSE 'skipped' END, why_not
        FROM judged ORDER BY place
        ON CONFLICT DO NOTHING RETURNING status, reason
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, change, created_at)
        SELECT :id, status, reason, count(*), :now FROM written GROUP BY status, reason
    )
    SELECT (SELECT max(place) FROM page) AS last, (SELECT count(*) FROM page) AS used,
           (SELECT count(*) FROM written) AS made
"""

_WRITE_ZIP = text(
    """
    WITH page AS (
        SELECT s.id AS place, c.id AS contact_id, c.phone_hash, coalesce(c.language, 'es') AS language,
               s.zip,
               EXISTS (SELECT FROM carrier_block k WHERE k.phone_hash = c.phone_hash) AS is_blocked,
               EXISTS (SELECT FROM number_health h
                       WHERE h.phone_hash = c.phone_hash AND h.failures >= :failures) AS is_resting
        FROM subscription s JOIN contact c ON c.id = s.contact_id
        WHERE s.zip = :zip AND s.id > :after AND s.channel = 'sms' AND 'alert' = ANY(s.kinds)
          AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
        ORDER BY s.id LIMIT :limit
    ),"""
    + _DECIDED
)

_WRITE_REACHED = text(
    """
    WITH page AS (
        SELECT f.seq AS place, c.id AS contact_id, c.phone_hash,
               coalesce(c.language, f.language) AS language, f.zip,
               EXISTS (SELECT FROM carrier_block k WHERE k.phone_hash = c.phone_hash) AS is_blocked,
               EXISTS (SELECT FROM number_health h
                       WHERE h.phone_hash = c.phone_hash AND h.failures >= :failures) AS is_resting
        FROM delivery f JOIN contact c ON c.id = f.contact_id
        WHERE f.broadcast_id = :follows AND f.seq > :after AND f.status = ANY(:reached)
          AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
          AND NOT EXISTS (SELECT FROM delivery mine
                          WHERE mine.broadcast_id = :id AND mine.contact_id = f.contact_id)
        ORDER BY f.seq LIMIT :limit
    ),"""
    + _DECIDED
)


def write_zip(
    db: Connection, to: Broadcast, zip_code: str, after: int, limit: int, now: datetime
) -> Written:
    """Write rows for the next subscribers of one ZIP code, the longest waiting first."""
    return _written(db, _WRITE_ZIP, to, now, zip=zip_code, after=after, limit=limit)


def write_reached(
    db: Connection, to: Broadcast, reached: Sequence[str], after: int, limit: int, now: datetime
) -> Written:
    """Write rows for the next recipients whom the broadcast that `to` follows has reached."""
    return _written(
        db,
        _WRITE_REACHED,
        to,
        now,
        follows=to.follows_id,
        reached=list(reached),
        after=after,
        limit=limit,
    )


def _written(
    db: Connection, statement: Any, to: Broadcast, now: datetime, **more: Any
) -> Written:
    values = {
        "id": to.id,
        "seq": to.next_seq,
        "senders": list(to.senders),
        "sender_count": len(to.senders),
        "failures": FAILURES_TO_REST,
        "now": now,
        **more,
    }
    row = db.execute(statement, values).one()
    return Written(row.last, int(row.made), int(row.used))


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
    )
