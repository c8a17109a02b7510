"""Texts as a table for reviewers, out and in again: a row counts only for the wording it was made for."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hotline.flow.model import Flow
from hotline.operations.library import forms_of
from hotline.operations.line import Line
from hotline.operations.texts import Approval, ReviewRefused, approved, blocked, keep, list_texts
from hotline.store import audit, reviews
from hotline.store.database import transaction
from hotline.store.reviews import Review

COLUMNS: Final = (
    "text",
    "language",
    "channel",
    "class",
    "gate",
    "volatility",
    "sources",
    "wording",
    "hash",
    "status",
    "decision",
    "reviewed_by",
    "reviewed_on",
    "language_reviewed_by",
    "language_reviewed_on",
    "second_by",
    "due_on",
)

# In English; the catalogs in `locales/` say them in other languages.
NOT_CURRENT: Final = "is not the wording of today: export again"
BLOCKED_SINCE: Final = "was blocked: only `hotline texts approve` lifts a block"
NOT_A_DECISION: Final = "write approved or blocked as the decision, or leave it empty"
NOT_A_DATE: Final = "write dates as 2026-03-31"
NOT_A_TABLE: Final = "This is no table of texts: it needs the columns that `hotline texts export` writes."


class NotATable(Exception):
    """The file has not the columns of an export."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; `number` counts as a spreadsheet does, the heading is 1."""

    number: int
    text_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    taken: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


def export_texts(flow: Flow, decisions: Mapping[str, Review], today: date) -> str:
    """Every wording with its decision, as CSV with a heading."""
    page = io.StringIO()
    writer = csv.DictWriter(page, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for state in list_texts(flow, decisions, today):
        text, review = flow.texts[state.text_id], state.review
        writer.writerow(
            {
                "text": state.text_id,
                "language": state.language,
                "channel": state.channel,
                "class": text.kind,
                "gate": text.gate,
                "volatility": text.volatility,
                "sources": " ".join(text.sources),
                "wording": state.wording,
                "hash": state.hash,
                "status": state.status,
                **{name: _cell(review, name) for name in COLUMNS[10:]},
            }
        )
    return page.getvalue()


def import_texts(line: Line, table: str, by: str, now: datetime) -> Imported:
    """Take the decisions of a table: good rows all at once, the others are told. Raises NotATable.

    A row is refused when its hash is not that of the wording we have now, or when its own wording
    was changed in the table.
    """
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    if not rows or not {"text", "language", "channel", "wording", "hash", "decision"} <= rows[0].keys():
        raise NotATable(NOT_A_TABLE)
    refused, fresh, unchanged = list[RefusedRow](), list[Review](), 0
    with transaction(line.database) as db:
        before = reviews.newest(db)
        for number, row in enumerate(rows, 2):
            try:
                review = _read(line.flow, row, now.date())
                _must_not_lift(review, before)
            except (ReviewRefused, ValueError) as fault:
                refused.append(RefusedRow(number, row.get("text") or "", str(fault)))
                continue
            if review is None or before.get(review.hash) == review:
                unchanged += 1
            else:
                fresh.append(review)
        for review in fresh:
            keep(db, line.flow, review, now)
        audit.record(db, by[:64], "text.import", "texts", now, {"taken": len(fresh), "refused": len(refused)})
    return Imported(len(fresh), unchanged, tuple(refused))


def _must_not_lift(review: Review | None, before: Mapping[str, Review]) -> None:
    """An older table must not undo a block that came after it. Raises ValueError."""
    standing = before.get(review.hash) if review else None
    if review and standing and review.decision == "approved" and standing.decision == "blocked":
        raise ValueError(BLOCKED_SINCE)


def _cell(review: Review | None, name: str) -> str:
    value = getattr(review, name, None)
    return "" if value is None else str(value)


def _read(flow: Flow, row: Mapping[str, str | None], today: date) -> Review | None:
    """The decision of one row, None where there is none. Raises ReviewRefused and ValueError."""
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    named = (cells["text"], cells["language"], cells["channel"], cells["hash"])
    for text_id, language, channel, wording, digest in forms_of(flow):
        if (text_id, language, channel, digest) == named and _is_same(wording, cells["wording"]):
            break
    else:
        raise ValueError(NOT_CURRENT)
    match cells["decision"]:
        case "":
            return None
        case "blocked":
            on = _date(cells, "reviewed_on") if cells.get("reviewed_on") else today
            return blocked(text_id, language, channel, digest, cells.get("reviewed_by") or "-", on)
        case "approved":
            return approved(flow, text_id, language, channel, digest, _approval(cells), today)
        case _:
            raise ValueError(NOT_A_DECISION)


def _is_same(wording: str, cell: str) -> bool:
    """Spacing is forgiven, as in the hash."""
    return wording.split() == cell.split()


def _approval(cells: Mapping[str, str]) -> Approval:
    return Approval(
        reviewed_by=cells.get("reviewed_by", ""),
        reviewed_on=_date(cells, "reviewed_on"),
        language_reviewed_by=cells.get("language_reviewed_by", ""),
        language_reviewed_on=_date(cells, "language_reviewed_on"),
        second_by=cells.get("second_by") or None,
    )


def _date(cells: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(cells.get(name, ""))
    except ValueError:
        raise ValueError(NOT_A_DATE) from None
