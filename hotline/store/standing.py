"""Where deliveries stand: changes that no answer of the carrier makes (waiting, skipped, lost)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

# Every change of state that no batch of answers makes: whatever the cause, rows and tallies move together.
_MOVE = """
    WITH due AS (
        SELECT d.seq, d.status AS was, d.reason AS was_reason, d.code AS was_code FROM delivery d
        WHERE d.broadcast_id = :id AND {which} ORDER BY d.seq LIMIT :limit FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE delivery d SET {change} FROM due WHERE d.broadcast_id = :id AND d.seq = due.seq
        RETURNING d.seq, d.status, d.reason, d.code, d.language, left(d.zip, 3) AS area,
                  due.was, due.was_reason, due.was_code
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, code, language, area, change, created_at)
        SELECT :id, was, was_reason, was_code, language, area, -count(*), :now FROM moved
        GROUP BY 2, 3, 4, 5, 6
        UNION ALL SELECT :id, status, reason, code, language, area, count(*), :now FROM moved
        GROUP BY 2, 3, 4, 5, 6
    )
    SELECT count(*) FROM moved
"""


def move(
    db: Connection, broadcast_id: int, which: str, change: str, now: datetime, limit: int, **more: Any
) -> int:
    statement = text(_MOVE.format(which=which, change=change))
    moved = db.execute(statement, {"id": broadcast_id, "now": now, "limit": limit, **more}).scalar_one()
    return int(moved)


def skip(db: Connection, broadcast_id: int, reason: str, now: datetime, limit: int) -> int:
    """Give up rows that were not asked of the carrier yet: expired, cancelled, superseded."""
    return move(
        db,
        broadcast_id,
        "d.status IN ('pending', 'held')",
        "status = 'skipped', reason = :reason, code = NULL, not_before = NULL, settled_at = :now",
        now,
        limit,
        reason=reason,
    )


def skip_erased(db: Connection, contact_id: int, now: datetime) -> int:
    """Give up what waits for a contact that is being erased, in every broadcast."""
    waiting = db.execute(
        text(
            "SELECT broadcast_id, count(*) AS n FROM delivery WHERE contact_id = :contact"
            " AND status IN ('pending', 'held') GROUP BY 1 ORDER BY 1"
        ),
        {"contact": contact_id},
    ).all()
    return sum(
        move(
            db,
            row.broadcast_id,
            "d.contact_id = :contact AND d.status IN ('pending', 'held')",
            "status = 'skipped', reason = 'erased', code = NULL, not_before = NULL, settled_at = :now",
            now,
            row.n,
            contact=contact_id,
        )
        for row in waiting
    )


def hold(
    db: Connection,
    broadcast_id: int,
    reason: str,
    until: datetime,
    zips: Sequence[str],
    now: datetime,
    limit: int,
) -> int:
    """Let rows of some ZIP codes wait (it is night there)."""
    return move(
        db,
        broadcast_id,
        "d.status = 'pending' AND d.zip = ANY(CAST(:zips AS varchar[]))",
        "status = 'held', reason = :reason, not_before = :until",
        now,
        limit,
        reason=reason,
        until=until,
        zips=list(zips),
    )


def wake_held(db: Connection, broadcast_id: int, now: datetime, limit: int) -> int:
    """Rows that have waited long enough may go on."""
    return move(
        db,
        broadcast_id,
        "d.status = 'held' AND d.not_before <= :now",
        "status = 'pending', reason = NULL, code = NULL, not_before = NULL",
        now,
        limit,
    )


def lose(db: Connection, broadcast_id: int, now: datetime, limit: int) -> int:
    """Rows whose worker's lease is over: the request may have gone out, nobody knows."""
    return move(
        db,
        broadcast_id,
        "d.status = 'sending' AND d.leased_until <= :now",
        "status = 'unknown', reason = 'worker_lost', leased_until = NULL, not_before = NULL",
        now,
        limit,
    )


def stop_looking(db: Connection, broadcast_id: int, now: datetime, limit: int) -> int:
    """Long after the end: what could not be looked up stays unknown for good."""
    return move(
        db,
        broadcast_id,
        "d.status = 'unknown' AND d.reason IS DISTINCT FROM 'never_found'",
        "reason = 'never_found', not_before = NULL",
        now,
        limit,
    )
