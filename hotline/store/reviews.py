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


def newest(db: Connection) -> dict[str, Review]:
    """The newest decision about each wording, by its hash."""
    rows = db.execute(text("SELECT DISTINCT ON (hash) * FROM text_review ORDER BY hash, id DESC"))
    return {row.hash: _read(row) for row in rows}


def history(db: Connection, text_id: str) -> list[Review]:
    """Every decision about a text, newest first, also about wordings it no longer has."""
    rows = db.execute(
        select(text_review).where(text_review.c.text_id == text_id).order_by(text_review.c.id.desc())
    )
    return [_read(row) for row in rows]


def record(db: Connection, review: Review, now: datetime) -> None:
    """Write a decision down. Nothing is ever changed or removed."""
    values = {name: getattr(review, name) for name in Review.__slots__}
    db.execute(insert(text_review).values(**values, created_at=now))


def _read(row: Any) -> Review:
    return Review(**{name: getattr(row, name) for name in Review.__slots__})
