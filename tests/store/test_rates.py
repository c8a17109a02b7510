from collections.abc import Iterator

import pytest
from redis import Redis

from hotline.store.rates import LOCAL_SHARE, Rates
from hotline.store.servers.supervisor import Supervisor

SENDER = "+15005550006"


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def no_redis() -> Redis:
    return Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)


def test_a_full_bucket_gives_its_burst_and_then_makes_wait(redis: Redis) -> None:
    rates = Rates(redis, per_s=0.5, burst=5)
    assert rates.take(SENDER, 1, 100).segments == 5
    refused = rates.take(SENDER, 1, 100)
    assert refused.segments == 0
    assert 1.0 < refused.wait_s <= 2.0


def test_two_hosts_draw_from_one_bucket(redis: Redis) -> None:
    one, other = Rates(redis, 0.5, 5), Rates(redis, 0.5, 5)
    assert one.take(SENDER, 1, 3).segments == 3
    assert other.take(SENDER, 1, 100).segments == 2


def test_each_sender_has_its_own(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    rates.take(SENDER, 1, 5)
    assert rates.take("+15005550007", 1, 5).segments == 5


def test_what_was_not_used_comes_back_but_never_more_than_the_burst(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    rates.take(SENDER, 1, 5)
    rates.give_back(SENDER, 3)
    assert rates.take(SENDER, 1, 5).segments == 3
    rates.give_back(SENDER, 50)
    assert rates.take(SENDER, 1, 50).segments == 5


def test_what_was_used_beyond_the_grant_is_owed(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    rates.take(SENDER, 1, 5)
    rates.give_back(SENDER, -2)
    refused = rates.take(SENDER, 1, 5)
    assert refused.segments == 0
    assert refused.wait_s > 4.0


def test_a_text_longer_than_the_burst_can_still_be_sent(redis: Redis) -> None:
    assert Rates(redis, 0.5, 2).take(SENDER, 3, 3).segments == 3


def test_the_rate_is_kept_over_time_at_redis_own_clock(redis: Redis) -> None:
    rates = Rates(redis, per_s=2000.0, burst=10)
    seconds, micros = redis.time()
    start, taken = seconds + micros / 1e6, 0
    for _ in range(300):
        taken += rates.take(SENDER, 1, 50).segments
    seconds, micros = redis.time()
    passed = seconds + micros / 1e6 - start
    assert taken <= 2000 * passed + 10 + 1
    assert taken >= 0.9 * min(2000 * passed, 300 * 10)


def test_without_redis_a_process_keeps_to_a_share_and_never_bursts(no_redis: Redis) -> None:
    now = [100.0]
    rates = Rates(no_redis, per_s=8.0, burst=16, monotonic=lambda: now[0])
    assert rates.take(SENDER, 1, 100).segments == 0
    now[0] += 1.0
    assert rates.take(SENDER, 1, 100).segments == int(8 * LOCAL_SHARE)
    refused = rates.take(SENDER, 1, 100)
    assert refused.segments == 0
    assert refused.wait_s == pytest.approx(0.5)


def test_without_redis_nothing_is_raised_on_giving_back(no_redis: Redis) -> None:
    Rates(no_redis, 1.0, 1).give_back(SENDER, 1)


def test_a_sender_may_have_a_rate_of_its_own(redis: Redis) -> None:
    rates = Rates(redis, 100.0, 50, own={"calls": (1.0, 1)})
    assert rates.take("calls", 1, 10).segments == 1
    waits = rates.take("calls", 1, 10)
    assert (waits.segments, 0.5 < waits.wait_s <= 1.0) == (0, True)
    assert rates.take(SENDER, 1, 40).segments == 40
    rates.give_back("calls", 5)
    assert rates.take("calls", 1, 10).segments == 1
