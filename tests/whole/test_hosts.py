"""Three worker hosts and two web hosts on one PostgreSQL and one Redis, some of them cut off for a while."""

import random
import sys
import time
from contextlib import ExitStack
from datetime import datetime
from typing import Final

import pytest
from sqlalchemy import Engine, create_engine, text

from benchmarks.fault_people import release, sign_up
from hotline.operations.fan_out import fan_out
from hotline.settings import ROOT
from hotline.store.database import transaction
from hotline.store.queue import Role
from hotline.store.servers.datadir import temporary_data_directory
from tests.whole.hosts import Host, Hosts, moved, open_hosts
from tests.whole.networks import open_network
from tests.whole.program import eventually, running
from tests.whole.servers import postgres_by_url

PEOPLE: Final = 800
RATE: Final = 80.0  # of each of two senders: the alert is under way for longer than the cuts take
LATENCY_S: Final = 1.0
# The usual times, made short alike: no request outlasts its lease, and a lost answer is looked for twice.
TIMING: Final = (
    "lease_s=7,begin_within_s=2,connect_s=1,read_s=3,shown_after_s=2,look_again_after_s=2,"
    "first_wait_s=0.5,longest_wait_s=2,abandoned_s=3,fetch_after_s=3,fetch_every_s=2,"
    "sweep_every_s=1,reconcile_every_s=1,deliver_every_s=1"
)
# Above the lease, and so short that what the host wanted to settle is still on its way when it is back:
# a connection is given up 10 s after it was heard of last (hotline.store.database).
AWAY_S: Final = 9.0
ROLES: Final[tuple[tuple[Role, ...], ...]] = (("send",), ("send", "receipts"), ("send", "receipts", "rest"))
CUTS: Final = 4
FAR: Final = {"latency_s": LATENCY_S, "list_delay_s": 0.3}
LET_GO_WITHIN_S: Final = 60.0  # half a lease of the usual times


@pytest.mark.whole
@pytest.mark.timeout(300)
def test_hosts_that_are_cut_off_text_nobody_twice_and_miss_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    with open_hosts(ROLES, webs=2, rate=RATE, timing=TIMING) as hosts:
        with capsys.disabled():
            print(f"\nmany machines: {hosts.network.sentence}")
        (gone, away, stays), (web, _) = hosts.workers, hosts.webs
        people = sign_up(hosts.line, PEOPLE, 1, random.Random(11))
        hosts.carrier.misbehave(**FAR)
        broadcasts = release(hosts.line, 1, None)
        cut_while_it_sends(hosts, gone)
        web.cut()
        hosts.until(lambda: "does not answer" in hosts.balancer.said())
        cut_at = cut_while_it_sends(hosts, away)
        web.mend()
        time.sleep(max(0.0, AWAY_S - (time.monotonic() - cut_at)))
        away.mend()
        hosts.carrier.misbehave(list_delay_s=0.3)
        hosts.until(lambda: hosts.are_delivered(PEOPLE))
        gone.mend()

        # Those that were cut off have found their way back by themselves: nobody else is left to send.
        stays.end()
        broadcasts += release(hosts.line, 1, None)
        while fan_out(hosts.line, broadcasts[-1], hosts.line.clock()):
            pass
        hosts.until(lambda: hosts.are_delivered(2 * PEOPLE))
        verdict = hosts.verdict(people, broadcasts)
        assert verdict.holds, (verdict, hosts.said())
        assert (verdict.unknown, verdict.failed) == (0, 0)


HOLDS: Final = """
import sys, time
from sqlalchemy import text
from hotline.store.database import open_database, transaction
with transaction(open_database(sys.argv[1])) as db:
    db.execute(text("UPDATE held SET number = 2"))
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.mark.whole
@pytest.mark.timeout(300)
def test_rows_that_a_host_held_when_it_was_cut_off_are_let_go() -> None:
    """No lease helps where a row is locked: the database must notice by itself that nobody is there."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_data_directory()).parent
        network = stack.enter_context(open_network(folder))
        url = stack.enter_context(postgres_by_url(folder, network.home))
        place = network.place("holder")
        network.await_relays()
        engine = create_engine(url)
        stack.callback(engine.dispose)
        with engine.begin() as db:
            db.execute(text("CREATE TABLE held AS SELECT 1 AS number"))
        command = [*place.prefix, sys.executable, "-c", HOLDS, moved(url, place)]
        holder = stack.enter_context(running(command, folder / "holder.log", {"PYTHONPATH": str(ROOT)}))
        holder.until_it_says("holds")
        assert not may_be_taken(engine)
        place.cut()
        stack.callback(place.mend)
        eventually(lambda: may_be_taken(engine), within_s=LET_GO_WITHIN_S)
        with engine.begin() as db:
            assert db.scalar(text("SELECT number FROM held")) == 1


def may_be_taken(engine: Engine) -> bool:
    with engine.begin() as db:
        return db.scalar(text("SELECT number FROM held FOR UPDATE SKIP LOCKED")) is not None


def cut_while_it_sends(hosts: Hosts, host: Host) -> float:
    """Cut a host off while it waits for answers that nothing else makes up for, no callback either; when
    that was (time.monotonic)."""
    hosts.carrier.misbehave(**FAR, odds={"lost_callback": 1.0})
    for _ in range(CUTS):
        hosts.until(lambda: hosts.owed(host) > 1)
        host.cut()
        cut_at, now = time.monotonic(), hosts.line.clock()
        time.sleep(2.5 * LATENCY_S)  # by then every other has settled what it had asked before
        if rows_asked_before(hosts, now):
            hosts.carrier.misbehave(**FAR)
            return cut_at
        host.mend()
    raise AssertionError(f"{host.name} never sends:\n{hosts.said()}")


def rows_asked_before(hosts: Hosts, moment: datetime) -> int:
    """How many rows have been on their way since before then."""
    with transaction(hosts.line.database) as db:
        found = db.scalar(
            text("SELECT count(*) FROM delivery WHERE status = 'sending' AND asked_at < :moment"),
            {"moment": moment},
        )
        return int(found or 0)
