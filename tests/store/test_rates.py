import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from hotline.domain.call import CALLS
from hotline.store.rates import AGAIN_AFTER_S, BURST_S, PROCESSES, Rates, burst_of
from hotline.store.servers.binaries import find_redis
from hotline.store.servers.children import Child
from hotline.store.servers.supervisor import Supervisor

SENDER = "+15005550006"
OTHER = "+15005550007"
ACCOUNT = "account"


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def no_redis() -> Redis:
    return Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))


def fill(redis: Redis, left: float, *names: str) -> None:
    """As buckets are after a while in which nobody drew from them."""
    seconds, micros = redis.time()
    for name in names or (SENDER,):
        redis.hset(
            f"hotline:rate:{name}", mapping={"left": str(left), "at": str(seconds * 1_000_000 + micros)}
        )


def left(redis: Redis, name: str) -> float:
    return float(redis.hget(f"hotline:rate:{name}", "left") or 0)


def test_a_full_bucket_gives_its_burst_and_then_makes_wait(redis: Redis) -> None:
    rates = Rates(redis, per_s=0.5, burst=5)
    fill(redis, 5)
    assert rates.take(SENDER, 1, 100).segments == 5
    refused = rates.take(SENDER, 1, 100)
    assert refused.segments == 0
    assert 1.0 < refused.wait_s <= 2.0


def test_a_bucket_that_nobody_knows_begins_empty(redis: Redis) -> None:
    """A Redis that was wiped may have given its burst a moment before."""
    refused = Rates(redis, per_s=0.5, burst=5).take(SENDER, 1, 100)
    assert (refused.segments, refused.wait_s) == (0, 2.0)


def test_two_hosts_draw_from_one_bucket(redis: Redis) -> None:
    one, other = Rates(redis, 0.5, 5), Rates(redis, 0.5, 5)
    fill(redis, 5)
    assert one.take(SENDER, 1, 3).segments == 3
    assert other.take(SENDER, 1, 100).segments == 2


