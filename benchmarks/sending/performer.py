"""A process that performs: the engine, with and without RQ, and the ways people write it without one.

Reads one JSON object a line from a pipe, answers one a line: seconds, texts and CPU seconds of this process.
"""

import asyncio
import dataclasses
import gc
import json
import os
import resource
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

import aiohttp
import uvloop
from rq import Queue, SimpleWorker

from benchmarks.sending import jobs, people
from hotline.channels.twilio.account import Account
from hotline.channels.twilio.sender import TwilioSender
from hotline.channels.twilio.wire import Wire
from hotline.domain.delivery import DeliveryStatus
from hotline.domain.lease import BATCH
from hotline.domain.outcome import NotBegun, Outcome
from hotline.domain.ports import Gate, Outgoing, Sender
from hotline.operations.deliver import LANES, deliver
from hotline.operations.fan_out import fan_out
from hotline.operations.receipts import drain as drain_stream
from hotline.operations.receipts import settle
from hotline.settings import Settings, environment, read_settings
from hotline.store.parcels import DeliveryKey
from hotline.store.queue import begun
from hotline.store.rates import Rates, burst_of
from hotline.store.receipts import Receipt
from hotline.store.stream import STREAM
from workers import jobs as jobs_module
from workers.parts import Tools, open_tools, using
from workers.process import give_way
from workers.worker import OneQueueWorker

RQ_JOBS: Final = 2
STATUSES: Final[tuple[DeliveryStatus, ...]] = ("accepted", "sent", "delivered")


@dataclasses.dataclass
class Actor:
    """What the acts share."""

    settings: Settings
    tools: Tools
    account: Account

    @property
    def url(self) -> str:
        return self.account.url("Messages.json")


def timed(act: Callable[[], int]) -> dict[str, float]:
    gc.collect()
    cpu, began = time.process_time(), time.perf_counter()
    texts = act()
    return {"seconds": time.perf_counter() - began, "texts": texts, "cpu": time.process_time() - cpu}


def ready(actor: Actor, **_: Any) -> dict[str, object]:
    return {"ready": True}


def write(actor: Actor, count: int, zips: Sequence[str] = (), **given: Any) -> dict[str, Any]:
    """A broadcast to so many, its deliveries written."""
    engine = actor.tools.line.database
    broadcast_id = people.broadcast(engine, zips or people.zips_for(count), **given)
    return {"broadcast": broadcast_id} | timed(lambda: _fan_out(actor, broadcast_id, count))


def _fan_out(actor: Actor, broadcast_id: int, count: int) -> int:
    while fan_out(actor.tools.line, broadcast_id, actor.tools.line.clock()):
        pass
    return count


def bare(actor: Actor, count: int, in_flight: int = 50) -> dict[str, float]:
    """The loop of the same HTTP client with nothing around it: no rows, no rates, nothing written down."""
    return timed(lambda: uvloop.run(_bare(actor, count, in_flight)))


async def _bare(actor: Actor, count: int, in_flight: int) -> int:
    numbers, words = iter(range(count)), people.SPANISH.format("")
    done = 0

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal done
        for number in numbers:
            form = {
                "To": people.phone(number).e164,
                "From": "+15005550006",
                "Body": words,
                "StatusCallback": f"https://line.example.org/status/{number}",
                "ValidityPeriod": "3600",
            }
            async with session.post(actor.url, data=form) as answer:
                done += answer.status == 201 and json.loads(await answer.read())["sid"].startswith("SM")

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=in_flight),
        headers={"Authorization": actor.account.authorization},
    ) as session:
        await asyncio.gather(*(one(session) for _ in range(in_flight)))
    return done


def sdk(actor: Actor, count: int) -> dict[str, float]:
    """The Twilio SDK in a loop."""
    return timed(lambda: sum(jobs.send_by_sdk(actor.settings, number) for number in range(count)))


def rq_each(actor: Actor, count: int) -> dict[str, float]:
    """One RQ job for each text, done by the kinder worker (no fork for each job)."""
    queue = Queue("naive", connection=actor.tools.waiting_redis)
    for number in range(count):
        queue.enqueue(jobs.one_text, number, result_ttl=0)
    jobs.use(actor.settings, actor.tools.line.database)
    worker = SimpleWorker([queue], connection=actor.tools.waiting_redis)
    worker.log.disabled = True
    done = timed(lambda: int(worker.work(burst=True, logging_level="CRITICAL") or 1) and count)
    return done | {"texts": count - queue.failed_job_registry.count}


