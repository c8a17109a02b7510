"""Write everybody who asked for alerts into a file, and keep who wanted it and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from hotline.operations.line import Line
from hotline.operations.subscribers_file import PrivateTable
from hotline.store import audit, roster
from hotline.store.database import transaction

# The first four are what an import reads again; who opted out has no ZIP code here, so that no import
# of this file could sign them up.
COLUMNS: Final = ("phone", "zip", "language", "channel", "since", "opted_out")
_EVERY: Final = 1_000
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Exported:
    """Rows of subscribers, of people who opted out, and of numbers that no key opens (left out)."""

    subscribers: int
    opted_out: int
    unreadable: int


def count_rows(line: Line) -> int:
    """How many rows an export would write now."""
    with transaction(line.database) as db:
        return roster.count(db)


def export_subscribers(
    line: Line,
    path: Path,
    reason: str,
    by: str,
    now: datetime,
    tell: Callable[[int], None] = lambda rows: None,
) -> Exported:
    """Write one row for each ZIP code of each subscriber, in a new file that only its owner can read.

    Written down before the first number leaves. Raises FileExistsError, OSError and DatabaseAway; a
    file that is not whole is not left behind.
    """
    subscribers = opted_out = unreadable = 0
    with PrivateTable(path, COLUMNS, is_new=True) as table:
        with transaction(line.database) as db:
            details = {"reason": reason[:LONGEST_REASON], "rows": roster.count(db)}
            audit.record(db, by[:64], "subscribers.export", "subscribers", now, details)
        for place, entry in enumerate(roster.entries(line.database, line.keyring)):
            if entry.number is None:
                unreadable += 1
                continue
            opted_out += entry.opted_out_at is not None
            subscribers += entry.opted_out_at is None
            table.write(
                entry.number.e164,
                entry.zip or "",
                entry.language or "",
                entry.channel or "",
                _day(entry.since),
                _day(entry.opted_out_at),
            )
            if place % _EVERY == 0:
                tell(place)
        table.keep()
    return Exported(subscribers, opted_out, unreadable)


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""
