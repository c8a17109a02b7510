"""What is said of the next events to whoever asks: the place of the network file's fixed words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import said_day, said_time
from hotline.store import events
from hotline.store.events import Event
from hotline.store.places import zone_of

TOLD_AT_MOST: Final = 2  # so that the answer stays a text of a few segments

Values = Mapping[Language, Mapping[str, str]]


def next_events(db: Connection, now: datetime) -> Values:
    """Values of `{EVENTS_WHEN}` and `{EVENTS_WHERE}` by language; nothing when no confirmed event comes."""
    return told(events.next_confirmed(db, now, TOLD_AT_MOST))


def told(coming: Sequence[Event]) -> Values:
    """`Know your rights, Saturday Mar 7, 10:00 am-12:00 pm` and where; a second one goes after the first."""
    if not coming:
        return {}
    first, *others = coming
    return {
        language: {
            "EVENTS_WHEN": _when(first, language),
            "EVENTS_WHERE": "; ".join(
                [first.place, *(f"{_when(one, language)}, {one.place}" for one in others)]
            ),
        }
        for language in LANGUAGES
    }


def _when(event: Event, language: Language) -> str:
    zone = zone_of(event.zip) or UTC
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    times = f"{said_time(starts.time())}-{said_time(ends.time())}"
    return f"{event.name(language)}, {said_day(starts.date(), language)}, {times}"
