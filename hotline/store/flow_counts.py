"""Where conversations stand and how much comes in, as plain counts by day: never who."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection, text


def add_all(db: Connection, amounts: Mapping[tuple[str, date], int]) -> None:
    """Add to many counts in one statement, in one order, so that no two processes wait for each other."""
    ordered = sorted((name, day, amount) for (name, day), amount in amounts.items() if amount)
    if ordered:
        names, days, values = zip(*ordered, strict=True)
        db.execute(
            text(
                "INSERT INTO counter (name, day, value) SELECT * FROM unnest(CAST(:names AS varchar[]),"
                " CAST(:days AS date[]), CAST(:amounts AS bigint[]))"
                " ON CONFLICT (name, day) DO UPDATE SET value = counter.value + EXCLUDED.value"
            ),
            {"names": list(names), "days": list(days), "amounts": list(values)},
        )


def read(db: Connection, names: Collection[str], since: date) -> dict[tuple[str, date], int]:
    """Counts of these names since a day, by name and day; by the key, whatever else is counted."""
    rows = db.execute(
        text(
            "SELECT name, day, value FROM counter"
            " WHERE name = ANY(CAST(:names AS varchar[])) AND day >= :since"
        ),
        {"names": list(names), "since": since},
    )
    return {(row.name, row.day): int(row.value) for row in rows}


def forget(db: Connection, prefix: str, before: date) -> int:
    """Drop counts of short use."""
    gone = db.execute(
        text("DELETE FROM counter WHERE starts_with(name, :prefix) AND day < :before"),
        {"prefix": prefix, "before": before},
    )
    return gone.rowcount
