"""Deliveries: taken by one worker at a time, settled in batches, never sent twice on a guess."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.domain.call import CALLS
from hotline.domain.phone import PhoneNumber
from hotline.domain.timing import USUAL, Timing
from hotline.store import contacts
from hotline.store.arrays import array
from hotline.store.broadcasts import Body, Broadcast
from hotline.store.parcels import DeliveryKey, Parcel, Result
from hotline.store.sealing import CannotOpen, Keyring

# Taken and judged in one statement: whoever opted out since the rows were written is skipped here, and so is
# the second row of a number (erased and signed up anew while the rows were written).
_TAKE = text(
    """
    WITH picked AS (
        SELECT d.broadcast_id, d.seq, d.contact_id, d.phone_hash, d.reason, d.code FROM delivery d
        WHERE d.broadcast_id = :id AND d.sender = :sender AND d.status = 'pending'
          AND (d.not_before IS NULL OR d.not_before <= :now)
          AND (d.zip IS NULL OR d.zip <> ALL(CAST(:quiet AS varchar[])))
          AND EXISTS (SELECT FROM broadcast b WHERE b.id = :id AND b.state = 'sending' AND b.ends_at > :now)
        ORDER BY d.seq LIMIT :limit FOR UPDATE OF d SKIP LOCKED
    ), judged AS (
        SELECT picked.broadcast_id, picked.seq, picked.reason, picked.code, c.id AS contact_id, c.phone_ct,
               CASE WHEN c.id IS NULL THEN 'erased'
                    WHEN EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
                    THEN 'opted_out'
                    WHEN row_number() OVER (PARTITION BY picked.phone_hash ORDER BY picked.seq) > 1
                      OR EXISTS (SELECT FROM delivery o WHERE o.broadcast_id = :id AND o.seq <> picked.seq
                                 AND o.phone_hash = picked.phone_hash AND o.fence > 0)
                    THEN 'double' END AS why_not
        FROM picked LEFT JOIN contact c ON c.id = picked.contact_id
    ), taken AS (
        UPDATE delivery d
        SET status = CASE WHEN j.why_not IS NULL THEN 'sending' ELSE 'skipped' END, reason = j.why_not,
            fence = d.fence + CASE WHEN j.why_not IS NULL THEN 1 ELSE 0 END,
            misses = 0, not_before = NULL, code = NULL,
            asked_at = CASE WHEN j.why_not IS NULL THEN CAST(:now AS timestamptz) END,
            leased_until = CASE WHEN j.why_not IS NULL THEN CAST(:until AS timestamptz) END,
            settled_at = CASE WHEN j.why_not IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END
        FROM judged j WHERE d.broadcast_id = j.broadcast_id AND d.seq = j.seq AND d.broadcast_id = :id
        RETURNING d.seq, d.fence, d.attempt, d.language, left(d.zip, 3) AS area, d.status, d.reason,
                  j.contact_id, j.phone_ct, j.reason AS was_reason, j.code AS was_code
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, code, language, area, change, created_at)
        SELECT :id, 'pending', was_reason, was_code, language, area, -count(*), :now FROM taken
        GROUP BY 3, 4, 5, 6
        UNION ALL SELECT :id, status, reason, NULL, language, area, count(*), :now FROM taken
        GROUP BY 2, 3, 5, 6
    )
    SELECT * FROM taken WHERE status = 'sending' ORDER BY seq
    """
)


def take(
    db: Connection,
    keyring: Keyring,
    of: Broadcast,
    bodies: Mapping[str, Body],
    sender: str,
    limit: int,
    quiet: Sequence[str],
    now: datetime,
    timing: Timing = USUAL,
) -> list[Parcel]:
    """Take the next rows of one sender, in their order; two workers never take the same.

    Commit before the first request goes out: after that a row can only be settled or looked up.
    `quiet` are ZIP codes where it is night for a broadcast that waits for morning.
    """
    rows = db.execute(
        _TAKE,
        {
            "id": of.id,
            "sender": sender,
            "limit": limit,
            "quiet": list(quiet),
            "now": now,
            "until": now + timing.lease,
        },
    )
    return [_parcel(keyring, of, bodies, sender, row) for row in rows]


def _parcel(keyring: Keyring, of: Broadcast, bodies: Mapping[str, Body], sender: str, row: Any) -> Parcel:
    body = bodies[row.language]
    return Parcel(
        DeliveryKey(of.id, row.seq),
        row.fence,
        row.attempt,
        number_behind(keyring, row.contact_id, row.phone_ct),
        body.text,
        sender,
        1 if sender == CALLS else body.segments,
        of.ends_at,
    )


def number_behind(keyring: Keyring, contact_id: int | None, sealed: bytes | None) -> PhoneNumber | None:
    """The number of a contact, opened; None when the contact is gone or no key of ours opens it."""
    if contact_id is None or sealed is None:
        return None
    try:
        return PhoneNumber(keyring.open(sealed, contacts.place(contact_id)))
    except CannotOpen:
        return None


_SETTLE = text(
    """
    WITH r AS (
        SELECT * FROM unnest(CAST(:seqs AS int[]), CAST(:fences AS int[]), CAST(:statuses AS text[]),
                             CAST(:reasons AS text[]), CAST(:codes AS int[]), CAST(:sids AS text[]),
                             CAST(:befores AS timestamptz[]), CAST(:counts AS smallint[]))
               AS r(seq, fence, status, reason, code, sid, not_before, counted)
    ), moved AS (
        UPDATE delivery d
        SET status = r.status, reason = r.reason, code = r.code, sid = coalesce(d.sid, r.sid),
            not_before = r.not_before, attempt = d.attempt + r.counted, leased_until = NULL, settled_at = :now
        FROM r
        WHERE d.broadcast_id = :id AND d.seq = r.seq AND d.seq BETWEEN :low AND :high
          AND d.status = 'sending' AND d.fence = r.fence
        RETURNING d.seq, d.status, d.reason, d.code, d.language, left(d.zip, 3) AS area
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, code, language, area, change, created_at)
        SELECT :id, 'sending', NULL, NULL, language, area, -count(*), :now FROM moved GROUP BY 5, 6
        UNION ALL
        SELECT :id, status, reason, code, language, area, count(*), :now FROM moved GROUP BY 2, 3, 4, 5, 6
    )
    SELECT seq FROM moved
    """
)


def settle(db: Connection, broadcast_id: int, results: Sequence[Result], now: datetime) -> set[int]:
    """Write what became of rows of one broadcast, in one statement; returns those that were still ours.

    A row whose receipt came before the answer, or whose lease was lost, is left as it is.
    """
    ordered = sorted(results, key=_seq)
    seqs, settled = [_seq(result) for result in ordered], [result.settled for result in ordered]
    moved = db.execute(
        _SETTLE,
        {
            "id": broadcast_id,
            "low": seqs[0],
            "high": seqs[-1],
            "seqs": array(seqs),
            "fences": array([result.fence for result in ordered]),
            "statuses": array([one.status for one in settled]),
            "reasons": array([one.reason for one in settled]),
            "codes": array([one.code for one in settled]),
            "sids": array([one.sid for one in settled]),
            "befores": array([one.not_before for one in settled]),
            "counts": array([one.counted for one in settled]),
            "now": now,
        },
    )
    return set(moved.scalars())


def _seq(result: Result) -> int:
    assert isinstance(result.key, DeliveryKey)
    return result.key.seq


def last_asked(db: Connection, broadcast_id: int, seqs: Sequence[int]) -> datetime | None:
    """When the last of these rows was asked of the carrier."""
    found: datetime | None = db.scalar(
        text(
            "SELECT max(asked_at) FROM delivery WHERE broadcast_id = :id AND seq = ANY(CAST(:seqs AS int[]))"
        ),
        {"id": broadcast_id, "seqs": list(seqs)},
    )
    return found


def has_pending(db: Connection, broadcast_id: int, sender: str, quiet: Sequence[str], now: datetime) -> bool:
    """Does this sender have a row of this broadcast that could be taken now?"""
    found = db.scalar(
        text(
            "SELECT EXISTS (SELECT FROM delivery d WHERE d.broadcast_id = :id AND d.sender = :sender"
            " AND d.status = 'pending' AND (d.not_before IS NULL OR d.not_before <= :now)"
            " AND (d.zip IS NULL OR d.zip <> ALL(CAST(:quiet AS varchar[]))))"
        ),
        {"id": broadcast_id, "sender": sender, "quiet": list(quiet), "now": now},
    )
    return bool(found)


def has_work(db: Connection, now: datetime) -> bool:
    """Is there a row that could be sent now?"""
    found = db.scalar(
        text(
            "SELECT EXISTS (SELECT FROM broadcast b WHERE b.finished_at IS NULL AND b.state = 'sending'"
            " AND b.ends_at > :now AND (SELECT true FROM delivery d WHERE d.broadcast_id = b.id"
            " AND d.status = 'pending' AND (d.not_before IS NULL OR d.not_before <= :now)"
            " ORDER BY d.sender, d.seq LIMIT 1))"
        ),
        {"now": now},
    )
    return bool(found)
