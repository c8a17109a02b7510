"""Alerts: kinds, what they must stand on, and what may stand in them."""

import re
from datetime import datetime, time, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

AlertKind = Literal["actual", "update", "correction", "all_clear", "expired", "exercise", "test"]
ALERT_KINDS: Final[tuple[AlertKind, ...]] = get_args(AlertKind)

AlertState = Literal["draft", "asked", "released", "withdrawn"]

# What an alert may stand on: "confirmed" in content.md 2.13, the network's own standard.
Basis = Literal["verifier_on_scene", "two_reports_and_media", "official_statement"]
BASES: Final[tuple[Basis, ...]] = get_args(Basis)

# Kinds that say nothing of the world, so need no basis; `expired` says only that nobody renewed.
WITHOUT_BASIS: Final[frozenset[AlertKind]] = frozenset({"test", "exercise", "expired"})

# Kinds that go to exactly those whom an earlier alert reached.
FOLLOW_UPS: Final[frozenset[AlertKind]] = frozenset({"update", "correction", "all_clear", "expired"})

# After these the alert they follow is not sent to anyone who has not had it.
ENDS_THE_FIRST: Final[frozenset[AlertKind]] = frozenset({"correction", "all_clear", "expired"})

# The sign-up confirmation says that these come at any hour (decisions 15); others wait for morning.
URGENT: Final[frozenset[AlertKind]] = frozenset({"actual", "update", "correction", "all_clear"})

TEMPLATES: Final[dict[AlertKind, str]] = {
    "actual": "verified",
    "update": "update",
    "correction": "correction",
    "all_clear": "all_clear",
    "expired": "expired",
    "exercise": "exercise",
    "test": "test",
}

# What was seen is fresh for so long (content.md 2.13), and a notice ends by itself.
SEEN_WITHIN: Final = timedelta(minutes=30)
LASTS: Final = timedelta(minutes=90)
LASTS_AT_MOST: Final = timedelta(hours=12)

# The one-time word of the second person (decisions 33).
WORD_LASTS: Final = timedelta(minutes=10)
WORD_TRIES: Final = 3

QUIET_FROM: Final = time(21, 0)
QUIET_TO: Final = time(8, 0)

LONGEST_CROSS_STREETS: Final = 60
# Numbers that are names: numbered streets (1st, 5ta), avenues and highways. Any other names a house.
_NAMED: Final = re.compile(
    r"\b\d{1,3}(?:st|nd|rd|th)\b|\b\d{1,2}(?:da|ra|ta|to|ª|º)|\b(?:calle|avenida)\s+\d{1,2}[ao]?\b"
    r"|\b(?:avenue|ave|av|highway|hwy|route|interstate|freeway|autopista|ruta|carretera|i|us|ca|sr)"
    r"[.\s-]*\d{1,3}\b",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"[\w\s.&/'-]+")


class NotCrossStreets(ValueError):
    """The place is not given as cross streets: empty, too long, or with a house number."""


def read_cross_streets(text: str) -> str:
    """Read a place as cross streets (`1st & Soto`). Raises NotCrossStreets.

    House and apartment numbers are never published (content.md 2.14); numbered streets and
    highways are names.
    """
    place = " ".join(text.split())
    if not place or len(place) > LONGEST_CROSS_STREETS or not _PLAIN.fullmatch(place):
        raise NotCrossStreets(f"give two streets in at most {LONGEST_CROSS_STREETS} letters, as 1st & Soto")
    if any(character.isdigit() for character in _NAMED.sub("", place)):
        raise NotCrossStreets("leave out the house number: give two streets, as 1st & Soto")
    return place


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """`7:40 am`, as both languages write it, in letters that every phone's alphabet has."""
    local = at.astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{local.hour % 12 or 12}:{local.minute:02d} {half}"


def quiet_until(at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold at this moment in a time zone end; None outside them."""
    local = at.astimezone(zone)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_TO, zone).astimezone(at.tzinfo)
