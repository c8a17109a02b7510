import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from sqlalchemy import Engine

from hotline.domain.timing import USUAL
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.store.queue import JOBS, ROLES, RedisQueue
from hotline.store.rates import Rates
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import ReceiptStream
from tests.lines import Clock, Wakes, make_line
from tests.people import ListedCarrier, draft_test, plain, release, subscribe
from workers import jobs
from workers.parts import NotOpened, Tools, tools, using
from workers.timetable import Entry, Timetable, timetable_of


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def given(database: Engine, flow: Flow, network: Network, redis: Redis) -> Tools:
    clock = Clock()
    carrier = ListedCarrier(clock=clock)
    line = make_line(database, flow, network, clock=clock, sender=carrier, records=carrier)
    return Tools(line, redis, redis, Rates(redis, 1000.0, 1000), ReceiptStream(redis, "one"))


def no_redis() -> Redis:
    return Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)


def test_every_role_has_a_timetable_of_known_jobs_of_its_own() -> None:
    table = timetable_of(USUAL)
    assert set(table) == set(ROLES)
    for role, entries in table.items():
        for entry in entries:
            assert JOBS[entry.job].role == role
            assert JOBS[entry.job].function == f"workers.jobs.{entry.function.__name__}"


def test_jobs_are_woken_when_due_and_not_before(given: Tools) -> None:
    now = [0.0]
    timetable = Timetable(given, [Entry("sweep", 2.0, jobs.sweep)], lambda: now[0])
    wakes = given.line.queue
    assert isinstance(wakes, Wakes)
    timetable.tick()
    timetable.tick()
    assert wakes.jobs == [("sweep", None)]
    now[0] = 2.0
    timetable.tick()
    assert wakes.jobs == [("sweep", None)] * 2


def test_while_redis_is_away_the_work_goes_on(given: Tools) -> None:
    subscribe(given.line, 1)
    broadcast_id = release(given.line, draft_test(given.line))
    dead = no_redis()
    alone = Tools(given.line, dead, dead, Rates(dead, 1000.0, 1000, _fast()), ReceiptStream(dead, "one"))
    with using(alone):
        Timetable(alone, timetable_of(USUAL)["send"]).tick()
    assert plain(given.line, broadcast_id) == ["accepted"]


def _fast() -> "Clockwork":
    return Clockwork()


class Clockwork:
    """Seconds that pass at each look, so that a bucket fills without waiting."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_a_job_that_fails_does_not_end_the_timetable(given: Tools) -> None:
    def break_down() -> None:
        raise RuntimeError

    dead = no_redis()
    alone = Tools(given.line, dead, dead, given.rates, given.stream)
    Timetable(alone, [Entry("sweep", 2.0, break_down)]).tick()


def test_the_job_sends_and_wakes_nobody_when_all_is_done(given: Tools) -> None:
    subscribe(given.line, 1)
    broadcast_id = release(given.line, draft_test(given.line))
    assert isinstance(given.line.queue, Wakes)
    given.line.queue.jobs.clear()
    with using(given):
        jobs.deliver()
    assert plain(given.line, broadcast_id) == ["accepted"]
    assert given.line.queue.jobs == []


def test_a_job_asked_to_stop_takes_up_nothing_and_wakes_the_next(given: Tools) -> None:
    subscribe(given.line, 1)
    broadcast_id = release(given.line, draft_test(given.line))
    given.stopping.set()
    with using(given):
        jobs.deliver()
    assert plain(given.line, broadcast_id) == ["pending"]
    assert isinstance(given.line.queue, Wakes)
    assert ("deliver", None) in given.line.queue.jobs


def test_a_job_outside_of_a_worker_says_so() -> None:
    with pytest.raises(NotOpened):
        tools()


def test_beginning_a_job_lets_it_be_asked_for_again(given: Tools, redis: Redis) -> None:
    queue = RedisQueue(redis)
    queue.wake("deliver")
    with using(given):
        jobs.deliver()
    queue.wake("deliver")
    assert len(queue._queues["send"]) == 2


def test_two_jobs_of_one_process_never_work_at_once(given: Tools) -> None:
    given.working.acquire()
    with using(given):
        thread = threading.Thread(target=jobs.sweep)
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        given.working.release()
        thread.join(10)
    assert not thread.is_alive()
