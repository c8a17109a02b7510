"""Writing one delivery row for each recipient, in steps that go on where they were left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import IntegrityError

from hotline.domain.call import CALLS
from hotline.store.broadcasts import Broadcast
from hotline.store.health import FAILURES_TO_REST, TAKES_NO_TEXTS

# A step's rows are sorted and joined in memory: by default they would go through files.
WORK_MEMORY: Final = "32MB"


@dataclass(frozen=True, slots=True)
class Written:
    """What one step wrote: `read` rows of its source up to `last` (None: there was nothing more), out of
    which came `used` numbers of the sequence and `made` new rows."""

    last: int | None
    read: int
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
        FROM page WHERE is_blocked AND NOT is_call
        UNION ALL
        SELECT page.*, CASE WHEN is_call THEN :calls
                            ELSE (CAST(:senders AS text[]))[1 + page.contact_id % :sender_count] END FROM page
        WHERE NOT is_blocked OR is_call
    ), judged AS (
        SELECT decided.*, CASE WHEN is_resting THEN 'rested' WHEN chosen_sender IS NULL THEN 'blocked'
                               WHEN is_call AND NOT EXISTS (
                                   SELECT FROM broadcast_body b WHERE b.broadcast_id = :id
                                   AND b.language = decided.language AND b.spoken_ct IS NOT NULL)
                               THEN 'no_wording' END AS why_not
        FROM decided
    ), written AS (
        INSERT INTO delivery (broadcast_id, seq, contact_id, phone_hash, language, zip, sender, status,
                              reason)
        SELECT :id, :seq + row_number() OVER (ORDER BY place) - 1, contact_id, phone_hash, language, zip,
               chosen_sender, CASE WHEN why_not IS NULL THEN 'pending' ELSE 'skipped' END, why_not
        FROM judged ORDER BY place
        {or_nothing} RETURNING status, reason
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, change, created_at)
        SELECT :id, status, reason, count(*), :now FROM written GROUP BY status, reason
    )
    SELECT (SELECT max(place) FROM source) AS last, (SELECT count(*) FROM source) AS read,
           (SELECT count(*) FROM page) AS used, (SELECT count(*) FROM written) AS made
"""


@dataclass(frozen=True, slots=True)
class _Ways:
    """One statement, said plainly and said carefully. The careful one looks at every index before each row
    and costs half as much again; it is needed when a number has a row under another contact (erased and
    signed up anew while the rows are written), which the plain one only finds out by failing."""

    plain: TextClause
    careful: TextClause


def _both(page: str) -> _Ways:
    statement = page + _DECIDED
    return _Ways(
        text(statement.replace("{or_nothing}", "")),
        text(statement.replace("{or_nothing}", "ON CONFLICT DO NOTHING")),
    )


_WRITE_ZIP = _both(
    """
    WITH source AS MATERIALIZED (
        SELECT s.id AS place, s.contact_id, s.zip, s.channel = 'voice' AS is_call FROM subscription s
        WHERE s.zip = :zip AND s.id > :after AND 'alert' = ANY(s.kinds)
        ORDER BY s.id LIMIT :limit
    ), page AS (
        SELECT source.place, c.id AS contact_id, c.phone_hash, coalesce(c.language, 'es') AS language,
               source.zip, source.is_call,
               EXISTS (SELECT FROM carrier_block k WHERE k.phone_hash = c.phone_hash) AS is_blocked,
               EXISTS (SELECT FROM number_health h
                       WHERE h.phone_hash = c.phone_hash AND h.failures >= :failures
                       AND NOT (source.is_call AND h.code = ANY(CAST(:deaf AS int[])))) AS is_resting
        FROM source JOIN contact c ON c.id = source.contact_id
        WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
          AND NOT EXISTS (SELECT FROM delivery mine
                          WHERE mine.broadcast_id = :id AND mine.contact_id = c.id)
    ),"""
)

_WRITE_REACHED = _both(
    """
    WITH source AS MATERIALIZED (
        SELECT f.seq AS place, f.contact_id, f.language, f.zip, f.sender = :calls AS is_call FROM delivery f
        WHERE f.broadcast_id = :follows AND f.seq > :after AND f.status = ANY(:reached)
          AND NOT EXISTS (SELECT FROM delivery mine
                          WHERE mine.broadcast_id = :id AND mine.contact_id = f.contact_id)
        ORDER BY f.seq LIMIT :limit
    ), page AS (
        SELECT source.place, c.id AS contact_id, c.phone_hash,
               coalesce(c.language, source.language) AS language, source.zip, source.is_call,
               EXISTS (SELECT FROM carrier_block k WHERE k.phone_hash = c.phone_hash) AS is_blocked,
               EXISTS (SELECT FROM number_health h
                       WHERE h.phone_hash = c.phone_hash AND h.failures >= :failures
                       AND NOT (source.is_call AND h.code = ANY(CAST(:deaf AS int[])))) AS is_resting
        FROM source JOIN contact c ON c.id = source.contact_id
        WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
    ),"""
)


def write_zip(
    db: Connection, to: Broadcast, seq: int, zip_code: str, after: int, limit: int, now: datetime
) -> Written:
    """Write rows for the next subscribers of one ZIP code, the longest waiting first, from `seq` on."""
    return _written(db, _WRITE_ZIP, to, now, seq=seq, zip=zip_code, after=after, limit=limit)


def write_reached(
    db: Connection, to: Broadcast, reached: Sequence[str], after: int, limit: int, now: datetime
) -> Written:
    """Write rows for the next recipients whom the broadcast that `to` follows has reached."""
    return _written(
        db,
        _WRITE_REACHED,
        to,
        now,
        seq=to.next_seq,
        follows=to.follows_id,
        reached=list(reached),
        after=after,
        limit=limit,
    )


def _written(db: Connection, statement: _Ways, to: Broadcast, now: datetime, **more: Any) -> Written:
    values = {
        "id": to.id,
        "senders": list(to.senders),
        "sender_count": len(to.senders),
        "failures": FAILURES_TO_REST,
        "calls": CALLS,
        "deaf": list(TAKES_NO_TEXTS),
        "now": now,
        **more,
    }
    db.execute(text(f"SET LOCAL work_mem = '{WORK_MEMORY}'"))
    try:
        with db.begin_nested():
            row = db.execute(statement.plain, values).one()
    except IntegrityError:
        row = db.execute(statement.careful, values).one()
    return Written(row.last, int(row.read), int(row.made), int(row.used))
