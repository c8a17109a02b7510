"""Messages that are no alerts: what each says, to which list it goes, how often, and who must agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from hotline.domain.alert import URGENT, WITHOUT_BASIS, AlertKind, NotCrossStreets, read_cross_streets
from hotline.domain.language import Language

NoticeKind = Literal[
    "kyr_reminder", "event", "food_notice", "official_notice", "rumor_check", "school_partner"
]
NOTICE_KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)

# Whatever goes out to many as one broadcast.
MessageKind = AlertKind | NoticeKind

# What people ask for when they sign up; `named`: contacts that are given one by one.
Audience = Literal["alert", "reminder", "event", "food", "official", "named"]
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)

# How a field is filled: a list of the network file, a place, a day, a time of day, both, an address.
FieldKind = Literal["list", "several", "place", "streets", "name", "day", "time", "moment", "url"]


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """`every`: not sooner again in the same place; `approvers` must agree, none of them the author;
    `needs_area`: the text names it; `is_seen`: it says how things stood at a time."""

    audience: Audience
    fields: Mapping[str, FieldKind]
    lasts: timedelta
    every: timedelta | None = None
    approvers: int = 1
    needs_area: bool = False
    is_seen: bool = False
    is_urgent: bool = False


_OF_A_DAY: Final[Mapping[str, FieldKind]] = {"place": "place", "day": "day", "start": "time", "end": "time"}

# content.md 3.4: to whom each goes, and how often.
NOTICES: Final[dict[NoticeKind, NoticeRule]] = {
    "kyr_reminder": NoticeRule("reminder", {"tip": "list"}, timedelta(hours=24), timedelta(days=7)),
    "event": NoticeRule(
        "event",
        {"event": "list", **_OF_A_DAY, "languages": "several"},
        timedelta(hours=24),
        timedelta(hours=12),
    ),
    "food_notice": NoticeRule("food", _OF_A_DAY, timedelta(hours=24), timedelta(hours=12)),
    "official_notice": NoticeRule(
        "official",
        {"authority": "list", "notice": "list", "from": "moment", "until": "moment", "url": "url"},
        timedelta(hours=24),
        timedelta(minutes=30),
        needs_area=True,
    ),
    "rumor_check": NoticeRule(
        "alert", {"place": "streets"}, timedelta(hours=4), timedelta(minutes=30), approvers=2, is_seen=True
    ),
    "school_partner": NoticeRule(
        "named",
        {"school": "name", "cross_streets": "streets"},
        timedelta(minutes=90),
        is_seen=True,
        is_urgent=True,
    ),
}

# At most one change of an alert in so long (content.md 3.4); corrections and all-clears come at once.
UPDATE_EVERY: Final = timedelta(minutes=30)

# Reminders are texts of their own, reviewed like any; beside each the word that brings the whole topic.
TIPS: Final[dict[str, Mapping[Language, str]]] = {
    "tip_home": {"en": "HOME", "es": "CASA"},
    "tip_street": {"en": "STREET", "es": "CALLE"},
    "tip_work": {"en": "WORK", "es": "TRABAJO"},
    "tip_car": {"en": "CAR", "es": "CARRO"},
    "tip_family": {"en": "FAMILY", "es": "FAMILIA"},
}

LONGEST_PLACE: Final = 40
LONGEST_URL: Final = 80
_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NotAsked(ValueError):
    """A field does not hold what it asks for."""


def rule_of(kind: str) -> NoticeRule | None:
    """None for an alert."""
    for known, rule in NOTICES.items():
        if known == kind:
            return rule
    return None


def audience_of(kind: str) -> Audience:
    rule = rule_of(kind)
    return rule.audience if rule else "alert"


def approvers_of(kind: str) -> int:
    """How many people other than the author must agree."""
    rule = rule_of(kind)
    return rule.approvers if rule else 1


def is_urgent(kind: str) -> bool:
    """Does it come at any hour?"""
    rule = rule_of(kind)
    return rule.is_urgent if rule else kind in URGENT


def read_place(text: str) -> str:
    """A public place by its name: short, and no house number. Raises NotAsked."""
    try:
        place = read_cross_streets(text)
    except NotCrossStreets:
        raise NotAsked(text) from None
    return read_name(place)


def read_name(text: str) -> str:
    """A name of a school or a place, in few letters. Raises NotAsked."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_PLACE or any(sign in name for sign in "@{}<>"):
        raise NotAsked(text)
    return name


def read_url(text: str) -> str:
    """The address of a source: https, short, nobody's name or password in it. Raises NotAsked."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        raise NotAsked(text) from None
    if not is_plain or len(url) > LONGEST_URL or not url.isascii() or any(sign in url for sign in ' {}<>"'):
        raise NotAsked(text)
    return url


def said_day(day: date, language: Language) -> str:
    """`Wednesday Sept 30`, `30 de septiembre`: in letters that every phone's alphabet has."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month}" if language == "es" else f"{_WEEKDAYS[day.weekday()]} {month} {day.day}"


def said_time(at: time) -> str:
    """`7:40 am`, as both languages write it."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def is_sight(kind: str) -> bool:
    """Does it say how things stand, so that whoever looked must have looked lately?"""
    rule = rule_of(kind)
    return rule.is_seen if rule else kind not in WITHOUT_BASIS
