from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.hours import BadHours, read_hours

LA = ZoneInfo("America/Los_Angeles")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LA).astimezone(UTC)


@pytest.mark.parametrize("text", ["", "always", "ALWAYS"])
def test_no_hours_are_always_open(text: str) -> None:
    assert read_hours(text, LA).is_open(at("2026-03-01T03:00"))


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-03-02T06:00", True),  # Monday
        ("2026-03-02T05:59", False),
        ("2026-03-06T17:59", True),
        ("2026-03-06T18:00", False),
        ("2026-03-07T23:00", True),  # Saturday night
        ("2026-03-08T01:59", True),  # belongs to Saturday, on the night the clocks change
        ("2026-03-08T12:00", False),
        ("2026-03-09T01:00", False),
    ],
)
def test_hours_are_those_of_the_network(when: str, is_open: bool) -> None:
    assert read_hours("mon-fri 06:00-18:00, sat 22:00-02:00", LA).is_open(at(when)) is is_open


def test_days_may_go_round_the_week() -> None:
    hours = read_hours("fri-mon 10:00-11:00", LA)
    assert hours.is_open(at("2026-03-01T10:30"))  # Sunday
    assert not hours.is_open(at("2026-03-03T10:30"))  # Tuesday


@pytest.mark.parametrize("text", ["9-5", "mon 25:00-26:00", "foo 09:00-10:00", "mon-fri"])
def test_bad_hours_say_how_to_write_them(text: str) -> None:
    with pytest.raises(BadHours, match=r"mon|days are"):
        read_hours(text, LA)
