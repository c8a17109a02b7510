"""What the jobs of one worker process work with, opened once and kept until it ends."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hotline.bootstrap import open_parts
from hotline.channels.hooks import HookPoster
from hotline.domain.call import CALLS
from hotline.operations.line import Limits, Line
from hotline.settings import Settings
from hotline.store.contact import DatabaseContact
from hotline.store.rates import Contact, Rates, burst_of
from hotline.store.spool import Spool
from hotline.store.stream import ReceiptStream
from workers.beside import Beside

# Above the longest time that RQ itself waits for a job to come (it asks Redis to block for 405 s).
WAITING_S = 450.0
# Sending goes on with a share of the rate while Redis does not answer: it is not waited for, nor asked twice.
RATES_S = 0.5
CONNECTIONS = 12
# Asked after 10 s of silence, every 5 s, given up after three: half a minute, where there are such options.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}


@dataclass(frozen=True)
class Tools:
    """`stopping` is set when the process was asked to end: what is in flight is finished, no more begun.

    `working` is held by whoever works: the queue's job, or the timetable when Redis is away. What waits for
    other machines works `beside` them.
    """

    line: Line
    redis: Redis
    waiting_redis: Redis
    rates: Rates
    stream: ReceiptStream
    stopping: threading.Event = field(default_factory=threading.Event)
    working: threading.Lock = field(default_factory=threading.Lock)
    beside: Beside = field(default_factory=Beside)

    @cached_property
    def hooks(self) -> HookPoster:
        return HookPoster(may_loop=self.line.mode == "demo")

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
        waiting = waiting_redis(parts.redis_url)
        quick = Redis.from_url(
            parts.redis_url,
            socket_connect_timeout=RATES_S,
            socket_timeout=RATES_S,
            retry=Retry(NoBackoff(), 0),
        )
        line, consumer = parts.line, f"{socket.gethostname()}-{os.getpid()}"
        rates = rates_of(line.limits, quick, DatabaseContact(line.database, consumer))
        stream = ReceiptStream(redis, consumer, line.timing)
        with using(Tools(line, redis, waiting, rates, stream)) as opened:
            yield opened
            opened.beside.join()
        quick.close()
        waiting.close()
        redis.close()


def waiting_redis(url: str) -> Redis:
    """The connection that waits for jobs. A network that was cut for long shows to keepalive alone."""
    bounds: dict[str, Any] = {"socket_connect_timeout": 1.0, "socket_timeout": WAITING_S}
    if not url.startswith("unix:"):
        bounds |= {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE}
    return Redis.from_url(url, **bounds)


def rates_of(limits: Limits, redis: Redis, contact: Contact | None = None) -> Rates:
    """What each sender and the account are permitted, each with the burst of its rate. Without `contact`
    nothing is known of other processes while Redis is away."""

    def permitted(per_s: float) -> tuple[float, int]:
        return per_s, burst_of(per_s, limits.burst_segments)

    own = {sender: permitted(per_s) for sender, per_s in limits.sender_rates.items()}
    return Rates(
        redis,
        *permitted(limits.segments_per_second),
        own={**own, CALLS: (limits.calls_per_second, 1)},
        account=permitted(limits.account_segments_per_second),
        processes=limits.sending_processes,
        contact=contact,
    )


@contextmanager
def using(given: Tools) -> Iterator[Tools]:
    """Let the jobs of this process use these tools."""
    _opened.append(given)
    try:
        yield given
    finally:
        _opened.remove(given)
