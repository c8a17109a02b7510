"""A short storm against the real processes, and the judge that must be able to say no."""

from typing import Any

import pytest

from benchmarks.fault_judge import Row, compare, peak
from benchmarks.fault_plan import Plan, Strike, draw
from benchmarks.fault_run import play
from benchmarks.fault_stage import open_stage

# One of each kind of death while the carrier loses answers and most of what it would report.
STORM = Plan(
    seed=7,
    recipients=150,
    alerts=1,
    strikes=(
        Strike(0.1, "kill_send"),
        Strike(0.2, "flush_redis"),
        Strike(0.3, "kill_receipts"),
        Strike(0.4, "kill_web"),
        Strike(0.5, "kill_database"),
    ),
    carrier={
        "odds": {
            "lost_answer": 0.06,
            "server_error_after": 0.04,
            "server_error_before": 0.04,
            "too_many_requests": 0.05,
            "reset_before": 0.03,
            "doubled_callback": 0.3,
            "reordered_callback": 0.3,
            "lost_callback": 0.7,
        },
        "codes": {"30008": 0.02},
        "latency_s": 0.01,
        "webhook_latency_s": 0.0,
        "list_delay_s": 0.3,
    },
    ends_in_s=None,
    stops=0,
)


@pytest.mark.whole
def test_nobody_is_texted_twice_and_nobody_missed_whatever_is_killed() -> None:
    with open_stage() as stage:
        played = play(stage, STORM)
    assert played.holds, (played.verdict, played.faults, played.logs)
    assert played.statuses["delivered"] + played.statuses["undelivered carrier"] == STORM.recipients


def message(sid: str, status: str = "delivered", at: str = "2026-11-21T12:00:00+00:00") -> dict[str, Any]:
    return {
        "sid": sid,
        "status": status,
        "accepted_at": at,
        "from": "+12135550110",
        "segments": 2,
        "direction": "outbound-api",
        "by_carrier": False,
    }


def row(status: str, reason: str | None = None, sid: str | None = None) -> Row:
    return Row((1, 1), 1, status, reason, sid)


def test_one_text_that_we_know_of_is_right() -> None:
    verdict = compare([row("delivered", sid="SM1")], {(1, 1): [message("SM1")]})
    assert verdict.holds


def test_two_texts_to_one_person_are_seen() -> None:
    verdict = compare([row("delivered", sid="SM1")], {(1, 1): [message("SM1"), message("SM2")]})
    assert len(verdict.twice) == 1
    assert not verdict.holds


@pytest.mark.parametrize("status", ["pending", "held", "sending", "accepted", "sent", "delivered"])
def test_somebody_who_was_missed_is_seen(status: str) -> None:
    verdict = compare([row(status)], {})
    assert len(verdict.never) == 1
    assert not verdict.holds


def test_who_is_reported_as_not_reached_is_not_missed() -> None:
    rows = [
        Row((1, n), n, status, "expired", None) for n, status in enumerate(("failed", "skipped", "unknown"))
    ]
    verdict = compare(rows, {})
    assert verdict.holds
    assert (verdict.failed, verdict.unknown) == (1, 1)


@pytest.mark.parametrize(
    "ours",
    [
        row("skipped", "expired"),
        row("failed", "tries_used"),
        row("delivered", sid="SM2"),
        row("sent", sid="SM1"),
    ],
)
def test_a_view_that_differs_from_the_carriers_is_seen(ours: Row) -> None:
    assert compare([ours], {(1, 1): [message("SM1")]}).strayed


def test_a_text_without_a_row_is_seen() -> None:
    assert compare([], {(1, 1): [message("SM1")]}).strayed


def test_the_peak_is_of_one_second_and_not_of_the_clocks_seconds() -> None:
    times = ("12:00:00.900000", "12:00:01.100000", "12:00:01.950000")
    record = {"messages": [message(at, at=f"2026-11-21T{at}+00:00") for at in times]}
    assert peak(record) == 4


def test_a_seed_draws_the_same_plan_again() -> None:
    assert draw(11) == draw(11)
    assert draw(11) != draw(12)
