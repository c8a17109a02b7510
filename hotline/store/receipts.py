"""Receipts: what the carrier says became of what we sent, one statement into the rows for many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from hotline.domain.delivery import RECEIPT_MOVES, DeliveryStatus, may_move
from hotline.domain.outcome import Reaction
from hotline.store.arrays import array
from hotline.store.parcels import DeliveryKey, Key, MessageKey, NoKey, read_key


@dataclass(frozen=True, slots=True)
class Receipt:
    """`reaction` is what the carrier's code asks of us, as the channel's table has it; None: nothing."""

    key: Key
    sid: str
    status: DeliveryStatus
    code: int | None = None
    reaction: Reaction | None = None

    def fields(self) -> dict[str, str]:
        """As the stream carries it: ids and words of ours, nothing of a person."""
        return {
            "key": str(self.key),
            "sid": self.sid,
            "status": self.status,
            "code": str(self.code or ""),
            "reaction": self.reaction or "",
        }


def read_fields(fields: Mapping[bytes, bytes]) -> Receipt | None:
    """Read what `fields` wrote; None for an entry that no version of ours wrote."""
    plain: dict[str, Any] = {name.decode(): value.decode() for name, value in fields.items()}
    try:
        key = read_key(plain["key"])
        code = int(plain["code"]) if plain["code"] else None
        return Receipt(key, plain["sid"], plain["status"], code, plain["reaction"] or None)
    except (KeyError, ValueError, NoKey):
        return None


def fold(receipts: Sequence[Receipt]) -> list[Receipt]:
    """One receipt for each row: what all of them, in their order, amount to."""
    found: dict[Key, Receipt] = {}
    for receipt in receipts:
        known = found.get(receipt.key)
        if known is None or may_move(known.status, receipt.status):
            found[receipt.key] = receipt
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that a receipt moved."""

    receipt: Receipt
    contact_id: int | None
    phone_hash: bytes | None
    sender: str | None
    kind: str | None  # of a lone message; None for a delivery


_MOVES: Final = [(before, after) for after, befores in RECEIPT_MOVES.items() for before in sorted(befores)]

_APPLY_DELIVERIES = text(
    """
    WITH r AS (
        SELECT * FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:seqs AS int[]), CAST(:statuses AS text[]),
                             CAST(:codes AS int[]), CAST(:sids AS text[]))
               WITH ORDINALITY AS r(broadcast_id, seq, status, code, sid, place)
    ), was AS (
        SELECT d.broadcast_id, d.seq, d.status, d.reason, d.code, r.status AS becomes, r.code AS new_code,
               r.sid, r.place
        FROM delivery d JOIN r USING (broadcast_id, seq)
        ORDER BY d.broadcast_id, d.seq FOR UPDATE OF d
    ), moved AS (
        UPDATE delivery d
        SET status = was.becomes, code = was.new_code, sid = was.sid, leased_until = NULL, not_before = NULL,
            reason = CASE WHEN was.new_code IS NULL THEN NULL ELSE 'carrier' END, settled_at = :now
        FROM was JOIN unnest(CAST(:befores AS text[]), CAST(:afters AS text[])) AS may(before, after)
             ON may.before = was.status AND may.after = was.becomes
        WHERE d.broadcast_id = was.broadcast_id AND d.seq = was.seq
        RETURNING d.broadcast_id, d.status, d.reason, d.code, was.status AS old, was.reason AS old_reason,
                  was.code AS old_code, was.place, d.contact_id, d.phone_hash, d.sender, d.language,
                  left(d.zip, 3) AS area
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, code, language, area, change, created_at)
        SELECT broadcast_id, old, old_reason, old_code, language, area, -count(*), :now FROM moved
        GROUP BY 1, 2, 3, 4, 5, 6
        UNION ALL
        SELECT broadcast_id, status, reason, code, language, area, count(*), :now FROM moved
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT place, contact_id, phone_hash, sender, CAST(NULL AS text) AS kind FROM moved
    """
)

