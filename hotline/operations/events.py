"""Events: write them down in both languages, confirm them, call them off, tell the next ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from hotline.catalogs import sentence
from hotline.domain.event import (
    CAPACITY_AT_MOST,
    LONGEST,
    NAME_AT_MOST,
    NOTE_AT_MOST,
    PLACE_AT_MOST,
    EventState,
    may_move,
)
from hotline.operations.languages import NotALanguage, read_spoken
from hotline.operations.line import Line
from hotline.store import audit, events
from hotline.store.database import transaction
from hotline.store.events import Event, EventFields

EventRefusal = Literal[
    "unknown", "name", "place", "zip", "capacity", "languages", "note", "starts_at", "ends_at",
    "no_step", "over",
]  # fmt: skip

# In English; the catalogs in `locales/` say them in other languages.
EVENT_REFUSALS: Final[dict[EventRefusal, str]] = {
    "unknown": sentence("There is no such event."),
    "name": sentence("Give the name in both languages, in at most 60 letters each."),
    "place": sentence("Say where it is, in at most 80 letters."),
    "zip": sentence("There is no such ZIP code."),
    "capacity": sentence("The number of places is a number up to 100,000, or empty."),
    "languages": sentence("Give languages as es, en, mam, with commas between them."),
    "note": sentence("The note takes 300 letters at most, in both languages or in none."),
    "starts_at": sentence("Give day and time of the beginning."),
    "ends_at": sentence("It ends after it begins, three days later at most."),
    "no_step": sentence("This cannot be done from where the event stands."),
    "over": sentence("This event is over."),
}

STATE_WORDS: Final[dict[EventState, str]] = {
    "draft": sentence("draft"),
    "confirmed": sentence("confirmed"),
    "cancelled": sentence("called off"),
}


class EventRefused(Exception):
    """It cannot be done. `reason` is one of a closed list."""

    def __init__(self, reason: EventRefusal) -> None:
        super().__init__(EVENT_REFUSALS[reason])
        self.reason: EventRefusal = reason


@dataclass(frozen=True, slots=True)
class Written:
    """What staff write of an event, as it is typed; times are local (`2026-12-05T10:00`)."""

    name_en: str
    name_es: str
    place: str
    zip: str
    starts: str
    ends: str
    capacity: str = ""
    languages: str = "es, en"
    note_en: str = ""
    note_es: str = ""


def typed(of: Event, zone: ZoneInfo) -> Written:
    """An event as it would be typed, to begin a change from."""
    return Written(
        of.name_en,
        of.name_es,
        of.place,
        of.zip,
        of.starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        of.ends_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        str(of.capacity or ""),
        ", ".join(of.languages),
        of.note_en,
        of.note_es,
    )


def add(line: Line, written: Written, by: str, now: datetime) -> int:
    """Write an event down as a draft and return its id. Raises EventRefused."""
    fields = _checked(line, written)
    if fields.ends_at <= now:
        raise EventRefused("over")
    with transaction(line.database) as db:
        event_id = events.add(db, fields, by, now)
        audit.record(db, by, "event.add", str(event_id), now)
    return event_id


def change(line: Line, event_id: int, written: Written, by: str, now: datetime) -> None:
    """Change an event that is not called off. Raises EventRefused."""
    fields = _checked(line, written)
    with transaction(line.database) as db:
        event = events.by_id(db, event_id, lock=True)
        if event is None:
            raise EventRefused("unknown")
        if event.state == "cancelled":
            raise EventRefused("no_step")
        events.change(db, event_id, fields)
        audit.record(db, by, "event.change", str(event_id), now)


def move(line: Line, event_id: int, state: EventState, by: str, now: datetime) -> None:
    """Confirm an event, take it back to a draft, or call it off. Raises EventRefused."""
    with transaction(line.database) as db:
        event = events.by_id(db, event_id, lock=True)
        if event is None:
            raise EventRefused("unknown")
        if not may_move(event.state, state):
            raise EventRefused("no_step")
        if event.ends_at <= now:
            raise EventRefused("over")
        events.move(db, event_id, state)
        audit.record(db, by, f"event.{state}", str(event_id), now)


def _checked(line: Line, written: Written) -> EventFields:
    names = _short(written.name_en), _short(written.name_es)
    if not all(0 < len(name) <= NAME_AT_MOST for name in names):
        raise EventRefused("name")
    place = _short(written.place)
    if not 0 < len(place) <= PLACE_AT_MOST:
        raise EventRefused("place")
    if line.place_of(written.zip.strip()) is None:
        raise EventRefused("zip")
    notes = _short(written.note_en), _short(written.note_es)
    if bool(notes[0]) != bool(notes[1]) or max(map(len, notes)) > NOTE_AT_MOST:
        raise EventRefused("note")
    starts_at = _moment(written.starts, line.hours.zone, "starts_at")
    ends_at = _moment(written.ends, line.hours.zone, "ends_at")
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise EventRefused("ends_at")
    return EventFields(
        *names,
        place,
        written.zip.strip(),
        _capacity(written.capacity),
        _languages(written.languages),
        *notes,
        starts_at,
        ends_at,
    )


def _moment(given: str, zone: ZoneInfo, reason: EventRefusal) -> datetime:
    try:
        local = datetime.fromisoformat(given.strip())
    except ValueError:
        raise EventRefused(reason) from None
    return local.replace(tzinfo=zone) if local.tzinfo is None else local


def _capacity(given: str) -> int | None:
    digits = given.strip().replace(",", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits[:9]) <= CAPACITY_AT_MOST:
        raise EventRefused("capacity")
    return int(digits)


def _languages(given: str) -> Sequence[str]:
    tags = [one.strip() for one in given.split(",") if one.strip()]
    try:
        found = [read_spoken(tag).tag for tag in tags]
    except NotALanguage:
        raise EventRefused("languages") from None
    if not 0 < len(found) <= 12:
        raise EventRefused("languages")
    return list(dict.fromkeys(found))


def _short(words: str) -> str:
    return " ".join(words.split())
