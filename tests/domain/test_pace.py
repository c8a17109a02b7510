from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.outcome import RETRY_LIMIT, Accepted, Outcome, Reaction, Refused, Unknown
from hotline.domain.pace import midnight, rest_of, settle, valid_s, wait_for
from hotline.domain.timing import USUAL, Timing, faults_of, shortened

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
ENDS = NOW + timedelta(hours=2)
OUTCOMES: list[tuple[Outcome, int, str, str | None, int]] = [
    (Accepted("SM1"), 0, "accepted", None, 1),
    (Accepted("SM1", "sent"), 0, "sent", None, 1),
    (Unknown("timeout"), 0, "unknown", "no_answer", 1),
    (Refused(21614, "bad_number"), 0, "failed", "bad_number", 1),
    (Refused(21610, "opted_out"), 0, "failed", "opted_out", 1),
    (Refused(30004, "permanent"), 0, "failed", "permanent", 1),
    (Refused(21617, "fault"), 0, "failed", "fault", 1),
    (Refused(30007, "stop_batch"), 0, "failed", "stop_batch", 1),
    (Refused(20003, "stop_all"), 0, "pending", "stop_all", 0),
    (Refused(20429, "slow_down"), 9, "pending", "slow_down", 0),
    (Refused(21611, "hold"), 0, "held", "hold", 0),
    (Refused(30022, "hold_minute"), 0, "held", "hold_minute", 0),
    (Refused(30610, "hold_text"), 0, "held", "hold_text", 0),
    (Refused(63038, "hold_account"), 0, "held", "hold_account", 0),
    (Refused(63017, "slow_account"), 9, "pending", "slow_account", 0),
    (Refused(20500, "retry"), 0, "pending", "retry", 1),
    (Refused(20500, "retry"), RETRY_LIMIT - 1, "failed", "tries_used", 1),
    (Refused(0, "retry"), 50, "pending", "retry", 0),  # no byte left us: that is no try
]


@pytest.mark.parametrize(("outcome", "attempt", "status", "reason", "counted"), OUTCOMES)
def test_each_outcome_makes_of_a_text_what_the_table_says(
    outcome: Outcome, attempt: int, status: str, reason: str | None, counted: int
) -> None:
    settled = settle(outcome, "d1.1", attempt, NOW, ENDS)
    assert (settled.status, settled.reason, settled.counted) == (status, reason, counted)
    waits = status in {"pending", "held"}
    assert (settled.not_before is not None) == waits


def test_nothing_is_tried_again_after_the_end() -> None:
    settled = settle(Refused(20500, "retry", 600.0), "d1.1", 0, NOW, NOW + timedelta(minutes=5))
    assert (settled.status, settled.reason) == ("failed", "no_time")


@given(
    reaction=st.sampled_from(
        ["retry", "slow_down", "slow_account", "hold", "hold_minute", "hold_text", "stop_all"]
    ),
    attempt=st.integers(0, 40),
    key=st.text("dm.0123456789", min_size=2, max_size=12),
)
def test_waits_are_bounded_and_repeat_themselves(reaction: Reaction, attempt: int, key: str) -> None:
    refused = Refused(20500, reaction)
    wait = wait_for(refused, key, attempt, NOW)
    assert timedelta(0) <= wait <= timedelta(seconds=USUAL.longest_wait_s)
    assert wait == wait_for(refused, key, attempt, NOW)


def test_waits_of_many_texts_do_not_end_together() -> None:
    waits = {wait_for(Refused(20500, "retry"), f"d1.{seq}", 2, NOW) for seq in range(100)}
    assert len(waits) > 90


def test_what_the_carrier_asks_for_wins() -> None:
    wait = wait_for(Refused(20429, "slow_down", 7.0), "d1.1", 0, NOW)
    assert timedelta(seconds=7) <= wait <= timedelta(seconds=8)


@pytest.mark.parametrize(("minutes", "seconds"), [(6, 360), (6000, 36_000), (-5, 1)])
def test_the_carrier_may_hold_a_text_until_its_end_and_no_longer_than_it_takes(
    minutes: int, seconds: int
) -> None:
    assert valid_s(NOW, NOW + timedelta(minutes=minutes)) == seconds


def test_a_text_without_end_has_no_bound() -> None:
    assert valid_s(NOW, None) is None


def test_no_request_is_under_way_when_its_lease_ends() -> None:
    assert list(faults_of(USUAL)) == []
    assert list(faults_of(Timing(lease_s=65.0))) == [
        "lease_s must be above begin_within_s, connect_s and read_s together"
    ]


def test_what_is_shorter_than_usual_is_named() -> None:
    assert shortened(Timing(lease_s=300.0, hold_s=1.0)) == ("hold_s",)


RESTS: list[tuple[Reaction, float | None, str | None, float]] = [
    ("hold", None, "sender", 900.0),
    ("hold_minute", None, "sender", 60.0),
    ("hold_minute", 5.0, "sender", 5.0),
    ("hold_day", 600.0, "sender", 600.0),
    ("hold_account", None, "account", 900.0),
    ("slow_account", None, "account", 2.0),
    ("slow_down", 7.0, "account", 7.0),
    ("slow_down", None, None, 0.0),
    ("hold_text", None, None, 0.0),
    ("retry", 60.0, None, 0.0),
]


@pytest.mark.parametrize(("reaction", "retry_after_s", "whose", "rests_s"), RESTS)
def test_who_rests_and_how_long_is_a_table(
    reaction: Reaction, retry_after_s: float | None, whose: str | None, rests_s: float
) -> None:
    rest = rest_of(reaction, retry_after_s, NOW)
    assert (rest and rest.whose) == whose
    assert rest is None or rest.until == NOW + timedelta(seconds=rests_s)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (datetime(2026, 3, 2, 20, 0, tzinfo=UTC), datetime(2026, 3, 3, 8, 1, tzinfo=UTC)),  # noon, winter
        (datetime(2026, 7, 2, 6, 59, tzinfo=UTC), datetime(2026, 7, 2, 7, 1, tzinfo=UTC)),  # a minute to
        (datetime(2026, 7, 2, 7, 0, tzinfo=UTC), datetime(2026, 7, 3, 7, 1, tzinfo=UTC)),  # midnight
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, 1, tzinfo=UTC)),  # clocks go forward
    ],
)
def test_the_day_of_a_sender_ends_at_midnight_on_the_pacific_coast(now: datetime, ends: datetime) -> None:
    assert midnight(now) == ends
    rest = rest_of("hold_day", None, now)
    assert rest is not None
    assert (rest.whose, rest.until) == ("sender", ends)
    settled = settle(Refused(30023, "hold_day"), "d1.1", 0, now, None)
    assert (settled.status, settled.not_before) == ("held", ends)


def test_every_reaction_is_settled() -> None:
    for reaction in get_args(Reaction):
        assert settle(Refused(1, reaction), "m1", 0, NOW, None).status in {"failed", "pending", "held"}