_APPLY_MESSAGES = text(
    """
    WITH r AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:statuses AS text[]), CAST(:codes AS int[]),
                             CAST(:sids AS text[])) WITH ORDINALITY AS r(id, status, code, sid, place)
    ), moved AS (
        UPDATE message m
        SET status = r.status, code = r.code, sid = r.sid, leased_until = NULL, not_before = NULL,
            reason = CASE WHEN r.code IS NULL THEN NULL ELSE 'carrier' END, settled_at = :now
        FROM r JOIN unnest(CAST(:befores AS text[]), CAST(:afters AS text[])) AS may(before, after)
             ON may.after = r.status
        WHERE m.id = r.id AND m.direction = 'out' AND m.status = may.before
        RETURNING r.place, m.contact_id, m.sender, m.kind
    )
    SELECT moved.place, moved.contact_id, c.phone_hash, moved.sender, moved.kind
    FROM moved LEFT JOIN contact c ON c.id = moved.contact_id
    """
)


def apply(db: Connection, receipts: Sequence[Receipt], now: datetime) -> list[Moved]:
    """Move rows forward, by the table and never back; returns what moved. Again is the same as once."""
    folded = fold(receipts)
    deliveries = [r for r in folded if isinstance(r.key, DeliveryKey)]
    messages = [r for r in folded if isinstance(r.key, MessageKey)]
    return _apply_deliveries(db, deliveries, now) + _apply_messages(db, messages, now)


def _apply_deliveries(db: Connection, receipts: Sequence[Receipt], now: datetime) -> list[Moved]:
    if not receipts:
        return []
    keys = [receipt.key for receipt in receipts if isinstance(receipt.key, DeliveryKey)]
    more = {"broadcasts": array([key.broadcast_id for key in keys]), "seqs": array([key.seq for key in keys])}
    return _moved(receipts, db.execute(_APPLY_DELIVERIES, _values(receipts, now) | more))


def _apply_messages(db: Connection, receipts: Sequence[Receipt], now: datetime) -> list[Moved]:
    if not receipts:
        return []
    ids = [receipt.key.id for receipt in receipts if isinstance(receipt.key, MessageKey)]
    return _moved(receipts, db.execute(_APPLY_MESSAGES, _values(receipts, now) | {"ids": array(ids)}))


def _values(receipts: Sequence[Receipt], now: datetime) -> dict[str, Any]:
    return {
        "statuses": array([receipt.status for receipt in receipts]),
        "codes": array([receipt.code for receipt in receipts]),
        "sids": array([receipt.sid for receipt in receipts]),
        "befores": array([before for before, _ in _MOVES]),
        "afters": array([after for _, after in _MOVES]),
        "now": now,
    }


def _moved(receipts: Sequence[Receipt], rows: Any) -> list[Moved]:
    return [
        Moved(receipts[row.place - 1], row.contact_id, row.phone_hash, row.sender, row.kind) for row in rows
    ]


def unfinished(db: Connection, after: timedelta, limit: int, now: datetime) -> list[tuple[Key, str]]:
    """What the carrier took so long ago and never reported on; each row comes up again after as long,
    three times at most. Only broadcasts of these days: a late receipt of an older one counts by itself."""
    rows = db.execute(
        text(
            "WITH due AS (SELECT broadcast_id, seq FROM delivery WHERE status IN ('accepted', 'sent')"
            " AND broadcast_id IN (SELECT id FROM broadcast WHERE created_at > :now - interval '2 days')"
            " AND sid IS NOT NULL AND settled_at <= :before AND misses < 3"
            " LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE delivery d SET settled_at = :now, misses = d.misses + 1 FROM due"
            " WHERE d.broadcast_id = due.broadcast_id AND d.seq = due.seq"
            " RETURNING d.broadcast_id, d.seq, d.sid"
        ),
        {"before": now - after, "now": now, "limit": limit},
    )
    return [(DeliveryKey(row.broadcast_id, row.seq), row.sid) for row in rows]


def doubt(db: Connection, after: timedelta, now: datetime) -> int:
    """Receipts may have been lost: everything the carrier took and did not report on is asked about now."""
    statement = text(
        "UPDATE delivery SET settled_at = settled_at - :after, misses = 0"
        " WHERE status IN ('accepted', 'sent') AND sid IS NOT NULL"
        " AND broadcast_id IN (SELECT id FROM broadcast WHERE created_at > :now - interval '2 days')"
    )
    return db.execute(statement, {"after": after, "now": now}).rowcount
