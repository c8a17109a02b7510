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

# A step's rows are sorted and joined in memory: by default they would go through files. And a step need not
# wait for the disk: what a crash of the machine takes away is written again, from where the broadcast's own
# row, which went with it, says (https://www.postgresql.org/docs/current/wal-async-commit.html).
_SETTINGS: Final = text("SET LOCAL work_mem = '32MB'; SET LOCAL synchronous_commit = off")
ZIPS_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Written:
    """What one step wrote: `read` rows of its source, out of which came `made` new rows and `used` numbers
    of the sequence. It ended at row `last` of the source's list number `at`, from 1 (0: there was none)."""

    at: int
    last: int
    read: int
    made: int
    used: int


# Contacts are read one after the other by their key (LATERAL, LIMIT 1), and not as joins: those are planned
# to read all contacts and all rows written so far, in each of many steps.
#
# Who takes part, and as what. The sender is the same for a contact as long as the list of senders is;
# only who has told one sender STOP gets another. Somebody with two ZIP codes gets one row: the first.
_DECIDED = """
    page AS (
        SELECT f.*, c.phone_hash, coalesce(c.language, f.was_language, 'es') AS language,
               EXISTS (SELECT FROM carrier_block k WHERE k.phone_hash = c.phone_hash) AS is_blocked,
               h.failures IS NOT NULL AND NOT (f.is_call AND h.code = ANY(CAST(:deaf AS int[]))) AS is_resting
        FROM (SELECT DISTINCT ON (contact_id) * FROM source WHERE is_asked_for
              ORDER BY contact_id, at, place) AS f
        CROSS JOIN LATERAL (SELECT phone_hash, language FROM contact
                            WHERE id = f.contact_id LIMIT 1) AS c
        LEFT JOIN number_health h ON h.phone_hash = c.phone_hash AND h.failures >= :failures
        WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
          AND (SELECT true FROM delivery mine WHERE mine.contact_id = f.contact_id AND mine.broadcast_id = :id
               LIMIT 1) IS NULL
    ), decided AS (
        SELECT page.*, CASE WHEN is_call THEN :calls
                            WHEN NOT is_blocked
                            THEN (CAST(:senders AS text[]))[1 + contact_id % :sender_count]
                            ELSE (SELECT u.name
                                  FROM unnest(CAST(:senders AS text[])) WITH ORDINALITY AS u(name, i)
                                  WHERE NOT EXISTS (
                                      SELECT FROM carrier_block k
                                      WHERE k.phone_hash = page.phone_hash AND k.sender = u.name)
                                  ORDER BY (u.i + page.contact_id) % :sender_count, u.i LIMIT 1)
                            END AS chosen_sender
        FROM page OFFSET 0
    ), judged AS (
        SELECT decided.*, CASE WHEN is_resting THEN 'rested' WHEN chosen_sender IS NULL THEN 'blocked'
                               WHEN is_call AND NOT EXISTS (
                                   SELECT FROM broadcast_body b WHERE b.broadcast_id = :id
                                   AND b.language = decided.language AND b.spoken_ct IS NOT NULL)
                               THEN 'no_wording' ELSE CAST(:over AS varchar) END AS why_not
        FROM decided OFFSET 0
    ), written AS (
        INSERT INTO delivery (broadcast_id, seq, contact_id, phone_hash, language, zip, sender, status,
                              reason, settled_at)
        SELECT :id, :seq + row_number() OVER (ORDER BY at, place) - 1, contact_id, phone_hash, language, zip,
               chosen_sender, CASE WHEN why_not IS NULL THEN 'pending' ELSE 'skipped' END, why_not,
               CASE WHEN why_not IS NOT NULL THEN CAST(:now AS timestamptz) END
        FROM judged ORDER BY at, place
        {or_nothing} RETURNING status, reason, language, left(zip, 3) AS area
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, language, area, change, created_at)
        SELECT :id, status, reason, language, area, count(*), :now FROM written GROUP BY 2, 3, 4, 5
        RETURNING change
    ), reading AS (
        SELECT count(*) AS read FROM source
    ), ending AS (
        SELECT at, place FROM source ORDER BY at DESC, place DESC LIMIT 1
    )
    SELECT reading.read, ending.at, ending.place, (SELECT coalesce(sum(change), 0) FROM told) AS made
    FROM reading LEFT JOIN ending ON true
"""


