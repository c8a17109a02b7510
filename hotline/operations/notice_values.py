"""What fills the text of a notice in one language: checked fields, said as people say them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Final, assert_never

from hotline.domain.alert import NotCrossStreets, clock_time, read_cross_streets
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import (
    TIPS,
    FieldKind,
    NotAsked,
    NoticeKind,
    read_name,
    read_place,
    read_url,
    rule_of,
    said_day,
    said_time,
)
from hotline.flow.library import Key
from hotline.flow.network import Bilingual
from hotline.operations.alert_refusals import AlertRefused, Refusal
from hotline.operations.line import Line
from hotline.store.alerts import Alert

# What is said when a field of a kind is not filled as asked.
_REFUSALS: Final[dict[FieldKind, Refusal]] = {
    "list": "unknown_field",
    "several": "unknown_field",
    "place": "place",
    "streets": "cross_streets",
    "name": "place",
    "day": "day",
    "time": "day",
    "moment": "day",
    "url": "url",
}


def list_of(line: Line, field: str) -> Mapping[str, Bilingual]:
    """What may be chosen for a field."""
    lists: dict[str, Mapping[str, Bilingual]] = {
        "event": line.network.events,
        "languages": line.network.event_languages,
        "authority": line.network.authorities,
        "notice": line.network.announcements,
        "tip": _tips(line),
    }
    return lists.get(field, {})


def check_values(line: Line, kind: NoticeKind, values: Mapping[str, str]) -> dict[str, str]:
    """Every field of the kind, checked. Raises AlertRefused with the field's name."""
    rule = rule_of(kind)
    assert rule is not None
    whole: dict[str, str] = {}
    for name, form in rule.fields.items():
        given = values.get(name, "").strip()
        if not given:
            raise AlertRefused("missing_field", name)
        try:
            whole[name] = _read(line, name, form, given)
        except (ValueError, NotCrossStreets):
            raise AlertRefused(_REFUSALS[form], name) from None
    if {"from", "until"} <= whole.keys() and whole["from"] >= whole["until"]:
        raise AlertRefused("day", "until")
    return whole


def _read(line: Line, name: str, form: FieldKind, given: str) -> str:
    """Raises ValueError."""
    match form:
        case "list":
            return _known(line, name, given)
        case "several":
            return ",".join(_known(line, name, one.strip()) for one in given.split(","))
        case "place":
            return read_place(given)
        case "streets":
            return read_cross_streets(given)
        case "name":
            return read_name(given)
        case "day":
            return date.fromisoformat(given).isoformat()
        case "time":
            return time.fromisoformat(given).isoformat("minutes")
        case "moment":
            return datetime.fromisoformat(given).replace(tzinfo=None).isoformat(timespec="minutes")
        case "url":
            return read_url(given)
        case _:
            assert_never(form)


def _known(line: Line, name: str, given: str) -> str:
    if given not in list_of(line, name):
        raise NotAsked(given)
    return given


def notice_values(line: Line, of: Alert, language: Language) -> dict[str, str]:
    """Placeholders of its text and what stands in them. Raises AlertRefused when a word is missing in
    a language."""
    rule = rule_of(of.kind)
    assert rule is not None
    filled = {"TIME": clock_time(of.seen_at or of.created_at, line.hours.zone)}
    if of.area:
        filled["AREA"] = line.network.areas[of.area].name(language)
    for name, form in rule.fields.items():
        value = of.values.get(name, "")
        if value:
            filled["DATE" if name == "day" else name.upper()] = _SAID[form](line, name, value, language)
    if "TIP" in filled:
        filled["ONE_LINE_TIP"] = filled.pop("TIP")
        filled["KEYWORD"] = TIPS[of.values["tip"]][language]
    return filled


def _from_list(line: Line, name: str, value: str, language: Language) -> str:
    try:
        return list_of(line, name)[value][language]
    except KeyError:
        raise AlertRefused("untranslated", f"{name} ({language})") from None


def _from_several(line: Line, name: str, value: str, language: Language) -> str:
    words = [_from_list(line, name, one, language) for one in value.split(",")]
    last = " y " if language == "es" else " and "
    return last.join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _moment(line: Line, name: str, value: str, language: Language) -> str:
    at = datetime.fromisoformat(value)
    return f"{said_day(at.date(), language)}, {said_time(at.time())}"


def _as_it_is(line: Line, name: str, value: str, language: Language) -> str:
    return value


_SAID: Final[dict[FieldKind, Callable[[Line, str, str, Language], str]]] = {
    "list": _from_list,
    "several": _from_several,
    "place": _as_it_is,
    "streets": _as_it_is,
    "name": _as_it_is,
    "day": lambda line, name, value, language: said_day(date.fromisoformat(value), language),
    "time": lambda line, name, value, language: said_time(time.fromisoformat(value)),
    "moment": _moment,
    "url": lambda line, name, value, language: value.removeprefix("https://").rstrip("/"),
}


def _tips(line: Line) -> dict[str, Bilingual]:
    """Reminders are texts that were reviewed: those that may be said now, in the languages they have."""
    wordings = line.library().wordings
    found: dict[str, Bilingual] = {}
    for tip in TIPS:
        keys: dict[Language, Key] = {language: (tip, language, "sms") for language in LANGUAGES}
        words = {language: wordings[key] for language, key in keys.items() if key in wordings}
        if words:
            found[tip] = words
    return found
