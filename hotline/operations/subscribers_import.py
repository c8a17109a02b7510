"""Take in a list of people who signed up on paper: nobody twice, and nobody who has opted out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from hotline.domain.intake import (
    REASONS,
    BadRow,
    Columns,
    Field,
    RowRefused,
    Rules,
    find_columns,
    read_row,
)
from hotline.domain.language import Language
from hotline.operations.line import Line
from hotline.operations.subscribers_file import Encoding, FileRow, ListFile, PrivateTable
from hotline.store import audit, intake_rows
from hotline.store.database import transaction
from hotline.store.intake_rows import IntakeRow

# One transaction: short enough that whoever texts us meanwhile does not wait for it.
BATCH: Final = 5_000
BATCH_CHARACTERS: Final = 8_000_000  # whatever stands in the other columns, memory is bounded

LONGEST_SOURCE: Final = 200

Tell = Callable[[int, int], None]
Explain = Callable[[str], str]


@dataclass(slots=True)
class Imported:
    """What became of the rows. `opted_out` were left alone; `rejected` stand in `rejected_path`."""

    encoding: Encoding
    rejected_path: Path
    signed_up: int = 0
    known: int = 0
    opted_out: int = 0
    rejected: Counter[BadRow] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.signed_up + self.known + self.opted_out + self.rejected.total()


@dataclass(frozen=True, slots=True)
class _Rejection:
    row: FileRow
    reason: BadRow
    first_line: int = 0


@dataclass(slots=True)
class _Batch:
    """Good rows beside the records they were read from, and the bad ones between them."""

    good: list[tuple[FileRow, IntakeRow]] = field(default_factory=list)
    bad: list[_Rejection] = field(default_factory=list)
    characters: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.good) + len(self.bad) >= BATCH or self.characters >= BATCH_CHARACTERS


def import_subscribers(
    line: Line,
    path: Path,
    named: Mapping[Field, str],
    source: str,
    by: str,
    now: datetime,
    *,
    language: Language | None = None,
    is_dry_run: bool = False,
    explain: Explain = str,
    tell: Tell = lambda done, size: None,
) -> Imported:
    """Take in a CSV file of any size, batch by batch; again is the same as once.

    `named` gives the heading of each column, `source` and `by` say where consent comes from and who
    brings it: both are kept, sealed, as the words of each consent. `language` is of rows that name
    none. `tell` hears how many bytes of how many are done. A dry run writes nothing but the file of
    bad rows. Raises NotAList, hotline.domain.intake.NoColumn, OSError and DatabaseAway; what was taken
    in before stays.
    """
    words = f"{source[:LONGEST_SOURCE]} ({by})"
    with ListFile(path) as file:
        columns = find_columns(file.heading, named)
        rules = Rules(lambda code: line.place_of(code) is not None, language, line.mode == "demo")
        target = path.with_name(path.name + ".rejected.csv")
        done = Imported(file.encoding, target)
        if not is_dry_run:
            _record(line, by, "subscribers.import", now, {"source": source[:LONGEST_SOURCE]})
        heading = (explain("line"), explain("reason"), *file.heading)
        with PrivateTable(target, heading) as table, intake_rows.scratch(line.database) as db:
            for batch in _batches(file.rows(), columns, rules):
                bad = batch.bad + _take(line, db, batch, words, now, is_dry_run, done)
                for one in sorted(bad, key=_line):
                    done.rejected[one.reason] += 1
                    reason = explain(REASONS[one.reason]).replace("{LINE}", str(one.first_line))
                    table.write(one.row.line, reason, *(one.row.cells or ()))
                tell(file.done, file.size)
            if done.rejected:
                table.keep()
    if not is_dry_run:
        _record(line, by, "subscribers.imported", now, _counts(done))
    return done


def _batches(rows: Iterator[FileRow], columns: Columns, rules: Rules) -> Iterator[_Batch]:
    batch = _Batch()
    for row in rows:
        _add(batch, row, columns, rules)
        if batch.is_full:
            yield batch
            batch = _Batch()
    yield batch


def _add(batch: _Batch, row: FileRow, columns: Columns, rules: Rules) -> None:
    if row.cells is None:
        batch.bad.append(_Rejection(row, "quotes"))
        return
    batch.characters += sum(map(len, row.cells))
    try:
        read = read_row(row.cells, columns, rules)
    except RowRefused as refused:
        batch.bad.append(_Rejection(row, refused.reason))
        return
    batch.good.append((row, IntakeRow(row.line, read.number, read.zip, read.language, read.channel)))


def _take(
    line: Line, db: Connection, batch: _Batch, words: str, now: datetime, is_dry_run: bool, done: Imported
) -> list[_Rejection]:
    """Take one batch in, in one transaction; returns what came twice."""
    if not batch.good:
        return []
    with db.begin():
        if not is_dry_run:
            intake_rows.lock(db)
        judged = intake_rows.judge(db, line.keyring, [row for _, row in batch.good])
        fresh: list[tuple[IntakeRow, int | None]] = []
        repeated: list[_Rejection] = []
        for (record, row), found in zip(batch.good, judged, strict=True):
            if found.first_line != row.line:
                repeated.append(_Rejection(record, "duplicate", found.first_line))
            elif found.is_opted_out:
                done.opted_out += 1
            elif found.is_known:
                done.known += 1
            else:
                fresh.append((row, found.contact_id))
        taken = len(fresh) if is_dry_run else intake_rows.take(db, line.keyring, fresh, words, now)
    done.signed_up += taken
    done.known += len(fresh) - taken  # somebody signed up, or opted out, at this very moment
    return repeated


def _line(rejection: _Rejection) -> int:
    return rejection.row.line


def _counts(done: Imported) -> dict[str, int]:
    counts = {"signed_up": done.signed_up, "known": done.known, "opted_out": done.opted_out}
    return counts | {f"bad_{reason}": count for reason, count in sorted(done.rejected.items())}


def _record(line: Line, by: str, act: str, now: datetime, details: Mapping[str, object]) -> None:
    with transaction(line.database) as db:
        audit.record(db, by[:64], act, "subscribers", now, dict(details))
