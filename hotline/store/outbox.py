"""Lone messages on their way out: taken, settled and looked up like deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.domain.phone import PhoneNumber
from hotline.domain.timing import USUAL, Timing
from hotline.store.messages import body_place, phone_place
from hotline.store.parcels import Lost, MessageKey, Parcel, Result
from hotline.store.sealing import CannotOpen, Keyring

_TAKE = text(
    """
    WITH picked AS (
        SELECT id FROM message
        WHERE direction = 'out' AND status = 'pending' AND (not_before IS NULL OR not_before <= :now)
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE message m
    SET status = CASE WHEN m.ends_at <= :now THEN 'skipped' ELSE 'sending' END,
        reason = CASE WHEN m.ends_at <= :now THEN 'expired' END,
        fence = m.fence + 1, misses = 0, not_before = NULL, asked_at = :now,
        leased_until = :until, sender = coalesce(m.sender, :sender)
    FROM picked WHERE m.id = picked.id
    RETURNING m.id, m.fence, m.attempt, m.phone_ct, m.body_ct, m.sender, m.segments, m.ends_at, m.status
    """
)


def take(
    db: Connection, keyring: Keyring, sender: str, limit: int, now: datetime, timing: Timing = USUAL
) -> list[Parcel]:
    """Take the next messages, oldest first; commit before the first request goes out."""
    until = now + timing.lease
    rows = db.execute(_TAKE, {"limit": limit, "now": now, "until": until, "sender": sender}).all()
    return [_parcel(keyring, row) for row in sorted(rows, key=lambda row: row.id) if row.status == "sending"]


def _parcel(keyring: Keyring, row: Any) -> Parcel:
    number, body = _opened(keyring, row)
    return Parcel(
        MessageKey(row.id), row.fence, row.attempt, number, body, row.sender, row.segments or 1, row.ends_at
    )


def _opened(keyring: Keyring, row: Any) -> tuple[PhoneNumber | None, str]:
    try:
        number = PhoneNumber(keyring.open(row.phone_ct, phone_place(row.id)))
        return number, keyring.open(row.body_ct, body_place(row.id))
    except (CannotOpen, TypeError):
        return None, ""


def settle(db: Connection, results: Sequence[Result], now: datetime) -> set[int]:
    """Write what became of messages; returns those that were still ours."""
    rows = db.execute(
        text(
            "UPDATE message m SET status = r.status, reason = r.reason, code = r.code,"
            " sid = coalesce(m.sid, r.sid), not_before = r.not_before, attempt = m.attempt + r.counted,"
            " leased_until = NULL, settled_at = :now"
            " FROM unnest(CAST(:ids AS bigint[]), CAST(:fences AS int[]), CAST(:statuses AS text[]),"
            " CAST(:reasons AS text[]), CAST(:codes AS int[]), CAST(:sids AS text[]),"
            " CAST(:befores AS timestamptz[]), CAST(:counts AS smallint[]))"
            " AS r(id, fence, status, reason, code, sid, not_before, counted)"
            " WHERE m.id = r.id AND m.status = 'sending' AND m.fence = r.fence RETURNING m.id"
        ),
        {
            "ids": [_id(result) for result in results],
            "fences": [result.fence for result in results],
            "statuses": [_status(result) for result in results],
            "reasons": [result.settled.reason for result in results],
            "codes": [result.settled.code for result in results],
            "sids": [result.settled.sid for result in results],
            "befores": [result.settled.not_before for result in results],
            "counts": [result.settled.counted for result in results],
            "now": now,
        },
    )
    return {int(row.id) for row in rows}


def _id(result: Result) -> int:
    assert isinstance(result.key, MessageKey)
    return result.key.id


def _status(result: Result) -> str:
    """A lone message is not held apart: it waits as pending until its time."""
    return "pending" if result.settled.status == "held" else result.settled.status


def lose(db: Connection, now: datetime) -> int:
    """Messages whose worker's lease is over: nobody knows whether the request went out."""
    return db.execute(
        text(
            "UPDATE message SET status = 'unknown', reason = 'worker_lost', leased_until = NULL,"
            " not_before = NULL WHERE direction = 'out' AND status = 'sending' AND leased_until <= :now"
        ),
        {"now": now},
    ).rowcount


def to_look_up(
    db: Connection, keyring: Keyring, limit: int, now: datetime, timing: Timing = USUAL
) -> list[Lost]:
    """Messages whose answer never came, to be looked up now; ours for a minute."""
    rows = db.execute(
        text(
            "WITH due AS (SELECT id FROM message WHERE direction = 'out' AND status = 'unknown'"
            " AND asked_at <= :asked_before AND (not_before IS NULL OR not_before <= :now)"
            " AND reason IS DISTINCT FROM 'never_found' ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE message m SET not_before = :again FROM due WHERE m.id = due.id"
            " RETURNING m.id, m.fence, m.misses, m.phone_ct, m.body_ct, m.sender, m.asked_at, m.ends_at"
        ),
        {
            "now": now,
            "asked_before": now - timing.shown_after,
            "again": now + timing.look_again_after,
            "limit": limit,
        },
    ).all()
    return [_lost(keyring, row) for row in rows]


def _lost(keyring: Keyring, row: Any) -> Lost:
    number, body = _opened(keyring, row)
    return Lost(
        MessageKey(row.id), row.fence, row.misses, number, body, row.sender, row.asked_at, row.ends_at
    )


def missed(db: Connection, lost: Lost, now: datetime, timing: Timing = USUAL) -> None:
    """The carrier's list does not show it, this time."""
    _change(db, lost, "misses = misses + 1, not_before = :again", again=now + timing.look_again_after)


def absent(db: Connection, lost: Lost) -> bool:
    """The carrier certainly has it not: it may be sent again."""
    return _change(db, lost, "status = 'pending', reason = NULL, not_before = NULL")


def never_found(db: Connection, lost: Lost) -> bool:
    """Past its end and not found: it stays unknown, and nobody looks for it any more."""
    return _change(db, lost, "reason = 'never_found', not_before = NULL")


def _change(db: Connection, lost: Lost, change: str, **more: Any) -> bool:
    assert isinstance(lost.key, MessageKey)
    statement = f"UPDATE message SET {change} WHERE id = :id AND status = 'unknown' AND fence = :fence"  # noqa: S608
    return db.execute(text(statement), {"id": lost.key.id, "fence": lost.fence, **more}).rowcount > 0


def waiting_segments(db: Connection, limit: int, now: datetime) -> list[int]:
    """The segments of each message that could be sent now, oldest first."""
    rows = db.scalars(
        text(
            "SELECT greatest(segments, 1) FROM message WHERE direction = 'out' AND status = 'pending'"
            " AND (not_before IS NULL OR not_before <= :now) ORDER BY id LIMIT :limit"
        ),
        {"now": now, "limit": limit},
    )
    return [int(segments) for segments in rows]


def oldest_waiting(db: Connection, now: datetime) -> datetime | None:
    """When the oldest message that could be sent now was written."""
    found = db.scalar(
        text(
            "SELECT created_at FROM message WHERE direction = 'out' AND status = 'pending'"
            " AND (not_before IS NULL OR not_before <= :now) ORDER BY id LIMIT 1"
        ),
        {"now": now},
    )
    return found if isinstance(found, datetime) else None


def has_unknown(db: Connection) -> bool:
    """Is there a message that must be looked up?"""
    found = db.scalar(
        text(
            "SELECT EXISTS (SELECT FROM message WHERE direction = 'out' AND status = 'unknown'"
            " AND reason IS DISTINCT FROM 'never_found')"
        )
    )
    return bool(found)
