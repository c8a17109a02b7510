"""Counts for pictures and overviews: read by index ranges or from few rows, never who."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.domain.incident import IncidentState

FINDINGS: Final[tuple[IncidentState, ...]] = ("confirmed", "not_found", "other_agency", "unsure")

# The first finding tells how long it took, the last one what it was. Which day is the network's own.
_FOUND: Final = text(
    """
    WITH found AS (
        SELECT i.id, i.created_at, (array_agg(s.after ORDER BY s.id DESC))[1] AS finding,
               min(s.created_at) - i.created_at AS took
        FROM incident i JOIN incident_step s ON s.incident_id = i.id
        WHERE i.created_at >= :since AND i.merged_into_id IS NULL
          AND s.kind = 'state' AND s.after = ANY(CAST(:findings AS varchar[]))
        GROUP BY i.id, i.created_at
    )
    SELECT CAST(created_at AT TIME ZONE :zone AS date) AS day, finding, count(*) AS incidents,
           CAST(array_agg(extract(epoch FROM took)) AS double precision[]) AS took_s
    FROM found GROUP BY 1, 2
    """
)
_DELIVERIES: Final = text(
    """
    SELECT t.status, t.reason, t.code, sum(t.change) AS amount
    FROM broadcast b JOIN delivery_tally t ON t.broadcast_id = b.id
    WHERE b.created_at >= :since GROUP BY 1, 2, 3 HAVING sum(t.change) > 0
    """
)
_SUBSCRIBERS: Final = text(
    """
    SELECT s.zip, coalesce(c.language, 'es') AS language, s.channel, s.kinds, count(*) AS amount
    FROM subscription s JOIN contact c ON c.id = s.contact_id
    WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
    GROUP BY 1, 2, 3, 4
    """
)
_PEOPLE: Final = text(
    """
    SELECT count(DISTINCT s.contact_id) FROM subscription s JOIN contact c ON c.id = s.contact_id
    WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
    """
)
_CODES: Final = text(
    """
    SELECT code, sum(amount) AS amount FROM (
        SELECT code, count(*) AS amount FROM message
        WHERE created_at >= :since AND direction = 'out' AND code IS NOT NULL GROUP BY code
        UNION ALL
        SELECT t.code, sum(t.change) FROM broadcast b JOIN delivery_tally t ON t.broadcast_id = b.id
        WHERE b.created_at >= :since AND t.code IS NOT NULL GROUP BY t.code
    ) both_kinds GROUP BY code HAVING sum(amount) > 0 ORDER BY 2 DESC, 1 LIMIT 50
    """
)


@dataclass(frozen=True, slots=True)
class Found:
    """What incidents of a day were found to be, and the seconds until each was first found out."""

    day: date
    finding: IncidentState
    incidents: int
    took_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    status: str
    reason: str | None
    code: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class SignUps:
    """Sign-ups that are alike. One person with two ZIP codes counts in each."""

    zip: str
    language: str
    channel: str
    kinds: tuple[str, ...]
    amount: int


def found_since(db: Connection, since: datetime, zone: str) -> list[Found]:
    rows = db.execute(_FOUND, {"since": since, "zone": zone, "findings": list(FINDINGS)})
    return [Found(row.day, row.finding, int(row.incidents), tuple(row.took_s)) for row in rows]


def deliveries_since(db: Connection, since: datetime) -> list[Delivered]:
    """What became of the texts and calls of broadcasts that began since then."""
    rows = db.execute(_DELIVERIES, {"since": since})
    return [Delivered(row.status, row.reason, row.code, int(row.amount)) for row in rows]


def corrections_since(db: Connection, since: datetime, zone: str) -> dict[date, int]:
    """Alerts that had to be taken back, by day."""
    rows = db.execute(
        text(
            "SELECT CAST(released_at AT TIME ZONE :zone AS date) AS day, count(*) AS amount FROM alert"
            " WHERE kind = 'correction' AND released_at >= :since GROUP BY 1"
        ),
        {"since": since, "zone": zone},
    )
    return {row.day: int(row.amount) for row in rows}


def sign_ups(db: Connection) -> list[SignUps]:
    """Everybody who gets alerts, counted; reads the whole table, so whoever asks keeps the answer."""
    rows = db.execute(_SUBSCRIBERS)
    return [SignUps(row.zip, row.language, row.channel, tuple(row.kinds), int(row.amount)) for row in rows]


def people_signed_up(db: Connection) -> int:
    return int(db.execute(_PEOPLE).scalar_one())


def codes_since(db: Connection, since: datetime) -> list[tuple[int, int]]:
    """The carrier's codes and how often each came, the most frequent first."""
    return [(int(row.code), int(row.amount)) for row in db.execute(_CODES, {"since": since})]


def last_arrival(db: Connection) -> datetime | None:
    """When the last text or call came in."""
    found: datetime | None = db.scalar(text("SELECT created_at FROM turn ORDER BY id DESC LIMIT 1"))
    return found


def estimate(db: Connection, table: str, which: str) -> int:
    """About how many rows there are, as the planner guesses: it reads statistics, not the table.

    `table` and `which` are words of ours, never given from outside.
    """
    plan = db.execute(text(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} WHERE {which}"))  # noqa: S608
    return int(plan.scalar_one()[0]["Plan"]["Plan Rows"])


def pages_of(db: Connection, tables: Sequence[str]) -> dict[str, int]:
    """How large tables are, in pages of 8 KiB."""
    rows = db.execute(
        text(
            "SELECT name, pg_relation_size(to_regclass(name)) / 8192 AS pages"
            " FROM unnest(CAST(:names AS text[])) AS name"
        ),
        {"names": list(tables)},
    )
    return {row.name: int(row.pages or 0) for row in rows}