@dataclass(frozen=True, slots=True)
class _Ways:
    """One statement, said plainly and said carefully. The careful one looks at the index before each row
    and costs more; it is needed when somebody else wrote a row of this broadcast meanwhile, which the plain
    one only finds out by failing."""

    plain: TextClause
    careful: TextClause


def _both(source: str) -> _Ways:
    statement = source + _DECIDED
    return _Ways(
        text(statement.replace("{or_nothing}", "")),
        text(statement.replace("{or_nothing}", "ON CONFLICT DO NOTHING")),
    )


# Calls were agreed to for alerts: whatever else somebody asked for comes as a text.
# As many ZIP codes as fill the step, each as far as there is room: counted first, so that the rows that are
# read are the next ones, whatever way the join takes.
_WRITE_ZIPS = _both(
    """
    WITH counted AS MATERIALIZED (
        SELECT u.zip, u.at, later.than,
               (SELECT count(*) FROM (SELECT FROM subscription s WHERE s.zip = u.zip AND s.id > later.than
                                      LIMIT :limit) AS next) AS people
        FROM unnest(CAST(:zips AS varchar[])) WITH ORDINALITY AS u(zip, at)
        CROSS JOIN LATERAL (SELECT CASE WHEN u.at = 1 THEN CAST(:after AS bigint) ELSE 0 END AS than) AS later
    ), fitting AS (
        SELECT zip, at, than, :limit - sum(people) OVER (ORDER BY at) + people AS room FROM counted
    ), source AS MATERIALIZED (
        SELECT fitting.at, s.id AS place, s.contact_id, s.zip,
               s.channel = 'voice' AND CAST(:audience AS varchar) = 'alert' AS is_call,
               CAST(:audience AS varchar) = ANY(s.kinds) AS is_asked_for,
               CAST(NULL AS varchar) AS was_language
        FROM fitting CROSS JOIN LATERAL (
            SELECT * FROM subscription WHERE zip = fitting.zip AND id > fitting.than
            ORDER BY id LIMIT fitting.room) AS s
        WHERE fitting.room > 0
    ),"""
)

_WRITE_REACHED = _both(
    """
    WITH source AS MATERIALIZED (
        SELECT 1 AS at, f.seq AS place, f.contact_id, f.zip, f.sender IS NOT DISTINCT FROM :calls AS is_call,
               true AS is_asked_for, f.language AS was_language
        FROM delivery f
        WHERE f.broadcast_id = :follows AND f.seq > :after AND f.status = ANY(:reached)
          AND (SELECT true FROM delivery mine
               WHERE mine.contact_id = f.contact_id AND mine.broadcast_id = :id LIMIT 1) IS NULL
        ORDER BY f.seq LIMIT :limit
    ),"""
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one step reads: at most `limit` rows of its source after the row `after`. `over` is why nobody
    gets it any more (expired, cancelled): the rows are written as skipped for that, so that they count."""

    after: int
    limit: int
    over: str | None = None


def write_zips(
    db: Connection, to: Broadcast, zips: Sequence[str], stretch: Stretch, now: datetime
) -> Written:
    """Write rows for the next subscribers of these ZIP codes, in their order and in each the longest waiting
    first; `after` is a subscription of the first one."""
    return _written(db, _WRITE_ZIPS, to, stretch, now, zips=list(zips))


def write_reached(
    db: Connection, to: Broadcast, reached: Sequence[str], stretch: Stretch, now: datetime
) -> Written:
    """Write rows for the next recipients whom the broadcast that `to` follows has reached."""
    return _written(db, _WRITE_REACHED, to, stretch, now, follows=to.follows_id, reached=list(reached))


def _written(
    db: Connection, statement: _Ways, to: Broadcast, stretch: Stretch, now: datetime, **more: Any
) -> Written:
    values = {
        "id": to.id,
        "seq": to.next_seq,
        "after": stretch.after,
        "limit": stretch.limit,
        "over": stretch.over,
        "senders": list(to.senders),
        "sender_count": len(to.senders),
        "failures": FAILURES_TO_REST,
        "calls": CALLS,
        "deaf": list(TAKES_NO_TEXTS),
        "audience": to.audience,
        "now": now,
        **more,
    }
    db.execute(_SETTINGS)
    try:
        with db.begin_nested():
            row = db.execute(statement.plain, values).one()
            used = int(row.made)
    except IntegrityError:
        row = db.execute(statement.careful, values).one()
        used = int(row.read)
    return Written(row.at or 0, row.place or 0, int(row.read), int(row.made), used)
