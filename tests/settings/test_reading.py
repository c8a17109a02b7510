"""What is configured becomes a value, or faults that say what to put there."""

import pytest

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


def test_dispatchers_may_be_written_with_spaces() -> None:
    found = settings(HOTLINE_DISPATCHERS=" Ana Luz : +1 213 555 0190 : es , Bo:+12135550191:en ").dispatchers
    assert [(one.name, one.phone.e164, one.language) for one in found] == [
        ("Ana Luz", "+12135550190", "es"),
        ("Bo", "+12135550191", "en"),
    ]


@pytest.mark.parametrize(
    ("written", "what"),
    [
        (":+12135550190:es", "write name:number:language"),
        ("Ana:+12135550190", "write name:number:language"),
        ("Ana:+12135550190:fr", "write name:number:language"),
        ("Ana:12:es", "no telephone number"),
        ("Ana:+12135550190:es,ana:+12135550191:en", "gives two people one name"),
    ],
)
def test_what_names_no_dispatcher_is_a_fault(written: str, what: str) -> None:
    assert what in " ".join(faults(HOTLINE_DISPATCHERS=written))
