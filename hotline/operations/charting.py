"""Charts: what happened in the last days, as numbers that a picture and a table are both made of."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, Literal, get_args

from hotline.domain.incident import IncidentState
from hotline.domain.language import Channel, Language
from hotline.operations.flow_counts import ARRIVALS
from hotline.operations.line import Line
from hotline.store import charting, flow_counts
from hotline.store.charting import FINDINGS, Found
from hotline.store.database import transaction

ChartName = Literal["arrivals", "verification", "outcomes", "deliveries", "false_alarms"]
CHARTS: Final[tuple[ChartName, ...]] = get_args(ChartName)
PERIODS: Final = (7, 30)
FALSE_ALARMS: Final[tuple[IncidentState, ...]] = ("not_found", "other_agency")


@dataclass(frozen=True, slots=True)
class Series:
    """One amount for each label; `name` is a code that the page has words for."""

    name: str
    amounts: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` are hours ("00"), days, or codes the page has words for."""

    name: ChartName
    labels: tuple[str | date, ...]
    series: tuple[Series, ...]

    @property
    def is_empty(self) -> bool:
        return not any(series.total for series in self.series)

    @property
    def highest(self) -> float:
        """Of the sums over each label."""
        places = range(len(self.labels))
        return max((sum(series.amounts[place] for series in self.series) for place in places), default=0)


def chart(line: Line, name: ChartName, days: int, now: datetime) -> Chart:
    """One chart over the last days, today included. Raises DatabaseAway."""
    return _MAKERS[name](line, days, now)


def _since(line: Line, days: int, now: datetime) -> datetime:
    today = now.astimezone(line.hours.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def _days(line: Line, days: int, now: datetime) -> tuple[date, ...]:
    first = _since(line, days, now).date()
    return tuple(first + timedelta(days=place) for place in range(days))


def _arrivals(line: Line, days: int, now: datetime) -> Chart:
    """Texts and calls by hour of the day and language, over all days together."""
    with transaction(line.database) as db:
        counted = flow_counts.read(db, ARRIVALS.keys(), _since(line, days, now).date())
    found: Counter[tuple[Channel, Language | None, int]] = Counter()
    for (name, _), amount in counted.items():
        found[ARRIVALS[name]] += amount
    kinds = sorted({(channel, language or "none", language) for channel, language, _ in ARRIVALS.values()})
    return Chart(
        "arrivals",
        tuple(f"{hour:02}" for hour in range(24)),
        tuple(
            Series(f"{channel}.{name}", tuple(found[channel, language, hour] for hour in range(24)))
            for channel, name, language in kinds
        ),
    )


def _found(line: Line, days: int, now: datetime) -> list[Found]:
    with transaction(line.database) as db:
        return charting.found_since(db, _since(line, days, now), line.hours.zone.key)


def _verification(line: Line, days: int, now: datetime) -> Chart:
    """Minutes from the report to the first finding: half were faster than the median."""
    took: dict[IncidentState, list[float]] = {finding: [] for finding in FINDINGS}
    for found in _found(line, days, now):
        took[found.finding] += found.took_s
    return Chart(
        "verification",
        FINDINGS,
        (
            Series("median", tuple(_minutes(took[finding], 0.5) for finding in FINDINGS)),
            Series("slowest_tenth", tuple(_minutes(took[finding], 0.9) for finding in FINDINGS)),
        ),
    )


def _minutes(seconds: list[float], share: float) -> float:
    if not seconds:
        return 0.0
    ordered = sorted(seconds)
    value = median(ordered) if share == 0.5 else ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    return round(value / 60, 1)


def _outcomes(line: Line, days: int, now: datetime) -> Chart:
    """What the incidents of each day were found to be."""
    labels = _days(line, days, now)
    by_day = {(found.day, found.finding): found.incidents for found in _found(line, days, now)}
    return Chart(
        "outcomes",
        labels,
        tuple(Series(f, tuple(by_day.get((day, f), 0) for day in labels)) for f in FINDINGS),
    )


def _deliveries(line: Line, days: int, now: datetime) -> Chart:
    """What became of alerts' texts and calls, and why the rest did not arrive."""
    with transaction(line.database) as db:
        rows = charting.deliveries_since(db, _since(line, days, now))
    found: Counter[str] = Counter()
    for row in rows:
        is_fault = row.status in {"failed", "undelivered", "unknown", "skipped", "held"}
        why = str(row.code) if row.code else row.reason
        found[f"{row.status}:{why}" if is_fault and why else row.status] += row.amount
    labels = tuple(sorted(found, key=lambda label: (-found[label], label)))
    return Chart("deliveries", labels, (Series("people", tuple(found[label] for label in labels)),))


def _false_alarms(line: Line, days: int, now: datetime) -> Chart:
    """Incidents that were nothing, beside the confirmed ones; and alerts that were taken back."""
    labels = _days(line, days, now)
    by_day = {(found.day, found.finding): found.incidents for found in _found(line, days, now)}
    with transaction(line.database) as db:
        corrected = charting.corrections_since(db, _since(line, days, now), line.hours.zone.key)
    nothing = tuple(sum(by_day.get((day, finding), 0) for finding in FALSE_ALARMS) for day in labels)
    return Chart(
        "false_alarms",
        labels,
        (
            Series("confirmed", tuple(by_day.get((day, "confirmed"), 0) for day in labels)),
            Series("false_alarm", nothing),
            Series("correction", tuple(corrected.get(day, 0) for day in labels)),
        ),
    )


_MAKERS: Final[dict[ChartName, Callable[[Line, int, datetime], Chart]]] = {
    "arrivals": _arrivals,
    "verification": _verification,
    "outcomes": _outcomes,
    "deliveries": _deliveries,
    "false_alarms": _false_alarms,
}
