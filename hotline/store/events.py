"""Events: what people are invited to, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from hotline.domain.event import EventState
from hotline.domain.language import Language
from hotline.store.tables import event

After = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Event:
    """`note_en`, `note_es`: what is said about the lawful and peaceful course of it."""

    id: int
    name_en: str
    name_es: str
    place: str
    zip: str
    capacity: int | None
    languages: tuple[str, ...]
    note_en: str
    note_es: str
    state: EventState
    author: str
    starts_at: datetime
    ends_at: datetime

    def name(self, language: Language) -> str:
        return self.name_en if language == "en" else self.name_es

    def note(self, language: Language) -> str:
        return self.note_en if language == "en" else self.note_es

    @property
    def key(self) -> After:
        return self.starts_at, self.id


@dataclass(frozen=True, slots=True)
class EventFields:
    """What staff write of an event."""

    name_en: str
    name_es: str
    place: str
    zip: str
    capacity: int | None
    languages: Sequence[str]
    note_en: str
    note_es: str
    starts_at: datetime
    ends_at: datetime


def add(db: Connection, fields: EventFields, author: str, now: datetime) -> int:
    row = insert(event).values(**_values(fields), state="draft", author=author, created_at=now)
    return int(db.execute(row.returning(event.c.id)).scalar_one())


def change(db: Connection, event_id: int, fields: EventFields) -> None:
    db.execute(update(event).where(event.c.id == event_id).values(**_values(fields)))


def move(db: Connection, event_id: int, state: EventState) -> None:
    db.execute(update(event).where(event.c.id == event_id).values(state=state))


def by_id(db: Connection, event_id: int, lock: bool = False) -> Event | None:
    wanted = select(event).where(event.c.id == event_id)
    row = db.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _read(row) if row else None


def coming(db: Connection, now: datetime, after: After | None, limit: int) -> list[Event]:
    """Events that are not over, the next one first, from behind a key."""
    wanted = select(event).where(event.c.ends_at > now)
    if after is not None:
        wanted = wanted.where(tuple_(event.c.starts_at, event.c.id) > after)
    return [_read(row) for row in db.execute(wanted.order_by(event.c.starts_at, event.c.id).limit(limit))]


def over(db: Connection, now: datetime, before: After | None, limit: int) -> list[Event]:
    """Events that are over, the latest first, from behind a key."""
    wanted = select(event).where(event.c.ends_at <= now)
    if before is not None:
        wanted = wanted.where(tuple_(event.c.starts_at, event.c.id) < before)
    ordered = wanted.order_by(event.c.starts_at.desc(), event.c.id.desc())
    return [_read(row) for row in db.execute(ordered.limit(limit))]


def next_confirmed(db: Connection, now: datetime, limit: int) -> list[Event]:
    """The next events that may be told to whoever asks."""
    wanted = select(event).where(event.c.state == "confirmed", event.c.ends_at > now)
    return [_read(row) for row in db.execute(wanted.order_by(event.c.starts_at, event.c.id).limit(limit))]


def _values(fields: EventFields) -> dict[str, Any]:
    return {
        "name_en": fields.name_en,
        "name_es": fields.name_es,
        "place": fields.place,
        "zip": fields.zip,
        "capacity": fields.capacity,
        "languages": list(fields.languages),
        "note_en": fields.note_en,
        "note_es": fields.note_es,
        "starts_at": fields.starts_at,
        "ends_at": fields.ends_at,
    }


def _read(row: Any) -> Event:
    return Event(
        row.id,
        row.name_en,
        row.name_es,
        row.place,
        row.zip,
        row.capacity,
        tuple(row.languages),
        row.note_en,
        row.note_es,
        row.state,
        row.author,
        row.starts_at,
        row.ends_at,
    )
