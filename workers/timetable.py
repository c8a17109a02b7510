"""When to look without being asked: losing every wake-up loses seconds."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from redis.exceptions import RedisError

from hotline.domain.timing import Timing
from hotline.operations.memory import was_wiped
from hotline.store.database import DatabaseAway
from hotline.store.queue import Role, workers_at
from workers import jobs
from workers.parts import Tools

_log = structlog.get_logger()

TICK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Entry:
    """A job without an id, and how often its role looks."""

    job: str
    every_s: float
    function: Callable[[], None]


def timetable_of(timing: Timing) -> dict[Role, tuple[Entry, ...]]:
    """How often each role looks at what."""
    return {
        "send": (Entry("deliver", timing.deliver_every_s, jobs.deliver),),
        "receipts": (
            Entry("drain", timing.drain_every_s, jobs.drain),
            Entry("fetch_receipts", timing.fetch_every_s, jobs.fetch_receipts),
        ),
        "rest": (
            Entry("sweep", timing.sweep_every_s, jobs.sweep),
            Entry("reconcile", timing.reconcile_every_s, jobs.reconcile),
            Entry("hooks", timing.hooks_every_s, jobs.tell_hooks),
            Entry("deletions", timing.deletions_every_s, jobs.deletions),
            Entry("retention", timing.retention_every_s, jobs.retention_of_the_day),
        ),
    }


class Timetable:
    """A thread that wakes the jobs of one role on time, through the queue; itself when Redis is away."""

    def __init__(
        self,
        tools: Tools,
        entries: Sequence[Entry],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tools = tools
        self._entries = entries
        self._monotonic = monotonic
        self._due = dict.fromkeys((entry.job for entry in entries), 0.0)
        self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def tick(self) -> None:
        """Wake whatever is due now."""
        due = [entry for entry in self._entries if self._due[entry.job] <= self._monotonic()]
        if not due:
            return
        is_redis_here = self._ask_redis()
        for entry in due:
            self._due[entry.job] = self._monotonic() + entry.every_s
            if is_redis_here:
                self._tools.line.queue.wake(entry.job)
            else:
                self._do(entry)

    def _ask_redis(self) -> bool:
        try:
            self._tools.redis.ping()
        except RedisError:
            return False
        self._count_senders()
        self._look_for_wipe()
        return True

    def _count_senders(self) -> None:
        """Each knows its share of the rate for when Redis is away."""
        if "deliver" not in self._due:
            return
        with suppress(RedisError):
            self._tools.rates.shared_by(workers_at(self._tools.redis, "send"))

    def _look_for_wipe(self) -> None:
        """Receipts that a Redis held when it was wiped are fetched from the carrier (decisions 30)."""
        if "fetch_receipts" not in self._due:
            return
        try:
            if was_wiped(self._tools.line, self._tools.redis):
                self._tools.line.queue.wake("fetch_receipts")
        except (DatabaseAway, RedisError) as fault:
            _log.warning("timetable.away", why=type(fault).__name__)

    def _do(self, entry: Entry) -> None:
        try:
            entry.function()
        except Exception as fault:
            _log.exception("timetable.job_failed", job=entry.job, why=type(fault).__name__)

    def _run(self) -> None:
        while not self._tools.stopping.wait(TICK_S):
            self.tick()
