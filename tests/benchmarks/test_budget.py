"""The quick form of a benchmark ends in time on any machine, and says what it did not measure."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from benchmarks import broadcast
from benchmarks.sending import stage
from benchmarks.sending.budget import TooLate, at_most, since_start, slowness
from benchmarks.sending.points import QUICK


def busy() -> None:
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        try:
            sum(range(1000))
        except Exception:  # what is too late is no error of the work's
            raise AssertionError from None


def test_work_that_takes_too_long_is_cut_off() -> None:
    began = time.monotonic()
    with pytest.raises(TooLate), at_most(0.05):
        busy()
    assert time.monotonic() - began < 10


def test_work_that_is_done_in_time_is_left_alone() -> None:
    with at_most(20.0):
        pass
    with at_most(None):
        pass


def test_what_could_not_be_measured_in_time_is_said_to_be_not_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[str] = []

    @contextmanager
    def never_up(**_: Any) -> Iterator[None]:
        try:
            busy()
            yield
        finally:
            ended.append("all of it")

    monkeypatch.setattr(stage, "raised", never_up)
    monkeypatch.setattr(broadcast, "slowness", lambda: 1.0)
    rows = broadcast.measure(QUICK, "14", since_start() + 0.5)
    assert [row["name"] for row in rows] == ["1", "4"]
    assert not any(row["holds"] for row in rows)
    assert ended == ["all of it"]


def test_a_machine_is_never_called_faster_than_calm() -> None:
    assert slowness() >= 1.0
    assert since_start() > 0


def test_the_quick_form_leaves_time_to_end() -> None:
    assert broadcast.QUICK_ENDS_S + 3 < 50
    assert max(broadcast.NEEDS_S.values()) < broadcast.QUICK_ENDS_S
    assert set(broadcast.NEEDS_S) == set(broadcast.ALL)
