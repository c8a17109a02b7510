"""Whose number stands behind a delivery or a message."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from hotline.domain.language import Language
from hotline.store.parcels import DeliveryKey, Key, MessageKey


@dataclass(frozen=True, slots=True)
class Recipient:
    contact_id: int
    phone_hash: bytes
    language: Language | None


def of(db: Connection, keys: Sequence[Key]) -> dict[Key, Recipient]:
    """The contacts behind these keys; a key without one is left out."""
    deliveries = [key for key in keys if isinstance(key, DeliveryKey)]
    messages = [key for key in keys if isinstance(key, MessageKey)]
    found: dict[Key, Recipient] = {}
    if deliveries:
        rows = db.execute(
            text(
                "SELECT d.broadcast_id, d.seq, c.id, c.phone_hash, c.language"
                " FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:seqs AS int[])) AS k(broadcast_id, seq)"
                " JOIN delivery d USING (broadcast_id, seq) JOIN contact c ON c.id = d.contact_id"
            ),
            {"broadcasts": [k.broadcast_id for k in deliveries], "seqs": [k.seq for k in deliveries]},
        )
        found |= {
            DeliveryKey(row.broadcast_id, row.seq): Recipient(row.id, row.phone_hash, row.language)
            for row in rows
        }
    if messages:
        rows = db.execute(
            text(
                "SELECT m.id AS message_id, c.id, c.phone_hash, c.language FROM message m"
                " JOIN contact c ON c.id = m.contact_id WHERE m.id = ANY(CAST(:ids AS bigint[]))"
            ),
            {"ids": [key.id for key in messages]},
        )
        found |= {MessageKey(row.message_id): Recipient(row.id, row.phone_hash, row.language) for row in rows}
    return found
