import inspect
from collections.abc import Iterator
from importlib import import_module

import pytest
from redis import Redis
from rq import Queue

from hotline.store.queue import JOBS, RedisQueue, begun, queue_name
from hotline.store.servers.supervisor import Supervisor


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.mark.parametrize("name", sorted(JOBS))
def test_every_job_names_a_function_that_takes_at_most_one_id(name: str) -> None:
    module, _, function = JOBS[name].function.rpartition(".")
    found = getattr(import_module(module), function)
    assert len(inspect.signature(found).parameters) <= 1


def test_a_wake_up_carries_a_name_and_an_id_and_nothing_else(redis: Redis) -> None:
    RedisQueue(redis).wake("fan_out", 7)
    [job] = Queue(queue_name("rest"), connection=redis).jobs
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.fan_out", (7,), {})
    assert job.result_ttl == 0


def test_asking_twice_wakes_once_until_the_work_begins(redis: Redis) -> None:
    queue = RedisQueue(redis)
    for _ in range(3):
        queue.wake("deliver")
        queue.wake("messages")  # the same work under another name
    waiting = Queue(queue_name("send"), connection=redis)
    assert len(waiting) == 1
    begun(redis, "deliver")
    queue.wake("deliver")
    assert len(waiting) == 2


def test_another_id_is_another_wake_up(redis: Redis) -> None:
    queue = RedisQueue(redis)
    queue.wake("fan_out", 1)
    queue.wake("fan_out", 2)
    assert len(Queue(queue_name("rest"), connection=redis)) == 2


def test_a_lost_wake_up_blocks_no_later_one(redis: Redis) -> None:
    queue = RedisQueue(redis)
    queue.wake("deliver")
    redis.flushdb()
    queue.wake("deliver")
    assert len(Queue(queue_name("send"), connection=redis)) == 1


def test_a_redis_that_is_away_raises_nothing() -> None:
    queue = RedisQueue(Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2))
    queue.wake("deliver")


def test_an_unknown_name_is_a_defect(redis: Redis) -> None:
    with pytest.raises(KeyError):
        RedisQueue(redis).wake("nonsense")
