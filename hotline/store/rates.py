"""The permitted rate of each sender, in segments: one bucket in Redis that every host draws from."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis import Redis
from redis.exceptions import RedisError

_log = structlog.get_logger()

# While Redis is away each process goes on with this share of the rate: four processes together never
# send more than is permitted.
LOCAL_SHARE: Final = 0.25
# What gathers in so long may be drawn at once. A batch costs the same whether it is of one text or of a
# hundred, so who asks waits for a third of it; no longer, for somebody may be waiting for the last of them.
BURST_S: Final = 0.06
# A bucket that nobody drew from for so long is full again anyway.
_FORGET_MS: Final = 600_000

# KEYS[1] bucket; ARGV rate a second, capacity, least, most. Time is Redis's own, so that hosts whose
# clocks differ draw from one clock. Returns what was granted and how many milliseconds to wait else.
_TAKE: Final = """
local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
local rate, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local least, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1] or capacity)
local since = tonumber(known[2] or at)
left = math.min(capacity, left + math.max(0, at - since) * rate / 1000000)
local granted, wait = 0, 0
if left >= least then
  granted = math.min(most, math.floor(left))
  left = left - granted
else
  wait = math.ceil((least - left) * 1000 / rate)
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%.0f', at))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {granted, wait}
"""

_GIVE: Final = """
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or ARGV[2])
redis.call('HSET', KEYS[1], 'left', tostring(math.min(tonumber(ARGV[2]), left + tonumber(ARGV[1]))))
return 1
"""


def burst_of(per_s: float, least: int) -> int:
    """The segments that may go out at once at a rate, `least` at the least."""
    return max(least, int(per_s * BURST_S))


@dataclass(frozen=True, slots=True)
class Grant:
    """`segments` may be sent now; when none, ask again after `wait_s`."""

    segments: int
    wait_s: float


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """Draws segments for senders. Never raises: without Redis it keeps to a safe share of its own."""

    def __init__(
        self,
        redis: Redis,
        per_s: float,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        own: Mapping[str, tuple[float, int]] | None = None,
    ) -> None:
        """`own` is the rate and the burst of senders that have others than the usual ones."""
        self._take_script = redis.register_script(_TAKE)
        self._give_script = redis.register_script(_GIVE)
        self._per_s = per_s
        self._burst = burst
        self._own = own or {}
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._local: dict[str, _Bucket] = {}
        self._is_away = False

    def take(self, sender: str, least: int, most: int) -> Grant:
        """Take between `least` and `most` segments, or nothing and how long to wait.

        A text of more segments than the burst waits until they have gathered: the rate is kept.
        """
        per_s, burst = self._own.get(sender, (self._per_s, self._burst))
        capacity = max(burst, least)
        worth = max(least, min(most, burst // 3, int(per_s * BURST_S / 3)))
        try:
            answer: Any = self._take_script(
                keys=[_name(sender)], args=[per_s, capacity, worth, max(least, most), _FORGET_MS]
            )
        except RedisError as fault:
            self._note(away=True, why=type(fault).__name__)
            return self._take_here(sender, capacity, least, max(least, most))
        self._note(away=False)
        return Grant(int(answer[0]), int(answer[1]) / 1000)

    def give_back(self, sender: str, segments: int) -> None:
        """Return what was not used; less than nothing is owed."""
        if segments == 0:
            return
        try:
            _, burst = self._own.get(sender, (self._per_s, self._burst))
            self._give_script(keys=[_name(sender)], args=[segments, burst])
        except RedisError as fault:
            self._note(away=True, why=type(fault).__name__)

    def _take_here(self, sender: str, capacity: int, least: int, most: int) -> Grant:
        rate = self._own.get(sender, (self._per_s, self._burst))[0] * LOCAL_SHARE
        with self._lock:
            now = self._monotonic()
            bucket = self._local.setdefault(sender, _Bucket(0.0, now))
            bucket.left = min(capacity, bucket.left + (now - bucket.at) * rate)
            bucket.at = now
            if bucket.left < least:
                return Grant(0, (least - bucket.left) / rate)
            granted = min(most, int(bucket.left))
            bucket.left -= granted
            return Grant(granted, 0.0)

    def _note(self, away: bool, why: str = "") -> None:
        """Say once that Redis went away, and once that it is back."""
        if away != self._is_away:
            self._is_away = away
            if away:
                _log.warning("rates.redis_away", why=why, share=LOCAL_SHARE)
            else:
                self._local.clear()
                _log.info("rates.redis_back")


def _name(sender: str) -> str:
    return f"hotline:rate:{sender}"
