"""Writing one delivery row for each recipient, in steps that go on where they were left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.store.broadcasts import Broadcast
from hotline.store.health import FAILURES_TO_REST


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
        ON CONFLICT (contact_id, broadcast_id) DO NOTHING RETURNING status, reason
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
    ),"""  # noqa: S608 - both halves stand in this file
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
    ),"""  # noqa: S608 - both halves stand in this file
    + _DECIDED
)


def write_zip(db: Connection, to: Broadcast, zip_code: str, after: int, limit: int, now: datetime) -> Written:
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


def _written(db: Connection, statement: Any, to: Broadcast, now: datetime, **more: Any) -> Written:
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
