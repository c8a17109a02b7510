"""What was granted and lay about is drawn anew: the carrier never sees it beside what is granted now."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hotline.operations.permit import FRESH_S, Permit
from hotline.store.rates import Grant, Rates

SENDER = "+15005550006"


@dataclass
class Watched:
    """Rates that grant what they are told to, and remember what they were asked."""

    grants: list[int] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)

    def take(self, sender: str, least: int, most: int) -> Grant:
        self.asked.append((least, most))
        return Grant(self.grants.pop(0) if self.grants else 0, 0.1)

    def give_back(self, sender: str, segments: int) -> None:
        if segments:
            self.back.append(segments)


@dataclass
class Seconds:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def granted(
    rates: Watched, segments: int, seconds: Seconds, stopping: threading.Event | None = None
) -> Permit:
    event = stopping or threading.Event()
    return Permit(rates, SENDER, segments, seconds(), event, seconds)  # type: ignore[arg-type]


def test_what_was_granted_a_moment_ago_is_spent_and_no_more(seconds: Seconds) -> None:
    permit = granted(Watched(), 5, seconds)
    seconds.now += FRESH_S
    assert permit.spend(2)
    assert permit.spend(3)
    assert not permit.spend(1)


def test_what_has_aged_is_forfeit_and_drawn_anew(seconds: Seconds) -> None:
    rates = Watched(grants=[4])
    permit = granted(rates, 6, seconds)
    assert permit.spend(2)
    seconds.now += FRESH_S + 0.01
    assert not permit.spend(2)
    assert permit.renew(2)
    assert rates.back == []  # or it would be granted once more, beside what is granted now
    assert rates.asked == [(2, 4)]
    assert permit.spend(2)
    assert not permit.is_closed


def test_when_nothing_can_be_drawn_anew_it_closes(seconds: Seconds) -> None:
    rates = Watched()
    permit = granted(rates, 4, seconds)
    seconds.now += 1.0
    assert not permit.renew(2)
    assert permit.is_closed
    permit.give_back(4)
    assert rates.back == []


def test_a_batch_that_needs_less_gives_the_rest_back_and_one_that_needs_more_owes_it(
    seconds: Seconds,
) -> None:
    rates = Watched()
    granted(rates, 6, seconds).needs(4)
    granted(rates, 6, seconds).needs(7)
    late = granted(rates, 6, seconds)
    seconds.now += FRESH_S + 0.01
    late.needs(4)
    assert rates.back == [2, -1]


def test_what_is_not_sent_after_all_comes_back_but_never_what_was_spent(seconds: Seconds) -> None:
    rates = Watched()
    permit = granted(rates, 4, seconds)
    assert permit.spend(3)
    permit.give_back(3)
    assert rates.back == [1]


def test_a_process_that_is_asked_to_stop_begins_nothing_more(seconds: Seconds) -> None:
    stopping = threading.Event()
    permit = granted(Watched(), 4, seconds, stopping)
    assert not permit.is_closed
    stopping.set()
    assert permit.is_closed


@pytest.fixture
def no_redis() -> Iterator[Redis]:
    client = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    yield client
    client.close()


def test_batches_that_were_held_up_never_arrive_bunched(no_redis: Redis, seconds: Seconds) -> None:
    """A bucket of 10 a second with a burst of 2; every batch is held up for 0 to 5 s before its texts go."""
    stopping, sent = threading.Event(), list[float]()
    rates = Rates(no_redis, 10.0, 2, seconds, processes=1)
    held: list[tuple[float, Permit]] = []
    for step in range(4000):
        seconds.now += 0.01
        grant = rates.take(SENDER, 1, 5)
        if grant.segments:
            free_at = seconds() - seconds() % 5 + 5 if step % 1500 < 1000 else seconds()
            held.append((free_at, Permit(rates, SENDER, grant.segments, seconds(), stopping, seconds)))
        for free_at, permit in [one for one in held if one[0] <= seconds()]:
            held.remove((free_at, permit))
            while permit.spend(1) or permit.renew(1):
                sent.append(seconds())
                if permit._wanted <= 0:
                    break
    assert len(sent) > 80
    most = max(sum(at <= other < at + 1.0 for other in sent) for at in sent)
    assert most <= 10 + 2 + 10 * FRESH_S
