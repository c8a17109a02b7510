"""What the jobs of one worker process work with, opened once and kept until it ends."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from redis import Redis

from hotline.bootstrap import open_parts
from hotline.domain.call import CALLS
from hotline.operations.line import Line
from hotline.settings import Settings
from hotline.store.rates import Rates, burst_of
from hotline.store.spool import Spool
from hotline.store.stream import ReceiptStream

# Above the longest time that RQ itself waits for a job to come (it asks Redis to block for 405 s).
WAITING_S = 450.0
CONNECTIONS = 12


@dataclass(frozen=True)
class Tools:
    """`stopping` is set when the process was asked to end: what is in flight is finished, no more begun.

    `working` is held by whoever works: the queue's job, or the timetable when Redis is away.
    """

    line: Line
    redis: Redis
    waiting_redis: Redis
    rates: Rates
    stream: ReceiptStream
    stopping: threading.Event = field(default_factory=threading.Event)
    working: threading.Lock = field(default_factory=threading.Lock)

    @property
    def spool(self) -> Spool:
        return Spool(self.redis, self.line.keyring)


class NotOpened(RuntimeError):
    """A job was called outside of a worker process."""


_opened: list[Tools] = []


def tools() -> Tools:
    """The tools of this process. Raises NotOpened."""
    if not _opened:
        raise NotOpened
    return _opened[-1]


@contextmanager
def open_tools(settings: Settings) -> Iterator[Tools]:
    """Open them for this process. Raises what hotline.bootstrap.open_parts raises."""
    with open_parts(settings, CONNECTIONS) as parts:
        redis = Redis.from_url(parts.redis_url, socket_connect_timeout=1.0, socket_timeout=5.0)
        waiting = Redis.from_url(parts.redis_url, socket_connect_timeout=1.0, socket_timeout=WAITING_S)
        line, consumer = parts.line, f"{socket.gethostname()}-{os.getpid()}"
        limits, calls = line.limits, {CALLS: (line.limits.calls_per_second, 1)}
        burst = burst_of(limits.segments_per_second, limits.burst_segments)
        rates = Rates(redis, limits.segments_per_second, burst, own=calls)
        with using(Tools(line, redis, waiting, rates, ReceiptStream(redis, consumer))) as opened:
            yield opened
        waiting.close()
        redis.close()


@contextmanager
def using(given: Tools) -> Iterator[Tools]:
    """Let the jobs of this process use these tools."""
    _opened.append(given)
    try:
        yield given
    finally:
        _opened.remove(given)
