"""The form of a message: which fields a kind has, what may be chosen, what is wrong with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.exceptions import HTTPException

from hotline.domain.alert import ALERT_KINDS, BASES, WITHOUT_BASIS, AlertKind
from hotline.domain.notice import NOTICE_KINDS, NOTICES, MessageKind, NoticeKind
from hotline.operations.alert_refusals import REFUSALS, AlertRefused, Refusal
from hotline.operations.alerts import fields_of
from hotline.operations.composing import area_with
from hotline.operations.notice_values import list_of
from hotline.store.alerts import Alert
from hotline.store.events import Event
from hotline.store.incidents import Incident
from hotline.web.console import alert_words as words
from hotline.web.console.page import PageContext

MINUTES: Final = (30, 60, 90, 120, 180, 240)
SEEN: Final = (0, 5, 10, 15, 20, 25)

# Where the fault is shown that a refusal is about.
_PLACES: Final[dict[Refusal, str]] = {
    "cross_streets": "cross_streets",
    "no_basis": "basis",
    "no_observer": "observer",
    "seen_at": "seen_at",
    "ends_at": "ends_at",
    "unknown_area": "area",
    "place": "place",
    "url": "url",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being composed: of what kind, following what, on which incident, announcing which event.

    `stands`: the incident says what it stands on; else its author vouches for that."""

    kind: MessageKind
    first: Alert | None = None
    incident: Incident | None = None
    stands: bool = False
    is_overridden: bool = False
    event: Event | None = None

    @property
    def notice(self) -> NoticeKind | None:
        for kind in NOTICE_KINDS:
            if kind == self.kind:
                return kind
        return None

    @property
    def alert(self) -> AlertKind:
        for kind in ALERT_KINDS:
            if kind == self.kind:
                return kind
        raise HTTPException(404)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form, ready to be drawn. `choices`: pairs of id and words."""

    name: str
    form: str
    label: str
    value: str
    help: str = ""
    wrong: str = ""
    choices: Sequence[tuple[str, str]] = ()
    chosen: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What was filled in so far."""

    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise)


def form_of_subject(
    page: PageContext, subject: Subject, given: Given, refused: AlertRefused | None
) -> list[Field]:
    """What must be filled in for this kind, in the order of the form."""
    if subject.notice:
        rule = NOTICES[subject.notice]
        forms: dict[str, str] = dict(rule.fields)
        forms |= {"area": "area" if rule.needs_area else "any_area"}
        forms |= {"seen_at": "seen"} if rule.is_seen else {}
    else:
        asked = fields_of(page.line, subject.alert)
        forms = {name: "list" for name in ("agency", "activity", "change", "actual") if name in asked}
        if "cross_streets" in asked and subject.first is None:
            forms["cross_streets"] = "streets"
        forms |= {} if subject.first else {"area": "area"}
        if subject.alert not in WITHOUT_BASIS and not subject.stands:
            forms |= {"basis": "basis", "observer": "name", "seen_at": "seen"}
        forms["ends_at"] = "minutes"
    wrong = _place_of(refused)
    return [
        _field(page, subject, name, form, given, refused if name == wrong else None)
        for name, form in forms.items()
    ]


def _place_of(refused: AlertRefused | None) -> str:
    if refused is None:
        return ""
    named = refused.detail.lower().partition(":")[0].partition(" ")[0]
    return named if named in words.FIELDS else _PLACES.get(refused.reason, "")


def _field(
    page: PageContext, subject: Subject, name: str, form: str, given: Given, refused: AlertRefused | None
) -> Field:
    wrong = page.say(REFUSALS[refused.reason]) if refused else ""
    value = given.get(name)
    if name == "area" and not value and subject.incident and subject.incident.zip:
        value = area_with(page.line, subject.incident.zip)
    return Field(
        name,
        form,
        page.say(words.FIELDS[name]),
        value,
        page.say(words.HELP[name]) if name in words.HELP else "",
        wrong,
        _choices(page, name, form),
        value.split(","),
    )


def _choices(page: PageContext, name: str, form: str) -> list[tuple[str, str]]:
    network, language = page.line.network, page.language
    areas = [(one, area.name(language)) for one, area in network.areas.items()]
    match form:
        case "area":
            return [("", ""), *areas]
        case "any_area":
            return [("", page.say("Everywhere")), *areas]
        case "basis":
            return [("", ""), *((basis, page.say(words.BASES[basis])) for basis in BASES)]
        case "minutes":
            return [(str(one), page.say("{COUNT} minutes", COUNT=one)) for one in MINUTES]
        case "seen":
            return [(str(one), page.say("{COUNT} minutes", COUNT=one)) for one in SEEN]
        case "list":
            return [("", ""), *_words_of(page, name)]
        case "several":
            return _words_of(page, name)
        case _:
            return []


def _words_of(page: PageContext, name: str) -> list[tuple[str, str]]:
    network = page.line.network
    lists = {
        "agency": network.agencies,
        "activity": network.activities,
        "change": network.activities,
        "actual": network.other_agencies,
    }
    listed = lists.get(name) or list_of(page.line, name)
    return [(one, said.get(page.language, one)) for one, said in listed.items()]
