"""Deliveries whose answer never came: what to look for, and what came of looking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.domain.timing import USUAL, Timing
from hotline.store.broadcasts import Body, Broadcast
from hotline.store.deliveries import number_behind
from hotline.store.parcels import DeliveryKey, Lost
from hotline.store.sealing import Keyring
from hotline.store.standing import move


def has_unknown(db: Connection, broadcast_id: int) -> bool:
    """Is there a row that must be looked up?"""
    found = db.scalar(
        text(
            "SELECT EXISTS (SELECT FROM delivery d WHERE d.broadcast_id = :id AND d.status = 'unknown'"
            " AND d.reason IS DISTINCT FROM 'never_found')"
        ),
        {"id": broadcast_id},
    )
    return bool(found)


_LOOK = text(
    """
    WITH due AS (
        SELECT d.seq FROM delivery d
        WHERE d.broadcast_id = :id AND d.status = 'unknown' AND d.asked_at <= :asked_before
          AND (d.not_before IS NULL OR d.not_before <= :now) AND d.reason IS DISTINCT FROM 'never_found'
        ORDER BY d.seq LIMIT :limit FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE delivery d SET not_before = :again FROM due
        WHERE d.broadcast_id = :id AND d.seq = due.seq
        RETURNING d.seq, d.fence, d.misses, d.language, d.sender, d.asked_at, d.contact_id
    )
    SELECT taken.*, c.phone_ct FROM taken LEFT JOIN contact c ON c.id = taken.contact_id ORDER BY seq
    """
)


def to_look_up(
    db: Connection,
    keyring: Keyring,
    of: Broadcast,
    bodies: Mapping[str, Body],
    limit: int,
    now: datetime,
    timing: Timing = USUAL,
) -> list[Lost]:
    """Rows whose answer never came and that the carrier should be asked about now; ours for a minute."""
    rows = db.execute(
        _LOOK,
        {
            "id": of.id,
            "now": now,
            "asked_before": now - timing.shown_after,
            "again": now + timing.look_again_after,
            "limit": limit,
        },
    )
    return [
        Lost(
            DeliveryKey(of.id, row.seq),
            row.fence,
            row.misses,
            number_behind(keyring, row.contact_id, row.phone_ct),
            bodies[row.language].text,
            row.sender,
            row.asked_at,
            of.ends_at,
        )
        for row in rows
    ]


def missed(db: Connection, lost: Lost, now: datetime, timing: Timing = USUAL) -> None:
    """The carrier's list does not show it, this time."""
    assert isinstance(lost.key, DeliveryKey)
    db.execute(
        text(
            "UPDATE delivery SET misses = misses + 1, not_before = :again WHERE broadcast_id = :id"
            " AND seq = :seq AND status = 'unknown' AND fence = :fence"
        ),
        _one(lost, again=now + timing.look_again_after),
    )


def absent(db: Connection, lost: Lost, now: datetime) -> bool:
    """The carrier certainly has it not: it may be sent again. False when a receipt came meanwhile."""
    assert isinstance(lost.key, DeliveryKey)
    moved = move(
        db,
        lost.key.broadcast_id,
        "d.seq = :seq AND d.status = 'unknown' AND d.fence = :fence",
        "status = 'pending', reason = NULL, code = NULL, not_before = NULL",
        now,
        1,
        seq=lost.key.seq,
        fence=lost.fence,
    )
    return moved > 0


def never_found(db: Connection, lost: Lost, now: datetime) -> bool:
    """Past its end and not found: it stays unknown, and nobody looks for it any more."""
    assert isinstance(lost.key, DeliveryKey)
    moved = move(
        db,
        lost.key.broadcast_id,
        "d.seq = :seq AND d.status = 'unknown' AND d.fence = :fence",
        "reason = 'never_found', not_before = NULL",
        now,
        1,
        seq=lost.key.seq,
        fence=lost.fence,
    )
    return moved > 0


def _one(lost: Lost, **more: Any) -> dict[str, Any]:
    assert isinstance(lost.key, DeliveryKey)
    return {"id": lost.key.broadcast_id, "seq": lost.key.seq, "fence": lost.fence, **more}
