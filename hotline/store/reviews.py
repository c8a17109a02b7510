"""Reviews of texts: decisions bound to the exact wording, kept for ever; the newest one counts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, text

from hotline.domain.language import Channel, Language
from hotline.store.tables import text_review

Decision = Literal["proposed", "approved", "blocked", "draft"]


@dataclass(frozen=True, slots=True)
class Review:
    hash: str
    text_id: str
    language: Language
    channel: Channel
    decision: Decision
    reviewed_by: str
    reviewed_on: date
    language_reviewed_by: str | None
    language_reviewed_on: date | None
    second_by: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it was written down. `wording` is None for those of before it was kept; `entered_by`
    is who signed it in the console, whoever reviewed."""

    review: Review
    wording: str | None
    entered_by: str | None
    note: str | None
    created_at: datetime


def newest(db: Connection) -> dict[str, Review]:
    """The newest decision about each wording, by its hash. A proposal decides nothing."""
    rows = db.execute(
        text(
            "SELECT DISTINCT ON (hash) hash, text_id, language, channel, decision, reviewed_by, reviewed_on,"
            " language_reviewed_by, language_reviewed_on, second_by, due_on FROM text_review"
            " WHERE decision <> 'proposed' ORDER BY hash, id DESC"
        )
    )
    return {row.hash: _read(row) for row in rows}


def proposals(db: Connection) -> dict[str, Kept]:
    """Approvals that wait for a second person, by the hash of the wording; any later decision ends one."""
    rows = db.execute(text("SELECT DISTINCT ON (hash) * FROM text_review ORDER BY hash, id DESC"))
    return {row.hash: _kept(row) for row in rows if row.decision == "proposed"}


def last_approved(db: Connection) -> dict[tuple[str, Language, Channel], Kept]:
    """The newest approval of each text in each language and channel, of whatever wording it was."""
    rows = db.execute(
        text(
            "SELECT DISTINCT ON (text_id, language, channel) * FROM text_review"
            " WHERE decision = 'approved' ORDER BY text_id, language, channel, id DESC"
        )
    )
    return {(row.text_id, row.language, row.channel): _kept(row) for row in rows}


def history(db: Connection, text_id: str) -> list[Review]:
    """Every decision about a text, newest first, also about wordings it no longer has."""
    return [kept.review for kept in decisions(db, text_id)]


def decisions(db: Connection, text_id: str, limit: int | None = None) -> list[Kept]:
    """Every decision about a text with what was kept of it, newest first."""
    rows = db.execute(
        select(text_review)
        .where(text_review.c.text_id == text_id)
        .order_by(text_review.c.id.desc())
        .limit(limit)
    )
    return [_kept(row) for row in rows]


def record(
    db: Connection,
    review: Review,
    now: datetime,
    wording: str | None = None,
    entered_by: str | None = None,
    note: str | None = None,
) -> None:
    """Write a decision down, with the wording that it is about. Nothing is ever changed or removed."""
    values = {name: getattr(review, name) for name in Review.__slots__}
    more = {"wording": wording, "entered_by": entered_by, "note": note}
    db.execute(insert(text_review).values(**values, **more, created_at=now))


def _kept(row: Any) -> Kept:
    return Kept(_read(row), row.wording, row.entered_by, row.note, row.created_at)


def _read(row: Any) -> Review:
    return Review(**{name: getattr(row, name) for name in Review.__slots__})