def test_each_sender_has_its_own(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    fill(redis, 5, SENDER, OTHER)
    rates.take(SENDER, 1, 5)
    assert rates.take(OTHER, 1, 5).segments == 5


def test_what_was_not_used_comes_back_but_never_more_than_the_burst(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    fill(redis, 5)
    rates.take(SENDER, 1, 5)
    rates.give_back(SENDER, 3)
    assert rates.take(SENDER, 1, 5).segments == 3
    rates.give_back(SENDER, 50)
    assert rates.take(SENDER, 1, 50).segments == 5


def test_what_was_used_beyond_the_grant_is_owed(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5)
    fill(redis, 5)
    rates.take(SENDER, 1, 5)
    rates.give_back(SENDER, -2)
    refused = rates.take(SENDER, 1, 5)
    assert refused.segments == 0
    assert refused.wait_s > 4.0


def test_a_text_longer_than_the_burst_can_still_be_sent(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 2)
    fill(redis, 3)
    assert rates.take(SENDER, 3, 3).segments == 3


def test_the_rate_is_kept_over_time_at_redis_own_clock(redis: Redis) -> None:
    rates = Rates(redis, per_s=2000.0, burst=10)
    seconds, micros = redis.time()
    start, taken = seconds + micros / 1e6, 0
    for _ in range(300):
        taken += rates.take(SENDER, 1, 50).segments
    seconds, micros = redis.time()
    passed = seconds + micros / 1e6 - start
    assert taken <= 2000 * passed + 10 + 1
    assert taken >= 0.9 * min(2000 * passed, 300 * 10) - 10


@pytest.mark.parametrize("per_s", [0.5, 1, 3, 33, 225, 2000])
def test_the_burst_is_one_text_or_a_small_part_of_a_second(per_s: float) -> None:
    assert 1 <= burst_of(per_s, 1) <= max(1, BURST_S * per_s)


def test_a_sender_may_have_a_rate_of_its_own(redis: Redis) -> None:
    rates = Rates(redis, 100.0, 50, own={CALLS: (1.0, 1)})
    fill(redis, 50, SENDER, CALLS)
    assert rates.take(CALLS, 1, 10).segments == 1
    waits = rates.take(CALLS, 1, 10)
    assert (waits.segments, 0.5 < waits.wait_s <= 1.0) == (0, True)
    assert rates.take(SENDER, 1, 40).segments == 40
    rates.give_back(CALLS, 5)
    assert rates.take(CALLS, 1, 10).segments == 1


def test_what_the_account_may_bounds_all_senders_together(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5, account=(0.5, 7))
    fill(redis, 7, SENDER, OTHER, ACCOUNT)
    assert rates.take(SENDER, 1, 9).segments == 5
    assert rates.take(OTHER, 1, 9).segments == 2
    assert 0 < rates.take(OTHER, 1, 9).wait_s <= 2.0


def test_what_the_account_has_not_is_not_drawn_from_the_sender_either(redis: Redis) -> None:
    rates = Rates(redis, 0.001, 5, account=(0.001, 5))
    fill(redis, 5, SENDER)
    fill(redis, 2, ACCOUNT)
    assert rates.take(SENDER, 3, 5).segments == 0
    assert left(redis, SENDER) == pytest.approx(5)
    assert left(redis, ACCOUNT) == pytest.approx(2, abs=0.01)


def test_what_was_not_used_comes_back_to_the_account_too(redis: Redis) -> None:
    rates = Rates(redis, 0.001, 5, account=(0.001, 7))
    fill(redis, 5, SENDER, ACCOUNT)
    rates.take(SENDER, 1, 5)
    rates.give_back(SENDER, 2)
    assert left(redis, SENDER) == pytest.approx(2, abs=0.01)
    assert left(redis, ACCOUNT) == pytest.approx(2, abs=0.01)


def test_calls_have_nothing_of_the_account_s_texts(redis: Redis) -> None:
    rates = Rates(redis, 0.5, 5, own={CALLS: (0.5, 1)}, account=(0.5, 7))
    fill(redis, 1, CALLS)
    assert rates.take(CALLS, 1, 1).segments == 1
    assert not redis.exists("hotline:rate:account")


def test_a_clock_put_back_does_not_stop_anybody(redis: Redis) -> None:
    rates = Rates(redis, 1000.0, 5)
    fill(redis, 0)
    seconds, _ = redis.time()
    redis.hset("hotline:rate:" + SENDER, "at", str((seconds + 3600) * 1_000_000))
    assert sum(rates.take(SENDER, 1, 5).segments for _ in range(200)) > 0


def test_without_redis_a_process_keeps_to_its_share_and_never_bursts(no_redis: Redis) -> None:
    now = [100.0]
    rates = Rates(no_redis, per_s=8.0, burst=16, monotonic=lambda: now[0])
    assert rates.take(SENDER, 1, 100).segments == 0
    now[0] += 1.0
    assert rates.take(SENDER, 1, 100).segments == 8 // PROCESSES
    refused = rates.take(SENDER, 1, 100)
    assert refused.segments == 0
    assert refused.wait_s == pytest.approx(0.5)


def test_more_processes_that_were_seen_make_the_share_smaller_and_fewer_do_not(no_redis: Redis) -> None:
    now = [100.0]
    rates = Rates(no_redis, per_s=60.0, burst=60, monotonic=lambda: now[0], processes=2)
    rates.shared_by(1)
    rates.take(SENDER, 1, 100)
    now[0] += 1.0
    assert rates.take(SENDER, 1, 100).segments == 30
    rates.shared_by(6)
    now[0] += 1.0
    assert rates.take(SENDER, 1, 100).segments == 10


def test_without_redis_the_account_is_shared_too(no_redis: Redis) -> None:
    now = [100.0]
    rates = Rates(no_redis, 8.0, 16, lambda: now[0], account=(4.0, 16))
    rates.take(SENDER, 1, 100)
    rates.take(OTHER, 1, 100)
    now[0] += 1.0
    assert rates.take(SENDER, 1, 100).segments == 1
    assert rates.take(OTHER, 1, 100).segments == 0


def test_without_redis_what_was_not_used_comes_back(no_redis: Redis) -> None:
    now = [100.0]
    rates = Rates(no_redis, 8.0, 16, monotonic=lambda: now[0])
    rates.take(SENDER, 1, 100)
    now[0] += 1.0
    assert rates.take(SENDER, 1, 2).segments == 2
    rates.give_back(SENDER, 1)
    assert rates.take(SENDER, 1, 2).segments == 1


def test_without_redis_nothing_is_raised_on_giving_back(no_redis: Redis) -> None:
    Rates(no_redis, 1.0, 1).give_back(SENDER, 1)


def test_a_redis_that_is_stopped_neither_stops_the_sending_nor_lets_it_flood(tmp_path: Path) -> None:
    per_s, processes = 400.0, 2
    socket = tmp_path / "r"
    server = _start_redis(socket)
    once = Retry(NoBackoff(), 0)
    redis = Redis(unix_socket_path=str(socket), socket_timeout=0.5, retry=once)
    try:
        both = [Rates(redis, per_s, 20, processes=processes) for _ in range(processes)]
        _until_answers(redis)
        assert _drawn(both, for_s=0.3) <= per_s * 0.4 + 20
        server.stop()
        begun = time.monotonic()
        drawn = _drawn(both, for_s=0.6)
        passed = time.monotonic() - begun
        assert 0.5 * per_s * 0.6 <= drawn <= per_s * passed + 20
        server = _start_redis(socket)
        _until_answers(redis)
        begun = time.monotonic()
        drawn = _drawn(both, for_s=2 * AGAIN_AFTER_S + 0.5)
        passed = time.monotonic() - begun
        assert 0.2 * per_s <= drawn <= per_s * passed + 20
        assert redis.exists(f"hotline:rate:{SENDER}")
    finally:
        server.stop()
        redis.close()


def _start_redis(socket: Path) -> Child:
    command = [find_redis(), "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"]
    return Child.start("redis", [str(part) for part in command])


def _until_answers(redis: Redis) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            redis.ping()
        except RedisError:
            continue
        return
    raise AssertionError("Redis does not begin")


def _drawn(all_of_them: list[Rates], for_s: float) -> int:
    """What they draw when they ask again and again."""
    until, drawn = time.monotonic() + for_s, 0
    while time.monotonic() < until:
        drawn += sum(rates.take(SENDER, 1, 10).segments for rates in all_of_them)
    return drawn
