"""What a release would mean: how many people, segments, dollars and minutes."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hotline.domain.alert import URGENT, AlertKind, quiet_until
from hotline.domain.delivery import REACHED
from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.operations.alerts import Wording, find, spoken, wordings
from hotline.operations.line import Line
from hotline.store import audience, broadcasts
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.places import zone_of


@dataclass(frozen=True, slots=True)
class Estimate:
    """`cost` in millionths of a dollar; `minutes` to the last text or call at the permitted rates.

    `people` get a text, `calls` are people who chose calls; none is called without an approved wording.

    `waits_until` is when the last place's night ends, for what waits for morning.
    """

    code: str
    kind: AlertKind
    people: dict[Language, int]
    texts: dict[Language, Wording]
    cost: int
    minutes: float
    waits_until: datetime | None
    calls: dict[Language, int] = field(default_factory=dict)

    @property
    def recipients(self) -> int:
        return sum(self.people.values()) + self.called

    @property
    def called(self) -> int:
        return sum(self.calls.values())

    @property
    def segments(self) -> int:
        return sum(self.people[lang] * self.texts[lang].measured.segments for lang in self.texts)


def estimate(line: Line, code: str, now: datetime) -> Estimate:
    """Estimate the release of an alert. Raises AlertRefused."""
    with transaction(line.database) as db:
        return estimate_of(line, db, find(line, db, code), now)


def estimate_of(line: Line, db: Connection, of: Alert, now: datetime) -> Estimate:
    """The same inside a transaction."""
    texts = wordings(line, db, of)
    people = _people(db, of, "sms")
    calls = _people(db, of, "voice") if spoken(line, db, of) else {}
    called = sum(calls.values())
    segments = sum(people[language] * texts[language].measured.segments for language in LANGUAGES)
    rate = line.limits.segments_per_second * max(1, len(line.senders))
    return Estimate(
        of.code,
        of.kind,
        people,
        texts,
        segments * line.limits.segment_price + called * line.limits.call_price,
        max(segments / rate, called / line.limits.calls_per_second) / 60,
        _waits_until(of, now) if line.limits.has_quiet_hours else None,
        calls,
    )


def _people(db: Connection, of: Alert, channel: Channel) -> dict[Language, int]:
    counts = _counted(db, of, channel)
    return {language: counts.get(language, 0) for language in LANGUAGES}


def _counted(db: Connection, of: Alert, channel: Channel) -> dict[str, int]:
    if of.follows_id is None:
        return audience.subscribers(db, of.zips, channel)
    first = broadcasts.of_alert(db, of.follows_id)
    return audience.reached(db, first.id, sorted(REACHED), channel) if first else {}


def _waits_until(of: Alert, now: datetime) -> datetime | None:
    if of.kind in URGENT:
        return None
    zones = {zone_of(zip_code) for zip_code in of.zips}
    ends = [until for zone in zones if zone and (until := quiet_until(now, zone))]
    return max(ends, default=None)
