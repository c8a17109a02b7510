"""Arguments, environment, defaults; and the pure parts: limits, rates, numbers, clock."""

import asyncio

import pytest

from hotline.simulator.clock import ManualClock, RealClock, sleep
from hotline.simulator.config import DEFAULT_ACCOUNT_SID, Config, read_arguments
from hotline.simulator.numbers import geography, is_pretend, normalise
from hotline.simulator.rates import QueueFull, SenderQueue
from hotline.simulator.webhooks import Limits, read_limits


def test_without_arguments_the_carrier_listens_on_its_own_port_on_this_machine() -> None:
    start = read_arguments([], {})
    assert (start.host, start.port, start.config.account_sid) == ("127.0.0.1", 8001, DEFAULT_ACCOUNT_SID)
    assert start.config.webhook("sms") == "http://127.0.0.1:8000/twilio/sms"
    assert start.config.url == "http://127.0.0.1:8001"


def test_arguments_win_over_environment() -> None:
    environment = {"TWILIO_AUTH_TOKEN": "new,old", "SIMULATOR_RATE": "3", "SIMULATOR_PORT": "9001"}
    arguments = [
        "--port", "9002", "--hotline", "http://127.0.0.1:9000/", "--numbers", "+12135550100,+12135550105",
        "--webhook-key", "webhooks_sharedkey_1:secret", "--public-url", "https://line.example.org",
        "--phones", "Ana:+12135550190:es,Bo:+12135550191:en", "--dial-winner", "first_accept", "--seed", "7",
    ]  # fmt: skip
    start = read_arguments(arguments, environment)
    config = start.config
    assert (start.port, config.url, config.auth_token, config.rate_per_sender) == (
        9002, "http://127.0.0.1:9002", "new", 3.0,
    )  # fmt: skip
    assert config.webhook_key == ("webhooks_sharedkey_1", "secret")
    assert config.webhook("voice") == "https://line.example.org/twilio/voice"
    assert [phone.name for phone in config.phones] == ["Ana", "Bo"]
    assert (config.dial_winner, config.seed, len(config.numbers)) == ("first_accept", 7, 2)


def test_a_webhook_can_be_left_out() -> None:
    assert Config(sms_fallback_url="-").webhook("sms_fallback") == ""


@pytest.mark.parametrize(
    ("fragment", "limits"),
    [
        ("", Limits()),
        ("rc=3&rp=5xx,rt&rt=500&ct=200&tt=900", Limits(0.2, 0.5, 0.9, 3, frozenset({"5xx", "rt"}))),
        ("rc=6&rt=99&tt=15001&ct=x", Limits()),
    ],
)
def test_connection_overrides_are_read_within_their_bounds(fragment: str, limits: Limits) -> None:
    assert read_limits(fragment) == limits


def test_a_sender_without_a_rate_never_waits_and_one_with_a_rate_fills_up() -> None:
    assert SenderQueue(0, 10).reserve(5, now=7.0) == 7.0
    line = SenderQueue(2.0, 3.0)
    assert [line.reserve(2, now=0.0) for _ in range(3)] == [0.0, 1.0, 2.0]
    with pytest.raises(QueueFull):
        line.reserve(1, now=0.0)
    assert line.reserve(1, now=100.0) == 100.0


@pytest.mark.parametrize(
    ("number", "pretend"),
    [
        ("+12135550100", True), ("+12135550199", True), ("+15005550006", True), ("(213) 555-0123", True),
        ("+12135550200", False), ("+12135550099", False), ("anonymous", False),
    ],
)  # fmt: skip
def test_only_numbers_that_reach_nobody_are_pretend(number: str, pretend: bool) -> None:
    assert is_pretend(number) is pretend


def test_geography_has_empty_values_where_twilio_has_them() -> None:
    assert dict(geography("To", "+12135550100"))["ToZip"] == ""
    assert dict(geography("From", "+12135550100"))["FromZip"] == "90012"
    assert dict(geography("From", "+266696687"))["FromCity"] == ""
    assert normalise("nonsense") is None


def test_a_manual_clock_moves_only_by_hand_and_in_order() -> None:
    async def watch() -> list[str]:
        clock, seen = ManualClock(), []

        async def wait(name: str, delay_s: float) -> None:
            await sleep(clock, delay_s)
            seen.append(f"{name}@{clock.seconds()}")

        tasks = [asyncio.ensure_future(wait(*pair)) for pair in (("late", 5.0), ("early", 2.0))]
        await clock.advance(4)
        seen.append("moved")
        await clock.advance(4)
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(watch()) == ["early@2.0", "moved", "late@5.0"]


def test_a_manual_clock_limits_waiting() -> None:
    async def watch() -> None:
        clock = ManualClock()
        waiting = asyncio.ensure_future(clock.wait_for(sleep(clock, 30), 15))
        await clock.advance(16)
        with pytest.raises(TimeoutError):
            await waiting

    asyncio.run(watch())


def test_a_faster_clock_lets_a_minute_pass_in_an_instant() -> None:
    async def watch() -> float:
        clock = RealClock(speed=10_000)
        before = clock.seconds()
        await sleep(clock, 60)
        return clock.seconds() - before

    assert asyncio.run(watch()) >= 59
