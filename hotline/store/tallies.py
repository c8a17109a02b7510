"""Tallies: how many deliveries of a broadcast stand where, without counting them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, text

from hotline.domain.delivery import DeliveryStatus

# Changes younger than this are kept apart: the rate of this moment is read from them.
RECENT: Final = timedelta(seconds=30)
FOLD_FROM: Final = 2_000
# Late receipts of a broadcast that ended longer ago are too few to fold.
LATE: Final = timedelta(days=2)
_FOLD: Final = (
    "WITH many AS ({many}), gone AS (DELETE FROM delivery_tally t USING many WHERE t.broadcast_id = many.id"
    " AND t.created_at <= :before RETURNING t.broadcast_id, status, reason, code, language, area, change)"
    " INSERT INTO delivery_tally"
    " (broadcast_id, status, reason, code, language, area, change, created_at)"
    " SELECT broadcast_id, status, reason, code, language, area, sum(change), :before FROM gone"
    " GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(change) <> 0"
)
_FOLD_RUNNING: Final = text(
    _FOLD.format(
        many="SELECT b.id FROM broadcast b WHERE (b.finished_at IS NULL OR b.finished_at > :late)"
        " AND (SELECT count(*) FROM delivery_tally t WHERE t.broadcast_id = b.id"
        " AND t.created_at <= :before) > :many"
    )
)
_FOLD_ONE: Final = text(_FOLD.format(many="SELECT CAST(:id AS bigint) AS id"))


@dataclass(frozen=True, slots=True)
class Tally:
    status: DeliveryStatus
    reason: str | None
    code: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many deliveries of one language, or of ZIP codes that begin alike, stand where."""

    name: str
    counts: Mapping[DeliveryStatus, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """All tallies of a broadcast, read once. `accepted_per_s` is the rate of the last seconds."""

    tallies: tuple[Tally, ...]
    languages: tuple[Share, ...]
    areas: tuple[Share, ...]
    accepted_per_s: float


def read(db: Connection, broadcast_id: int, now: datetime, over_s: float = 10.0) -> Counts:
    """Where the deliveries of a broadcast stand, in one statement over a few hundred rows at most."""
    rows = db.execute(
        text(
            "SELECT status, reason, code, language, area, sum(change) AS count,"
            " coalesce(sum(change) FILTER (WHERE status = 'accepted' AND change > 0"
            " AND created_at > :since), 0) AS recent"
            " FROM delivery_tally WHERE broadcast_id = :id GROUP BY 1, 2, 3, 4, 5"
        ),
        {"id": broadcast_id, "since": now - timedelta(seconds=over_s)},
    ).all()
    counted: Counter[tuple[DeliveryStatus, str | None, int | None]] = Counter()
    for row in rows:
        counted[(cast(DeliveryStatus, row.status), row.reason, row.code)] += int(row[5])
    ordered = sorted(counted.items(), key=lambda one: (-one[1], str(one[0])))
    return Counts(
        tuple(Tally(*what, count) for what, count in ordered if count),
        _shares((row.language, row.status, int(row[5])) for row in rows),
        _shares((row.area, row.status, int(row[5])) for row in rows),
        float(sum(row.recent for row in rows)) / over_s,
    )


def _shares(rows: Iterable[tuple[str | None, DeliveryStatus, int]]) -> tuple[Share, ...]:
    """By name; rows without one are of an older version, or of people without a ZIP code."""
    found: dict[str, Counter[DeliveryStatus]] = {}
    for name, status, count in rows:
        found.setdefault(name or "", Counter())[status] += count
    shares = (Share(name, {s: n for s, n in counts.items() if n}) for name, counts in sorted(found.items()))
    return tuple(share for share in shares if share.counts)


def of(db: Connection, broadcast_id: int) -> list[Tally]:
    """Where the deliveries of a broadcast stand, the larger first."""
    return list(read(db, broadcast_id, datetime.max.replace(tzinfo=UTC)).tallies)


def fold(db: Connection, now: datetime) -> None:
    """Make one row of the many that say the same of a broadcast, of those that run or ended lately."""
    db.execute(_FOLD_RUNNING, {"before": now - RECENT, "late": now - LATE, "many": FOLD_FROM})


def fold_finished(db: Connection, broadcast_id: int, now: datetime) -> None:
    """Make one row of all that say the same of a broadcast that is over: they are kept for ever."""
    db.execute(_FOLD_ONE, {"before": now, "id": broadcast_id})


def recount(db: Connection, broadcast_id: int, now: datetime) -> bool:
    """Count the rows once, for a broadcast at rest, and mend the tallies; True when they had strayed."""
    strayed = db.execute(
        text(
            "WITH counted AS (SELECT status, reason, code, language, left(zip, 3) AS area, count(*) AS n"
            " FROM delivery WHERE broadcast_id = :id GROUP BY 1, 2, 3, 4, 5),"
            " told AS (SELECT status, reason, code, language, area, sum(change) AS n FROM delivery_tally"
            " WHERE broadcast_id = :id GROUP BY 1, 2, 3, 4, 5)"
            " INSERT INTO delivery_tally"
            " (broadcast_id, status, reason, code, language, area, change, created_at)"
            " SELECT :id, coalesce(c.status, t.status), coalesce(c.reason, t.reason),"
            " coalesce(c.code, t.code), coalesce(c.language, t.language), coalesce(c.area, t.area),"
            " coalesce(c.n, 0) - coalesce(t.n, 0), :now"
            " FROM counted c FULL JOIN told t ON t.status = c.status"
            " AND coalesce(t.reason, '') = coalesce(c.reason, '')"
            " AND coalesce(t.code, 0) = coalesce(c.code, 0)"
            " AND coalesce(t.language, '') = coalesce(c.language, '')"
            " AND coalesce(t.area, '') = coalesce(c.area, '')"
            " WHERE coalesce(c.n, 0) <> coalesce(t.n, 0) RETURNING change"
        ),
        {"id": broadcast_id, "now": now},
    ).all()
    return bool(strayed)
