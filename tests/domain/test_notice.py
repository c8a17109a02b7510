"""What a notice may hold, how it says days and times, and whose list it is for."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.alert import ALERT_KINDS, URGENT, WITHOUT_BASIS
from hotline.domain.notice import (
    LONGEST_PLACE,
    NOTICE_KINDS,
    NOTICES,
    TIPS,
    NotAsked,
    approvers_of,
    audience_of,
    is_sight,
    is_urgent,
    read_name,
    read_place,
    read_url,
    said_day,
    said_time,
)
from hotline.domain.sms import measure
from tests.flow.shipped import FLOW


def test_an_alert_goes_by_the_rules_of_alerts() -> None:
    for kind in ALERT_KINDS:
        assert audience_of(kind) == "alert"
        assert approvers_of(kind) == 1
        assert is_urgent(kind) == (kind in URGENT)
        assert is_sight(kind) == (kind not in WITHOUT_BASIS)


def test_every_kind_has_its_rule_and_its_text() -> None:
    assert set(NOTICES) == set(NOTICE_KINDS)
    for kind in NOTICE_KINDS:
        assert {"en", "es"} <= FLOW.texts[kind].sms.keys()
    for tip, keywords in TIPS.items():
        assert {"en", "es"} <= FLOW.texts[tip].sms.keys() & keywords.keys()
        assert all(len(wording) <= 60 for wording in FLOW.texts[tip].sms.values())


def test_only_what_schools_are_told_comes_at_night() -> None:
    assert [kind for kind in NOTICE_KINDS if is_urgent(kind)] == ["school_partner"]


@pytest.mark.parametrize(
    "url",
    ["", "http://example.org", "https://x", "https://a:b@example.org", "https://example.org/{ORG}", "ftp:x"],
)
def test_a_source_is_a_plain_https_address(url: str) -> None:
    with pytest.raises(NotAsked):
        read_url(url)


def test_a_source_is_taken_as_it_is() -> None:
    assert read_url(" https://example.org/a?b=1 ") == "https://example.org/a?b=1"


@pytest.mark.parametrize("place", ["", "123 Main St", "apt 4", "m" * (LONGEST_PLACE + 1), "a {b}"])
def test_a_place_is_short_and_has_no_house_number(place: str) -> None:
    with pytest.raises(NotAsked):
        read_place(place)


def test_a_school_may_have_a_number_in_its_name() -> None:
    assert read_name(" PS  12 ") == "PS 12"


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.times())
def test_days_and_times_are_said_in_letters_that_every_phone_has(day: date, at: time) -> None:
    for said in (said_day(day, "en"), said_day(day, "es"), said_time(at)):
        assert measure(said).encoding == "GSM-7"


def test_days_and_times_are_said_as_people_do() -> None:
    assert said_day(date(2026, 9, 30), "en") == "Wednesday Sept 30"
    assert said_day(date(2026, 9, 30), "es") == "30 de septiembre"
    assert (said_time(time(0, 5)), said_time(time(12, 0)), said_time(time(15, 40))) == (
        "12:05 am",
        "12:00 pm",
        "3:40 pm",
    )
