from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.alert import NotCrossStreets, clock_time, quiet_until, read_cross_streets
from hotline.domain.sms import measure

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    "text",
    [
        "1st & Soto",
        "Calle 1a y Soto",
        "Whittier Blvd / 6th St",
        "Avenue 50 & Figueroa",
        "I-5 & 4th",
        "Highway 101 at Alvarado",
        "Soto y César Chávez",
        "  Main   &  5th ",
    ],
)
def test_two_streets_pass(text: str) -> None:
    assert read_cross_streets(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "1234 Soto St",
        "Soto St 1234",
        "Soto y 1234 Main",
        "Soto 1234 y Main",
        "12 Main & Soto",
        "Soto & Main #4",
        "Soto & Main apt 4B",
        "1234A Soto",
        "Avenue 1234",
        "",
        "   ",
        "x" * 61,
        "Soto\n& Main; call +1 213",
        "<b>Soto</b>",
    ],
)
def test_house_numbers_and_other_things_are_refused(text: str) -> None:
    with pytest.raises(NotCrossStreets):
        read_cross_streets(text)


def test_a_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(NotCrossStreets) as refused:
        read_cross_streets("1234 Soto St")
    assert "1234" not in str(refused.value)


@pytest.mark.parametrize(
    ("hour", "shown"), [(8, "12:05 am"), (15, "7:05 am"), (20, "12:05 pm"), (3, "7:05 pm")]
)
def test_times_are_written_in_letters_every_phone_has(hour: int, shown: str) -> None:
    written = clock_time(datetime(2026, 3, 2, hour, 5, tzinfo=UTC), PACIFIC)
    assert written == shown
    assert measure(written).encoding == "GSM-7"


@pytest.mark.parametrize(("utc_day", "utc_hour", "until_day"), [(3, 5, 3), (3, 10, 3), (3, 15, 3), (4, 6, 4)])
def test_quiet_hours_end_at_eight_where_the_person_lives(utc_day: int, utc_hour: int, until_day: int) -> None:
    until = quiet_until(datetime(2026, 3, utc_day, utc_hour, 30, tzinfo=UTC), PACIFIC)
    assert until == datetime(2026, 3, until_day, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("hour", [16, 20, 0, 4])
def test_by_day_nothing_waits(hour: int) -> None:
    assert quiet_until(datetime(2026, 3, 3, hour, 0, tzinfo=UTC), PACIFIC) is None


def test_the_night_before_summer_time_ends_at_eight_too() -> None:
    until = quiet_until(datetime(2026, 3, 8, 6, 0, tzinfo=UTC), PACIFIC)
    assert until == datetime(2026, 3, 8, 15, 0, tzinfo=UTC)
