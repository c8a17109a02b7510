"""What we hold of people and programs: how much, how old, and when the next of it is erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.operations.held_kinds import KINDS as _KINDS
from hotline.operations.held_kinds import Group
from hotline.operations.line import Line
from hotline.store import charting
from hotline.store.database import transaction

KINDS: Final = tuple(_KINDS)

# Pages of 8 KiB up to which a table is counted: some ten thousand rows, a few milliseconds.
COUNTED_PAGES: Final = 500


@dataclass(frozen=True, slots=True)
class Held:
    """`erased_at` is when the oldest of it goes; None where it is kept as long as it is needed."""

    kind: str
    rows: int
    oldest_at: datetime | None
    erased_at: datetime | None
    is_estimate: bool = False

    @property
    def group(self) -> Group:
        return _KINDS[self.kind].group


def held(line: Line) -> list[Held]:
    """Count what is held. Names no one and opens nothing."""
    with transaction(line.database) as db:
        return [_counted(line, db, kind) for kind in KINDS]


def glance(line: Line) -> list[Held]:
    """What is held, as fast as a page needs it: large tables are estimated, never read through."""
    with transaction(line.database) as db:
        pages = charting.pages_of(db, sorted({kind.table for kind in _KINDS.values()}))
        return [
            _counted(line, db, name) if pages[kind.table] <= COUNTED_PAGES else _estimated(line, db, name)
            for name, kind in _KINDS.items()
        ]


def _counted(line: Line, db: Connection, name: str) -> Held:
    kind = _KINDS[name]
    statement = f"SELECT count(*) AS rows, min({kind.column}) AS oldest FROM {kind.table} WHERE {kind.which}"  # noqa: S608
    row = db.execute(text(statement)).one()
    return Held(name, row.rows, row.oldest, _erased_at(line, name, row.oldest))


def _estimated(line: Line, db: Connection, name: str) -> Held:
    kind = _KINDS[name]
    oldest = db.scalar(text(kind.oldest)) if kind.oldest else None
    rows = charting.estimate(db, kind.table, kind.which)
    return Held(name, rows, oldest, _erased_at(line, name, oldest), is_estimate=True)


def _erased_at(line: Line, name: str, oldest: datetime | None) -> datetime | None:
    lasts = _KINDS[name].lasts
    return oldest + lasts(line.limits) if oldest and lasts is not None else None
