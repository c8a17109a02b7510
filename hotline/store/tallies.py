"""Tallies: how many deliveries of a broadcast stand where, without counting them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, text

from hotline.domain.delivery import DeliveryStatus

# Changes younger than this are kept apart: the rate of this moment is read from them.
RECENT: Final = timedelta(seconds=30)
FOLD_FROM: Final = 200


@dataclass(frozen=True, slots=True)
class Tally:
    status: DeliveryStatus
    reason: str | None
    code: int | None
    count: int


def of(db: Connection, broadcast_id: int) -> list[Tally]:
    """Where the deliveries of a broadcast stand, the larger first."""
    rows = db.execute(
        text(
            "SELECT status, reason, code, sum(change) AS count FROM delivery_tally"
            " WHERE broadcast_id = :id GROUP BY 1, 2, 3 HAVING sum(change) <> 0 ORDER BY count DESC, 1, 2, 3"
        ),
        {"id": broadcast_id},
    )
    return [Tally(cast(DeliveryStatus, row.status), row.reason, row.code, int(row[3])) for row in rows]


def accepted_per_s(db: Connection, broadcast_id: int, now: datetime, over_s: float = 10.0) -> float:
    """Texts that the carrier took each second, over the last few."""
    since = now - timedelta(seconds=over_s)
    taken = db.scalar(
        text(
            "SELECT sum(change) FROM delivery_tally WHERE broadcast_id = :id AND status = 'accepted'"
            " AND change > 0 AND created_at > :since"
        ),
        {"id": broadcast_id, "since": since},
    )
    return float(taken or 0) / over_s


def fold(db: Connection, now: datetime) -> None:
    """Make one row of the many that say the same of a broadcast."""
    db.execute(
        text(
            "WITH many AS (SELECT broadcast_id FROM delivery_tally WHERE created_at < :before"
            " GROUP BY 1 HAVING count(*) > :many),"
            " gone AS (DELETE FROM delivery_tally t USING many WHERE t.broadcast_id = many.broadcast_id"
            " AND t.created_at < :before RETURNING t.broadcast_id, status, reason, code, change)"
            " INSERT INTO delivery_tally (broadcast_id, status, reason, code, change, created_at)"
            " SELECT broadcast_id, status, reason, code, sum(change), :before FROM gone"
            " GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0"
        ),
        {"before": now - RECENT, "many": FOLD_FROM},
    )


def recount(db: Connection, broadcast_id: int, now: datetime) -> bool:
    """Count the rows once, for a broadcast at rest, and mend the tallies; True when they had strayed."""
    strayed = db.execute(
        text(
            "WITH counted AS (SELECT status, reason, code, count(*) AS n FROM delivery"
            " WHERE broadcast_id = :id GROUP BY 1, 2, 3),"
            " told AS (SELECT status, reason, code, sum(change) AS n FROM delivery_tally"
            " WHERE broadcast_id = :id GROUP BY 1, 2, 3)"
            " INSERT INTO delivery_tally (broadcast_id, status, reason, code, change, created_at)"
            " SELECT :id, coalesce(c.status, t.status), coalesce(c.reason, t.reason),"
            " coalesce(c.code, t.code), coalesce(c.n, 0) - coalesce(t.n, 0), :now"
            " FROM counted c FULL JOIN told t ON t.status = c.status"
            " AND coalesce(t.reason, '') = coalesce(c.reason, '')"
            " AND coalesce(t.code, 0) = coalesce(c.code, 0)"
            " WHERE coalesce(c.n, 0) <> coalesce(t.n, 0) RETURNING change"
        ),
        {"id": broadcast_id, "now": now},
    ).all()
    return bool(strayed)
