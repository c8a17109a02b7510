"""When an incident counts as confirmed, what is still missing, and whom to ask to look."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from hotline.domain.alert import SEEN_WITHIN, Basis
from hotline.domain.person import Person

# Two people look, never one alone.
PAIR: Final = 2

Answer = Literal["go", "no"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What "confirmed" needs (content.md 2.13, for the network to change): enough verifiers on scene, or
    enough independent first-hand reports with checked photos, or a statement; each seen `within`."""

    verifiers: int = 1
    reports: int = 2
    photos: int = 1
    takes_statements: bool = True
    within: timedelta = SEEN_WITHIN


@dataclass(frozen=True, slots=True)
class Asking:
    """How verifiers are asked: how long one has to answer, and how many are asked at most."""

    answer_within: timedelta = timedelta(minutes=10)
    most: int = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody saw it at a time. `source` tells the independent apart: a contact, a person of ours."""

    source: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record of one incident: who saw it, which photos were checked, what was stated."""

    on_scene: tuple[Seen, ...] = ()
    reports: tuple[Seen, ...] = ()
    photos: tuple[Seen, ...] = ()
    statements: tuple[Seen, ...] = ()

    @property
    def last_seen_at(self) -> datetime | None:
        """When it was last seen, by whoever counts; a photo alone shows no time."""
        every = (*self.on_scene, *self.reports, *self.statements)
        return max((one.seen_at for one in every), default=None)


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is still missing on one of the ways. `sentence` is English with {COUNT}, {MINUTES}."""

    way: Basis
    sentence: str
    count: int
    minutes: int

    def __str__(self) -> str:
        return self.sentence.replace("{COUNT}", str(self.count)).replace("{MINUTES}", str(self.minutes))


# In English; the catalogs in `locales/` say them in other languages.
VERIFIERS_LACK: Final = "Trained verifiers on scene who saw it in the last {MINUTES} minutes: {COUNT} more."
REPORTS_LACK: Final = "Independent first-hand reports of the last {MINUTES} minutes: {COUNT} more."
PHOTOS_LACK: Final = "Photos or videos of the last {MINUTES} minutes, checked by a dispatcher: {COUNT} more."
STATEMENT_LACK: Final = "An official statement or one of the school or site, of the last {MINUTES} minutes."
LACKS: Final = (VERIFIERS_LACK, REPORTS_LACK, PHOTOS_LACK, STATEMENT_LACK)


def missing(rule: Rule, facts: Facts, now: datetime) -> tuple[Lack, ...]:
    """What is missing on every way, the nearest way first; nothing when one way is complete."""
    ways = [_verifiers(rule, facts, now), _reports(rule, facts, now), _statements(rule, facts, now)]
    taken = [way for way in ways if way is not None]
    if any(not way for way in taken):
        return ()
    return tuple(lack for way in taken for lack in way)


def basis_of(rule: Rule, facts: Facts, now: datetime) -> Basis | None:
    """On which way it is confirmed now, None when on none."""
    ways: tuple[tuple[Basis, list[Lack] | None], ...] = (
        ("verifier_on_scene", _verifiers(rule, facts, now)),
        ("two_reports_and_media", _reports(rule, facts, now)),
        ("official_statement", _statements(rule, facts, now)),
    )
    return next((name for name, lacks in ways if lacks == []), None)


def seen_at_of(basis: Basis, facts: Facts) -> datetime | None:
    """When those last saw it who stand behind a basis."""
    seen = {
        "verifier_on_scene": facts.on_scene,
        "two_reports_and_media": facts.reports,
        "official_statement": facts.statements,
    }
    return max((one.seen_at for one in seen[basis]), default=None)


def is_fresh(rule: Rule, seen_at: datetime, now: datetime) -> bool:
    """Was it seen so lately that it counts? What lies ahead was never seen."""
    return now - rule.within <= seen_at <= now


def _verifiers(rule: Rule, facts: Facts, now: datetime) -> list[Lack]:
    lacking = rule.verifiers - _count(rule, facts.on_scene, now)
    return [_lack(rule, "verifier_on_scene", VERIFIERS_LACK, lacking)] if lacking > 0 else []


def _reports(rule: Rule, facts: Facts, now: datetime) -> list[Lack]:
    needed = (
        (REPORTS_LACK, rule.reports - _count(rule, facts.reports, now)),
        (PHOTOS_LACK, rule.photos - _count(rule, facts.photos, now)),
    )
    return [_lack(rule, "two_reports_and_media", sentence, count) for sentence, count in needed if count > 0]


def _statements(rule: Rule, facts: Facts, now: datetime) -> list[Lack] | None:
    if not rule.takes_statements:
        return None
    has_one = _count(rule, facts.statements, now) > 0
    return [] if has_one else [_lack(rule, "official_statement", STATEMENT_LACK, 1)]


def _lack(rule: Rule, way: Basis, sentence: str, count: int) -> Lack:
    return Lack(way, sentence, count, round(rule.within.total_seconds() / 60))


def _count(rule: Rule, seen: Iterable[Seen], now: datetime) -> int:
    return len({one.source for one in seen if is_fresh(rule, one.seen_at, now)})


@dataclass(frozen=True, slots=True)
class Request:
    """One person was asked to look. `ends_at` is when silence counts as no."""

    person_id: int
    answer: Answer | None
    ends_at: datetime


def wanted_now(requests: Sequence[Request], asking: Asking, now: datetime) -> int:
    """How many more must be asked at this moment, so that two may come; never beyond the bound."""
    going = sum(request.answer == "go" for request in requests)
    waited_for = sum(request.answer is None and request.ends_at > now for request in requests)
    return max(0, min(PAIR - going - waited_for, asking.most - len(requests)))


def has_pair(requests: Iterable[Request]) -> bool:
    return sum(request.answer == "go" for request in requests) >= PAIR


def is_waiting(requests: Iterable[Request], now: datetime) -> bool:
    return any(request.answer is None and request.ends_at > now for request in requests)


def nearest(people: Iterable[Person], order: Sequence[str], asked: Collection[int]) -> list[Person]:
    """Who may be asked, nearest first: available, not asked before.

    `order` are ZIP codes by their distance from the place. Who named no ZIP code goes anywhere, and
    comes after those who named one that is near; who named only others comes last.
    """
    free = [one for one in people if one.is_available and one.id not in asked]
    rank = {zip_code: place for place, zip_code in enumerate(order)}
    everywhere, nowhere = len(rank), len(rank) + 1

    def distance(one: Person) -> tuple[int, int]:
        if not one.zips:
            return everywhere, one.id
        return min(rank.get(zip_code, nowhere) for zip_code in one.zips), one.id

    return sorted(free, key=distance)
