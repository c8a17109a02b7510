"""What a release would mean: how many people, segments, dollars and minutes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hotline.domain.alert import quiet_until
from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.domain.notice import MessageKind, audience_of, is_urgent
from hotline.operations.alerts import Wording, find, spoken, wordings
from hotline.operations.feeds import PUBLIC
from hotline.operations.line import Line
from hotline.store import alerts, broadcasts, notices
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.notices import Reach
from hotline.store.places import zone_of


@dataclass(frozen=True, slots=True)
class Estimate:
    """`cost` in millionths of a dollar; `minutes` to the last text or call at the permitted rates.

    `people` get a text, `calls` are people who chose calls; none is called without an approved wording.

    `is_followed`: whoever follows the public feed saw the first one, and hears this also when no phone does.

    `waits_until` is when the last place's night ends, for what waits for morning.
    """

    code: str
    kind: MessageKind
    people: dict[Language, int]
    texts: dict[Language, Wording]
    cost: int
    minutes: float
    waits_until: datetime | None
    calls: dict[Language, int] = field(default_factory=dict)
    reach: tuple[Reach, ...] = ()
    is_followed: bool = False

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
    reach = reach_of(db, of)
    people = _people(reach, "sms")
    calls = _people(reach, "voice") if spoken(line, db, of) else {}
    called = sum(calls.values())
    segments = sum(people[language] * texts[language].measured.segments for language in LANGUAGES)
    rate = line.limits.rate_of(line.senders)
    return Estimate(
        of.code,
        of.kind,
        people,
        texts,
        segments * line.limits.segment_price + called * line.limits.call_price,
        max(segments / rate, called / line.limits.calls_per_second) / 60,
        _waits_until(of, now) if line.limits.has_quiet_hours else None,
        calls,
        reach,
        _is_followed(line, db, of),
    )


def reach_of(db: Connection, of: Alert) -> tuple[Reach, ...]:
    """Who would get it, by place, language and channel: a follow-up goes to whom the first one reached."""
    if of.follows_id is None:
        return tuple(notices.asked_for(db, of.zips, audience_of(of.kind)))
    first = broadcasts.of_alert(db, of.follows_id)
    return tuple(notices.reached(db, first.id)) if first else ()


def _is_followed(line: Line, db: Connection, of: Alert) -> bool:
    first = alerts.by_id(db, line.keyring, of.follows_id) if of.follows_id else None
    return first is not None and first.kind in PUBLIC


def _people(reach: Iterable[Reach], channel: Channel) -> dict[Language, int]:
    counts = dict.fromkeys(LANGUAGES, 0)
    for one in reach:
        if one.channel == channel:
            counts[one.language] += one.people
    return counts


def _waits_until(of: Alert, now: datetime) -> datetime | None:
    if is_urgent(of.kind):
        return None
    zones = {zone_of(zip_code) for zip_code in of.zips}
    ends = [until for zone in zones if zone and (until := quiet_until(now, zone))]
    return max(ends, default=None)
