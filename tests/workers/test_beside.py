"""Whoever hangs elsewhere holds up nobody here."""

import re
import socket
import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from hotline.domain.hook import HOOK_EVENTS
from hotline.domain.timing import USUAL
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import hooks
from hotline.settings import ROOT
from hotline.store import deletions
from hotline.store import hooks as store
from hotline.store.database import transaction
from hotline.store.rates import Rates
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import ReceiptStream
from tests.lines import ANA, Clock, make_line
from tests.people import ListedCarrier, draft_test, release, subscribe
from workers import jobs
from workers.beside import ENDS_WITHIN_S, Beside
from workers.parts import Tools, using

WITHIN_S = 20.0


@pytest.fixture
def tools(database: Engine, flow: Flow, network: Network, servers: Supervisor) -> Iterator[Tools]:
    redis = Redis.from_url(servers.redis_url)
    redis.flushdb()
    clock = Clock()
    carrier = ListedCarrier(clock=clock)
    line = make_line(database, flow, network, clock=clock, sender=carrier, records=carrier, mode="demo")
    yield Tools(line, redis, redis, Rates(redis, 1000.0, 1000), ReceiptStream(redis, "one"))
    redis.close()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A program that takes a connection and says nothing; closing it ends who waits."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def tried(tools: Tools) -> list[bool]:
    """Of each thing to tell, whether its try is over: until then it is ours for a lease."""
    with transaction(tools.line.database) as db:
        rows = db.execute(text("SELECT due_at - tried_at < interval '1 minute' FROM hook_delivery")).scalars()
        return [bool(row) for row in rows]


def test_a_program_that_hangs_holds_up_neither_sweeps_nor_an_alert(
    tools: Tools, silent: socket.socket
) -> None:
    line = tools.line
    hooks.add(line, f"http://127.0.0.1:{silent.getsockname()[1]}/", HOOK_EVENTS, ANA.name, line.clock())
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    with transaction(line.database) as db:
        store.announce(db, "alert.released", {}, line.clock())
    with using(tools):
        jobs.tell_hooks()
        jobs.sweep()
        jobs.fan_out(broadcast_id)
        assert True not in tried(tools)  # it still hangs, and both are done
        silent.close()
        assert tools.beside.join(WITHIN_S)
    assert True in tried(tools)


def test_a_carrier_that_hangs_holds_up_no_sweep(tools: Tools) -> None:
    asked, answers = threading.Event(), threading.Event()

    def hang(*_: object) -> bool:
        asked.set()
        return answers.wait(WITHIN_S)

    assert isinstance(tools.line.records, ListedCarrier)
    tools.line.records.delete_message = hang  # type: ignore[method-assign, assignment]
    with transaction(tools.line.database) as db:
        deletions.ask(db, tools.line.keyring, "message", ["SM1"], tools.line.clock())
    with using(tools):
        jobs.deletions()
        assert asked.wait(WITHIN_S)
        jobs.sweep()
        assert not tools.beside.join(0.0)
        answers.set()
        assert tools.beside.join(WITHIN_S)


def test_what_is_under_way_ends_within_the_time_that_compose_gives() -> None:
    """After SIGTERM: what has begun is heard to its end, then what works beside; then it would be killed."""
    worker = (ROOT / "compose.yaml").read_text(encoding="utf-8").split("\n  worker:\n")[1]
    given = re.search(r"stop_grace_period: (\d+)s", worker)
    assert given
    answered_s = USUAL.connect_s + USUAL.read_s
    assert answered_s < ENDS_WITHIN_S < int(given[1])
    assert 2 * answered_s <= int(given[1])


def test_a_job_that_works_is_not_begun_twice_and_another_is() -> None:
    beside, goes_on, done = Beside(), threading.Event(), list[str]()
    assert beside.begin("one", lambda: goes_on.wait(WITHIN_S))
    assert not beside.begin("one", lambda: done.append("twice"))
    assert beside.begin("other", lambda: done.append("other"))
    assert not beside.join(0.0)
    goes_on.set()
    assert beside.join(WITHIN_S)
    assert done == ["other"]
    assert beside.begin("one", lambda: done.append("again"))
    assert beside.join(WITHIN_S)
    assert done == ["other", "again"]


def test_a_job_that_fails_may_begin_again() -> None:
    beside = Beside()

    def fail() -> None:
        raise RuntimeError

    assert beside.begin("one", fail)
    assert beside.join(WITHIN_S)
    assert beside.begin("one", lambda: None)
    assert beside.join(WITHIN_S)
