from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.lease import BEGIN_WITHIN, LEASE
from hotline.domain.outcome import RETRY_LIMIT, Accepted, Outcome, Reaction, Refused, Unknown
from hotline.domain.pace import LONGEST_WAIT_S, settle, valid_s, wait_for

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
    (Refused(30023, "hold"), 0, "held", "hold", 0),
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
    reaction=st.sampled_from(["retry", "slow_down", "hold", "stop_all"]),
    attempt=st.integers(0, 40),
    key=st.text("dm.0123456789", min_size=2, max_size=12),
)
def test_waits_are_bounded_and_repeat_themselves(reaction: Reaction, attempt: int, key: str) -> None:
    refused = Refused(20500, reaction)
    wait = wait_for(refused, key, attempt)
    assert timedelta(0) <= wait <= timedelta(seconds=LONGEST_WAIT_S)
    assert wait == wait_for(refused, key, attempt)


def test_waits_of_many_texts_do_not_end_together() -> None:
    waits = {wait_for(Refused(20500, "retry"), f"d1.{seq}", 2) for seq in range(100)}
    assert len(waits) > 90


def test_what_the_carrier_asks_for_wins() -> None:
    wait = wait_for(Refused(20429, "slow_down", 7.0), "d1.1", 0)
    assert timedelta(seconds=7) <= wait <= timedelta(seconds=8)


@pytest.mark.parametrize(("minutes", "seconds"), [(6, 360), (6000, 36_000), (-5, 1)])
def test_the_carrier_may_hold_a_text_until_its_end_and_no_longer_than_it_takes(
    minutes: int, seconds: int
) -> None:
    assert valid_s(NOW, NOW + timedelta(minutes=minutes)) == seconds


def test_a_text_without_end_has_no_bound() -> None:
    assert valid_s(NOW, None) is None


def test_no_request_is_under_way_when_its_lease_ends() -> None:
    assert timedelta(seconds=35) + BEGIN_WITHIN < LEASE


def test_every_reaction_is_settled() -> None:
    for reaction in get_args(Reaction):
        assert settle(Refused(1, reaction), "m1", 0, NOW, None).status in {"failed", "pending", "held"}
