"""Draft an alert from fixed lists and checked fields, and word it in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import (
    BASES,
    FOLLOW_UPS,
    LASTS,
    LASTS_AT_MOST,
    SEEN_WITHIN,
    TEMPLATES,
    WITHOUT_BASIS,
    AlertKind,
    Basis,
    NotCrossStreets,
    clock_time,
    read_cross_streets,
)
from hotline.domain.call import CALL_TEXTS
from hotline.domain.code import new_code
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import rule_of
from hotline.domain.sheet import Sheet
from hotline.domain.sms import Measured, measure
from hotline.flow.texts import placeholders
from hotline.operations.alert_refusals import REFUSALS, AlertRefused, drafter
from hotline.operations.line import Line
from hotline.operations.notice_values import notice_values
from hotline.operations.standing_on import stand_on, vouched
from hotline.operations.verified import NEED_CONFIRMED, check_verified
from hotline.store import alerts, audit
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.nearness import nearest_first

__all__ = [
    "REFUSALS",
    "SYSTEM",
    "AlertRefused",
    "Wording",
    "draft",
    "draft_in",
    "fields_of",
    "find",
    "spoken",
    "wordings",
]

CODE_TRIES: Final = 5
SYSTEM: Final = "system"  # the author of what nobody need release

# An `expired` notice is written after its alert's end and must not wait long for its own.
EXPIRED_LASTS: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Wording:
    """The finished text in one language and what it costs to carry."""

    text: str
    measured: Measured


def draft(
    line: Line,
    now: datetime,
    kind: AlertKind,
    values: Mapping[str, str],
    author: str,
    *,
    area: str | None = None,
    basis: Basis | None = None,
    observer: str | None = None,
    seen_at: datetime | None = None,
    ends_at: datetime | None = None,
    follows: str | None = None,
    origin: str | None = None,
    incident: str | None = None,
) -> str:
    """Write a draft and return its code. Arguments as of `draft_in`. Raises AlertRefused."""
    sheet = Sheet(kind, values, area, basis, observer, seen_at, ends_at, follows, origin, incident)
    with transaction(line.database) as db:
        return draft_in(line, db, now, sheet, author).code


def draft_in(line: Line, db: Connection, now: datetime, sheet: Sheet, author: str) -> Alert:
    """Write a draft inside a transaction.

    `values` are ids from the network's lists and checked fields: `agency`, `activity`, `change` (an
    activity), `actual` (another agency), `cross_streets`. `area` is an area id; a follow-up
    (`follows`: the code of the alert it follows) takes area, place and times from the first.
    `author` is the name of a dispatcher or an approver. `origin` is the ZIP code of what was seen: the
    nearest are told first. `incident` is the code of what was confirmed: place and time are its own, lists
    are taken from it unless given. Without one, what says that something is going on makes an incident of
    its own, for whose basis the author vouches. Raises AlertRefused.
    """
    kind = sheet.kind
    author = author if (kind, author) == ("expired", SYSTEM) else drafter(line, author).name
    basis, seen_at, values, origin = sheet.basis, sheet.seen_at, sheet.values, sheet.origin
    first = _first(line, db, kind, sheet.follows)
    ends = sheet.ends_at or now + (EXPIRED_LASTS if kind == "expired" else LASTS)
    stood = stand_on(line, db, kind, sheet.incident, now) if sheet.incident else None
    if stood and first and first.incident_id != stood.of.id:
        raise AlertRefused("unknown_incident", sheet.incident or "")
    if stood:
        basis, seen_at = stood.basis, stood.seen_at
        known = stood.values(fields_of(line, kind))
        place = {name: value for name, value in known.items() if name == "cross_streets"}
        values, origin = {**known, **values, **place}, stood.of.zip or origin
    _check_times(kind, seen_at, ends, now)
    if stood is None:
        _check_basis(kind, basis, sheet.observer, seen_at)
    area_id = first.area if first else _area(line, sheet.area)
    whole = _whole_values(line, kind, values, first)
    incident_id = stood.of.id if stood else first.incident_id if first else None
    if stood is None and kind in NEED_CONFIRMED and basis and sheet.observer and seen_at:
        incident_id = vouched(
            line, db, incident_id, whole, origin, basis, sheet.observer, author, seen_at, now
        )
    check_verified(line, db, kind, incident_id, now)
    zips = first.zips if first else nearest_first(line.network.areas[area_id].zips, origin)
    draft_id = None
    for _ in range(CODE_TRIES):
        draft_id = alerts.add(
            db,
            line.keyring,
            new_code(line.pick),
            kind,
            TEMPLATES[kind],
            whole,
            area_id,
            zips,
            basis,
            sheet.observer,
            seen_at or now,
            ends,
            author,
            first.id if first else None,
            now,
            incident_id,
        )
        if draft_id is not None:
            break
    if draft_id is None:
        raise RuntimeError("no free alert code")
    made = alerts.by_id(db, line.keyring, draft_id)
    assert made is not None
    wordings(line, db, made)
    audit.record(db, author, "alert.draft", made.code, now, {"kind": kind, "area": area_id})
    return made


def wordings(line: Line, db: Connection, of: Alert) -> dict[Language, Wording]:
    """The text of an alert in every language. Raises AlertRefused when one cannot be said."""
    first = alerts.by_id(db, line.keyring, of.follows_id) if of.follows_id else None
    library = line.library()
    found: dict[Language, Wording] = {}
    for language in LANGUAGES:
        if not library.is_approved(of.template, language, "sms"):
            raise AlertRefused("text_not_approved", f"{of.template} ({language})")
        filled = _filled(line, of, first, language)
        try:
            text = library.part(of.template, language, "sms", **filled).wording
        except KeyError as missing:
            raise AlertRefused("missing_field", str(missing.args[0])) from None
        found[language] = Wording(text, measure(text))
    return found


def spoken(line: Line, db: Connection, of: Alert) -> dict[Language, str]:
    """What a call says of an alert, in every language; nothing while that is not approved in all."""
    first = alerts.by_id(db, line.keyring, of.follows_id) if of.follows_id else None
    library = line.library()
    needed = [(text, language) for text in (of.template, *CALL_TEXTS) for language in LANGUAGES]
    if not all(library.is_approved(text, language, "voice") for text, language in needed):
        return {}
    return {
        language: library.part(
            of.template, language, "voice", **_aloud(_filled(line, of, first, language), language)
        ).wording
        for language in LANGUAGES
    }


def _aloud(filled: Mapping[str, str], language: Language) -> dict[str, str]:
    """A sign between two streets is a word when it is said."""
    word = " y " if language == "es" else " and "
    return {name: " ".join(value.replace("&", word).split()) for name, value in filled.items()}


def find(line: Line, db: Connection, code: str, lock: bool = False) -> Alert:
    """An alert by its code. Raises AlertRefused."""
    found = alerts.by_code(db, line.keyring, code, lock)
    if found is None:
        raise AlertRefused("unknown_alert", code)
    return found


def _first(line: Line, db: Connection, kind: AlertKind, follows: str | None) -> Alert | None:
    """The alert that began it: a follow-up of a follow-up follows the first one too."""
    if (kind in FOLLOW_UPS) != (follows is not None):
        raise AlertRefused("follows")
    if follows is None:
        return None
    named = find(line, db, follows)
    first = alerts.by_id(db, line.keyring, named.follows_id) if named.follows_id else named
    if first is None or first.state != "released":
        raise AlertRefused("follows", follows)
    return first


def _check_times(kind: AlertKind, seen_at: datetime | None, ends_at: datetime, now: datetime) -> None:
    if not now < ends_at <= now + LASTS_AT_MOST:
        raise AlertRefused("ends_at")
    if seen_at is not None and not now - SEEN_WITHIN <= seen_at <= now:
        raise AlertRefused("seen_at")


def _check_basis(
    kind: AlertKind, basis: Basis | None, observer: str | None, seen_at: datetime | None
) -> None:
    if kind in WITHOUT_BASIS:
        return
    if basis not in BASES:
        raise AlertRefused("no_basis")
    if not observer:
        raise AlertRefused("no_observer")
    if seen_at is None:
        raise AlertRefused("seen_at")


def _area(line: Line, area: str | None) -> str:
    if area is None or area not in line.network.areas:
        raise AlertRefused("unknown_area", area or "")
    return area


def _whole_values(
    line: Line, kind: AlertKind, values: Mapping[str, str], first: Alert | None
) -> dict[str, str]:
    """Every given value checked against its list; place and time of the first go into a follow-up."""
    whole = {name: _checked(line, name, value) for name, value in values.items()}
    if first:
        whole.setdefault("cross_streets", first.values.get("cross_streets", ""))
    return whole


def _checked(line: Line, name: str, value: str) -> str:
    if name == "cross_streets":
        try:
            return read_cross_streets(value)
        except NotCrossStreets:
            raise AlertRefused("cross_streets") from None
    if value not in _lists(line).get(name, {}):
        raise AlertRefused("unknown_field", name)
    return value


def _lists(line: Line) -> dict[str, Mapping[str, Mapping[Language, str]]]:
    return {
        "agency": line.network.agencies,
        "activity": line.network.activities,
        "change": line.network.activities,
        "actual": line.network.other_agencies,
    }


def _filled(line: Line, of: Alert, first: Alert | None, language: Language) -> dict[str, str]:
    """Placeholders of the template and what stands in them in one language."""
    if rule_of(of.kind):
        return notice_values(line, of, language)
    filled = {name.upper(): _said(line, name, value, language) for name, value in of.values.items() if value}
    zone = line.hours.zone
    filled["AREA"] = line.network.areas[of.area].name(language)
    filled["TIME"] = clock_time(of.seen_at or of.created_at, zone)
    filled["EXPIRES"] = clock_time(of.ends_at, zone)
    if first:
        filled["ORIG_TIME"] = clock_time(first.seen_at or first.created_at, zone)
    return filled


def _said(line: Line, name: str, value: str, language: Language) -> str:
    """A value of a list in one language. Raises AlertRefused when the network file lacks its words."""
    listed = _lists(line).get(name)
    if listed is None:
        return value
    try:
        return listed[value][language]
    except KeyError:
        raise AlertRefused("untranslated", f"{name}: {value} ({language})") from None


def fields_of(line: Line, kind: AlertKind) -> frozenset[str]:
    """The fields that the text of a kind needs from whoever drafts it."""
    wording = line.flow.texts[TEMPLATES[kind]].sms["en"]
    asked = {"AGENCY", "ACTIVITY", "CHANGE", "ACTUAL", "CROSS_STREETS"}
    return frozenset(name.lower() for name in placeholders(wording) & asked)
