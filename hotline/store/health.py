"""Numbers that cannot be reached: counted, and rested after two permanent failures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

# The rest ends by itself when the number texts or calls us, or when something is delivered to it.
FAILURES_TO_REST: Final = 2

# The carrier's codes for a number that takes no texts, a landline say: calls reach it all the same.
TAKES_NO_TEXTS: Final = (21612, 21614, 21635, 30003, 30006)


def failed(db: Connection, phone_hashes: Sequence[bytes], code: int, now: datetime) -> None:
    """One permanent failure more for each of these numbers."""
    db.execute(
        text(
            "INSERT INTO number_health (phone_hash, failures, code, last_at)"
            " SELECT h, 1, :code, :now FROM unnest(CAST(:hashes AS bytea[])) AS h ORDER BY h"
            " ON CONFLICT (phone_hash) DO UPDATE SET failures = number_health.failures + 1,"
            " code = EXCLUDED.code, last_at = EXCLUDED.last_at"
        ),
        {"hashes": list(set(phone_hashes)), "code": code, "now": now},
    )


def recovered(db: Connection, phone_hashes: Sequence[bytes]) -> None:
    """These numbers were heard from, or reached: nothing is held against them."""
    db.execute(
        text("DELETE FROM number_health WHERE phone_hash = ANY(:hashes)"), {"hashes": list(phone_hashes)}
    )


def is_resting(db: Connection, phone_hashes: Sequence[bytes]) -> bool:
    found = db.scalar(
        text("SELECT bool_or(failures >= :limit) FROM number_health WHERE phone_hash = ANY(:hashes)"),
        {"hashes": list(phone_hashes), "limit": FAILURES_TO_REST},
    )
    return bool(found)
