"""Opening hours, in the network's own time zone."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+)?(?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)"
)


class BadHours(ValueError):
    """Opening hours are not written as `mon-fri 06:00-18:00, sat 08:00-12:00`."""


@dataclass(frozen=True, slots=True)
class Span:
    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of opening; none at all means always open. A span over midnight belongs to its first day."""

    zone: ZoneInfo
    spans: tuple[Span, ...] = ()

    def is_open(self, now: datetime) -> bool:
        if not self.spans:
            return True
        local = now.astimezone(self.zone)
        return any(_holds(span, local.weekday(), local.time()) for span in self.spans)


def read_hours(text: str, zone: ZoneInfo) -> Hours:
    """Read `mon-fri 06:00-18:00, sat 22:00-02:00`; empty or `always` is always open. Raises BadHours."""
    if text.strip().lower() in {"", "always"}:
        return Hours(zone)
    return Hours(zone, tuple(_read_span(piece.strip().lower()) for piece in text.split(",")))


def _read_span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise BadHours(f"cannot read {text!r}; write for example: mon-fri 06:00-18:00, sat 08:00-12:00")
    try:
        first = DAYS.index(found["first"]) if found["first"] else 0
        last = DAYS.index(found["last"]) if found["last"] else first if found["first"] else 6
        opens, closes = time.fromisoformat(found["from"]), time.fromisoformat(found["to"])
    except ValueError:
        raise BadHours(f"{text!r} names no day or time of the week; days are {', '.join(DAYS)}") from None
    count = (last - first) % 7 + 1
    return Span(frozenset((first + step) % 7 for step in range(count)), opens, closes)


def _holds(span: Span, day: int, at: time) -> bool:
    if span.opens < span.closes:
        return day in span.days and span.opens <= at < span.closes
    started_today = day in span.days and at >= span.opens
    started_yesterday = (day - 1) % 7 in span.days and at < span.closes
    return started_today or started_yesterday