def engine(actor: Actor, lanes: int = 0, in_flight: int = 0, seconds: float = 60.0, rate: float = 0.0) -> Any:
    """The engine, called."""
    with _wired(actor, in_flight) as tools:
        rates = _rates(actor, tools, rate)
        lanes = lanes or max(LANES, in_flight // BATCH + 2)
        return timed(lambda: deliver(tools.line, rates, threading.Event(), seconds, lanes))


def through_rq(actor: Actor, seconds: float = 60.0) -> dict[str, float]:
    """The engine in RQ jobs that wake one another, from the first text to the end of the last job."""
    worker = OneQueueWorker(actor.tools, "send")
    worker.log.disabled = True
    counting = Counting(actor.tools.line.sender)
    line = dataclasses.replace(actor.tools.line, sender=counting)
    before, jobs_module.WORK_S = jobs_module.WORK_S, seconds  # type: ignore[misc]
    with using(dataclasses.replace(actor.tools, line=line, rates=_rates(actor, actor.tools, 0.0))):
        begun(actor.tools.redis, "deliver")
        line.queue.wake("deliver")
        cpu = time.process_time()
        worker.work(burst=True, max_jobs=RQ_JOBS, logging_level="CRITICAL")
    jobs_module.WORK_S = before  # type: ignore[misc]
    actor.tools.redis.delete("rq:queue:hotline-send")
    return {
        "seconds": time.perf_counter() - counting.began,
        "texts": counting.count,
        "cpu": time.process_time() - cpu,
    }


class Counting:
    """A sender that counts what passes."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.count = 0
        self.began = 0.0

    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> Sequence[Outcome]:
        self.began = self.began or time.perf_counter()
        answers = self._sender.send(batch, gate)
        self.count += sum(not isinstance(answer, NotBegun) for answer in answers)
        return answers


def drain(actor: Actor, broadcast: int, first: int, count: int) -> dict[str, float]:
    """Receipts of `count` texts, three each, out of the stream into the rows."""
    for status in STATUSES:
        with actor.tools.redis.pipeline(transaction=False) as many:
            for seq in range(first, first + count):
                many.xadd(STREAM, cast(Any, _receipt(broadcast, seq, status).fields()))
            many.execute()
    return timed(lambda: drain_stream(actor.tools.line, actor.tools.stream, None, 30.0))


def drain_rest(actor: Actor) -> dict[str, float]:
    """Whatever is in the stream."""
    return timed(lambda: drain_stream(actor.tools.line, actor.tools.stream, None, 30.0))


def drain_each(actor: Actor, broadcast: int, first: int, count: int) -> dict[str, float]:
    """The same receipts, each in a transaction of its own."""
    found = [_receipt(broadcast, seq, status) for status in STATUSES for seq in range(first, first + count)]
    return timed(lambda: sum(max(1, settle(actor.tools.line, [receipt])) for receipt in found))


def _receipt(broadcast: int, seq: int, status: DeliveryStatus) -> Receipt:
    return Receipt(DeliveryKey(broadcast, seq), f"SM{seq:032x}", status)


def memory(actor: Actor) -> dict[str, float]:
    """The most memory this process ever had, in MB."""
    return {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _rates(actor: Actor, tools: Tools, rate: float) -> Rates:
    """As the program itself makes it; without a rate one that never binds."""
    limits = tools.line.limits
    if rate:
        return Rates(tools.redis, rate, burst_of(rate, limits.burst_segments))
    return Rates(tools.redis, 1e6, 1_000_000)


@contextmanager
def _wired(actor: Actor, in_flight: int) -> Iterator[Tools]:
    """With as many requests in flight as asked, from the first moment (the carrier's cap is known)."""
    if not in_flight:
        yield actor.tools
        return
    wire = Wire(actor.account, max_in_flight=in_flight, begin=in_flight)
    sender = TwilioSender(wire, actor.settings.senders, actor.settings.public_url)
    try:
        yield dataclasses.replace(actor.tools, line=dataclasses.replace(actor.tools.line, sender=sender))
    finally:
        wire.close()


ACTS: Final[dict[str, Callable[..., Any]]] = {
    act.__name__: act
    for act in (ready, write, bare, sdk, rq_each, engine, through_rq, drain, drain_rest, drain_each, memory)
}


def perform(orders: int, answers: int) -> None:
    """Do what is asked on one pair of pipes until they close."""
    settings = read_settings(environment())
    token = settings.auth_tokens[0]
    account = Account(settings.account_sid, settings.account_sid, token, settings.api_base_url)
    with open_tools(settings) as tools, open(orders) as asked, open(answers, "w") as told:
        actor = Actor(settings, tools, account)
        for line in asked:
            told.write(json.dumps(_done(actor, json.loads(line))) + "\n")
            told.flush()


def _done(actor: Actor, order: dict[str, Any]) -> Any:
    try:
        return ACTS[order.pop("act")](actor, **order)
    except Exception:
        return {"broke": traceback.format_exc()}


def main() -> None:
    """`performer 3:4 5:6`: a pair of pipes for each, the first for this process, the others for its forks."""
    pairs = [(int(one), int(other)) for one, _, other in (word.partition(":") for word in sys.argv[1:])]
    give_way()  # as a worker does
    children = [pid for place in range(1, len(pairs)) if (pid := _forked(pairs, place))]
    _close_all_but(pairs, 0)
    perform(*pairs[0])
    for pid in children:
        os.waitpid(pid, 0)


def _forked(pairs: list[tuple[int, int]], place: int) -> int:
    """The child's number; the child itself does not come back from here."""
    pid = os.fork()
    if pid:
        return pid
    _close_all_but(pairs, place)
    perform(*pairs[place])
    os._exit(0)


def _close_all_but(pairs: list[tuple[int, int]], place: int) -> None:
    for number in (number for other, pair in enumerate(pairs) if other != place for number in pair):
        os.close(number)


if __name__ == "__main__":
    main()
