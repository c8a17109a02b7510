"""What is configured becomes a value, or faults that say what to put there."""

from dataclasses import replace

import pytest

from hotline.domain.timing import USUAL
from hotline.settings import BadSettings, Settings, read_settings


def settings(**given: str) -> Settings:
    return read_settings({"HOTLINE_MODE": "demo", **given})


def faults(**given: str) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        settings(**given)
    return refused.value.faults


def test_a_demo_needs_nothing_but_its_mode() -> None:
    assert settings().daily_spend == 50_000_000


@pytest.mark.parametrize("written", ["", "  ", "none"])
def test_an_empty_spend_limit_is_no_limit(written: str) -> None:
    assert settings(HOTLINE_DAILY_SPEND=written).daily_spend is None


def test_another_empty_amount_has_its_default() -> None:
    assert settings(HOTLINE_SEGMENT_PRICE="").segment_price == 7900


@pytest.mark.parametrize("written", ["-1", "inf", "-inf", "nan", "1e300", "fifty", "$50"])
@pytest.mark.parametrize("name", ["HOTLINE_DAILY_SPEND", "HOTLINE_SEGMENT_PRICE"])
def test_what_is_no_amount_is_a_fault(name: str, written: str) -> None:
    assert faults(**{name: written}) == [f"{name}: put an amount in dollars, such as 50 or 0.0079"]


@pytest.mark.parametrize(
    "written",
    [
        "http://[::1",
        "http://[::1]:port",
        "http://127.0.0.1:99999",
        "127.0.0.1:8001",
        "http://",
        "http://127.0.0.1/#x",
        "http://127.0.0.1/?x=1",
        "http://user@127.0.0.1",
    ],
)
@pytest.mark.parametrize("name", ["HOTLINE_PUBLIC_URL", "TWILIO_API_BASE_URL"])
def test_what_is_no_address_is_a_fault(name: str, written: str) -> None:
    assert f"{name}: put an address such as" in " ".join(faults(**{name: written}))


@pytest.mark.parametrize(
    ("name", "written"),
    [("HOTLINE_DATABASE_URL", "mysql://h/d"), ("HOTLINE_REDIS_URL", "localhost:6379")],
)
def test_a_server_of_another_kind_is_a_fault(name: str, written: str) -> None:
    assert faults(**{name: written})[0].startswith(f"{name}: put an address that begins with")


TWO = {"TWILIO_FROM_NUMBERS": "+12135550100,+18005550101", "HOTLINE_VOICE_NUMBER": "+15005550006"}


def test_a_sender_has_its_own_rate_else_the_usual_one_else_that_of_its_kind() -> None:
    assert settings(**TWO).permitted == {"+12135550100": 1.0, "+18005550101": 3.0}
    own = settings(**TWO, HOTLINE_SENDER_RATES=" +1 213 555 0100 : 225 ").permitted
    assert own == {"+12135550100": 225.0, "+18005550101": 3.0}
    usual = settings(
        **TWO, HOTLINE_SENDER_RATES="+12135550100:2.5", HOTLINE_SEGMENTS_PER_SECOND="9"
    ).permitted
    assert usual == {"+12135550100": 2.5, "+18005550101": 9.0}


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("+12135550100", "write sender:rate, as in"),
        ("+12135550100:", "put segments a second that the carrier permits"),
        ("+12135550100:0", "put segments a second that the carrier permits"),
        ("+12135550100:nan", "put segments a second that the carrier permits"),
        ("+12135550100:20000", "put segments a second that the carrier permits"),
        ("Ana:3", "names something that is no number and no messaging service"),
        ("MG12:3", "names something that is no number and no messaging service"),
        ("+12135550100:1,+1 213-555-0100:2", "gives the sender that ends in 00 two rates"),
        ("+12135550177:1", "names a sender that is not ours (it ends in 77): texts go out from TWILIO_FROM"),
    ],
)
def test_what_is_no_rate_of_a_sender_is_a_fault(written: str, what: str) -> None:
    found = faults(**TWO, HOTLINE_SENDER_RATES=written)
    assert len(found) == 1
    assert found[0].startswith(f"HOTLINE_SENDER_RATES: {what}")


@pytest.mark.parametrize(
    "name",
    [
        "HOTLINE_SEGMENTS_PER_SECOND",
        "HOTLINE_ACCOUNT_SEGMENTS_PER_SECOND",
        "HOTLINE_CALLS_PER_SECOND",
        "HOTLINE_SENDING_PROCESSES",
    ],
)
@pytest.mark.parametrize("written", ["0", "-1", "many", "1e9"])
def test_what_is_no_rate_or_count_is_a_fault(name: str, written: str) -> None:
    assert [fault.partition(":")[0] for fault in faults(**{name: written})] == [name]


def test_times_are_the_usual_ones_but_for_those_that_are_named() -> None:
    assert settings().timing == USUAL
    assert settings(HOTLINE_TIMING="hold_s=600, minute_s = 61").timing == replace(
        USUAL, hold_s=600.0, minute_s=61.0
    )


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("hold_s", "write name=seconds"),
        ("lunch_s=3", "there is no time of that name: put one of lease_s, begin_within_s"),
        ("hold_s=soon", "hold_s: put seconds, above 0"),
        ("hold_s=-1", "hold_s: put seconds, above 0"),
        ("hold_s=inf", "hold_s: put seconds, above 0"),
        ("lease_s=60", "lease_s must be above begin_within_s, connect_s and read_s together"),
    ],
)
def test_what_is_no_time_is_a_fault(written: str, what: str) -> None:
    found = faults(HOTLINE_TIMING=written)
    assert len(found) == 1
    assert found[0].startswith(f"HOTLINE_TIMING: {what}")


def test_a_demo_may_be_as_short_as_it_likes_and_production_not() -> None:
    short = "lease_s=5,begin_within_s=1,connect_s=1,read_s=1,shown_after_s=1"
    assert settings(HOTLINE_TIMING=short).timing.lease_s == 5.0
    with pytest.raises(BadSettings) as refused:
        read_settings({"HOTLINE_MODE": "production", "HOTLINE_TIMING": "shown_after_s=1,lease_s=300"})
    told = [fault for fault in refused.value.faults if fault.startswith("HOTLINE_TIMING")]
    assert told == ["HOTLINE_TIMING: production takes no shorter times than usual (shown_after_s)"]
