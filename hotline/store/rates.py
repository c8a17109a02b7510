"""The permitted rates of each sender and of the account, in segments: buckets that every host draws from.

In any stretch of `t` seconds by Redis's clock a sender is granted at most `per_s * t + burst` segments by
all processes together, and all senders of texts together at most what the account's bucket allows. A text
of more segments than the burst counts as the burst. Where the burst is 1, which is up to 33 a second, no
second holds more than the rate (rounded up); above, at most BURST_S of it more. While Redis is away the
same holds, with a text for each process as the burst, as long as no more send than was said. A process that
alone is cut off from Redis sends nothing while the database says that others draw from it: it may add its
share, the rate through the number of processes, for ASK_EVERY_S at the most, until it sees that.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from redis import Redis
from redis.exceptions import RedisError

from hotline.domain.call import CALLS

_log = structlog.get_logger()

# While Redis is away each process goes on with its share of the rate: so many together never send more
# than is permitted.
PROCESSES: Final = 4
# What gathers in so long may be drawn at once. A batch costs the same whether it is of one text or of a
# hundred, so who asks waits for a third of it; no longer, for somebody may be waiting for the last of them.
BURST_S: Final = 0.06
# A Redis that was away is asked again after so long: one that hangs must not stop us at every draw.
AGAIN_AFTER_S: Final = 0.5
# How often a process says that it draws, and one without Redis asks whether others do.
NOTE_EVERY_S: Final = 0.4
ASK_EVERY_S: Final = 0.4
# A clock of Redis that was put back by more than this is believed.
_CLOCK_PUT_BACK_US: Final = 5_000_000

# KEYS buckets, the sender's first; ARGV least, worth, most, the longest that a bucket may be ahead of the
# clock, then rate a second and capacity of each bucket.
# All or nothing: what one bucket grants the other has too. Time is Redis's own, so that hosts whose clocks
# differ draw from one clock. A bucket that is not there begins empty: Redis may have been wiped a moment
# after its burst was drawn. Returns what was granted and how many milliseconds to wait else.
_TAKE: Final = """
local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
local least, worth, room = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local left, since, wait = {}, {}, 0
for i, key in ipairs(KEYS) do
  local rate, capacity = tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
  local known = redis.call('HMGET', key, 'left', 'at')
  since[i] = tonumber(known[2] or at)
  if since[i] > at + tonumber(ARGV[4]) then since[i] = at end
  left[i] = math.min(capacity, tonumber(known[1] or 0) + math.max(0, at - since[i]) * rate / 1000000)
  local needed = i == 1 and worth or least
  if left[i] < needed then
    wait = math.max(wait, math.ceil((needed - left[i]) * 1000 / rate))
  end
  room = math.min(room, math.floor(left[i]))
end
local granted = wait == 0 and room or 0
for i, key in ipairs(KEYS) do
  local seen = string.format('%.0f', math.max(at, since[i]))
  redis.call('HSET', key, 'left', string.format('%.9f', left[i] - granted), 'at', seen)
end
return {granted, wait}
"""

# KEYS buckets; ARGV segments, then the capacity of each. Less than nothing is owed.
_GIVE: Final = """
for i, key in ipairs(KEYS) do
  local left = redis.call('HGET', key, 'left')
  if left then
    left = math.min(math.max(tonumber(left), tonumber(ARGV[1 + i])), left + tonumber(ARGV[1]))
    redis.call('HSET', key, 'left', string.format('%.9f', left))
  end
end
return 1
"""

# KEYS buckets; ARGV how long they stay empty, in microseconds. Redis is back: what gathered meanwhile was
# drawn here and there, and others may go on with their share until they see it too.
_BACK: Final = """
local now = redis.call('TIME')
local begins = now[1] * 1000000 + now[2] + tonumber(ARGV[1])
for _, key in ipairs(KEYS) do
  local known = redis.call('HMGET', key, 'left', 'at')
  local left = math.min(0, tonumber(known[1] or 0))
  redis.call('HSET', key, 'left', tostring(left), 'at', string.format('%.0f', begins))
end
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A bucket as it is drawn from: `capacity` has room for the text at hand."""

    name: str
    per_s: float
    capacity: int


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Contact(Protocol):
    """What processes know of one another without Redis. Never raises."""

    def note(self) -> None:
        """We draw from the shared buckets."""

    def do_others_draw(self) -> bool:
        """Does another process draw from them, as of a moment ago?"""


class NoContact:
    """Nothing is known of others: all are taken to have lost Redis together."""

    def note(self) -> None:
        pass

    def do_others_draw(self) -> bool:
        return False


class Rates:
    """Draws segments for senders. Never raises: without Redis it keeps to a safe share of its own."""

    def __init__(
        self,
        redis: Redis,
        per_s: float,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        own: Mapping[str, tuple[float, int]] | None = None,
        account: tuple[float, int] | None = None,
        processes: int = PROCESSES,
        contact: Contact | None = None,
    ) -> None:
        """`own` is the rate and the burst of senders that have others than the usual ones.

        `account` is the rate and the burst of all texts together; calls have nothing of it. `processes`
        is how many send at the most, over all hosts; `contact` tells of the others while Redis is away.
        """
        self._take_script = redis.register_script(_TAKE)
        self._give_script = redis.register_script(_GIVE)
        self._back_script = redis.register_script(_BACK)
        self._usual = (per_s, burst)
        self._own = own or {}
        self._account = account
        self._processes = processes
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._local: dict[str, _Bucket] = {}
        self._away_until: float | None = None
        self._contact: Contact = contact or NoContact()
        self._noted_at = -NOTE_EVERY_S + monotonic()
        self._asked_at = -ASK_EVERY_S + monotonic()
        self._others_draw = False

    def shared_by(self, processes: int) -> None:
        """So many were seen to send; when that is more than was said, the share is theirs."""
        self._processes = max(self._processes, processes)

    def take(self, sender: str, least: int, most: int) -> Grant:
        """Take between `least` and `most` segments, or nothing and how long to wait.

        A text of more segments than the burst waits until they have gathered: the rate is kept.
        """
        per_s, burst = self._own.get(sender, self._usual)
        most = max(least, most)
        worth = max(least, min(most, burst // 3, int(per_s * BURST_S / 3)))
        asked = self._asked(sender, least)
        numbers = [number for one in asked for number in (one.per_s, one.capacity)]
        answer = self._ask(self._take_script, asked, [least, worth, most, _CLOCK_PUT_BACK_US, *numbers])
        if answer is None:
            return self._take_alone(asked, least, most)
        self._say_so()
        return Grant(int(answer[0]), int(answer[1]) / 1000)

    def give_back(self, sender: str, segments: int) -> None:
        """Return what was not used; less than nothing is owed."""
        if segments == 0:
            return
        asked = self._asked(sender, 1)
        if self._ask(self._give_script, asked, [segments, *(one.capacity for one in asked)]) is None:
            self._give_here(asked, segments)

    def _asked(self, sender: str, least: int) -> list[_Asked]:
        per_s, burst = self._own.get(sender, self._usual)
        found = [_Asked(f"hotline:rate:{sender}", per_s, max(burst, least))]
        if self._account and sender != CALLS:
            per_s, burst = self._account
            found.append(_Asked("hotline:rate:account", per_s, max(burst, least)))
        return found

    def _ask(self, script: Any, asked: Sequence[_Asked], arguments: Sequence[float]) -> Any:
        """What Redis says; None while it is away."""
        if self._away_until is not None and self._monotonic() < self._away_until:
            return None
        try:
            if self._away_until is not None:
                names = {*list(self._local), *(one.name for one in asked)}
                self._back_script(keys=sorted(names), args=[int(AGAIN_AFTER_S * 1_000_000)])
            answer = script(keys=[one.name for one in asked], args=list(arguments))
        except RedisError as fault:
            self._note(away=True, why=type(fault).__name__)
            return None
        self._note(away=False)
        return answer

    def _say_so(self) -> None:
        """Those who lost Redis must know that not all have."""
        if self._monotonic() - self._noted_at >= NOTE_EVERY_S:
            self._noted_at = self._monotonic()
            self._contact.note()

    def _take_alone(self, asked: Sequence[_Asked], least: int, most: int) -> Grant:
        """The share of this process, unless others draw the whole rate: they send what waits for us."""
        if self._monotonic() - self._asked_at >= ASK_EVERY_S:
            self._asked_at = self._monotonic()
            self._others_draw = self._contact.do_others_draw()
            if self._others_draw:
                with self._lock:
                    self._local.clear()  # what gathered meanwhile was theirs
        if self._others_draw:
            return Grant(0, ASK_EVERY_S)
        return self._take_here(asked, least, most)

    def _take_here(self, asked: Sequence[_Asked], least: int, most: int) -> Grant:
        with self._lock:
            share = 1 / self._processes
            buckets = [self._filled(one, least, share) for one in asked]
            wait_s = max(
                (least - bucket.left) / (one.per_s * share)
                for one, bucket in zip(asked, buckets, strict=True)
            )
            if wait_s > 0:
                return Grant(0, wait_s)
            granted = min(most, *(int(bucket.left) for bucket in buckets))
            for bucket in buckets:
                bucket.left -= granted
            return Grant(granted, 0.0)

    def _filled(self, one: _Asked, least: int, share: float) -> _Bucket:
        now = self._monotonic()
        bucket = self._local.setdefault(one.name, _Bucket(0.0, now))
        gathered = (now - bucket.at) * one.per_s * share
        bucket.left = min(max(least, one.capacity * share), bucket.left + gathered)
        bucket.at = now
        return bucket

    def _give_here(self, asked: Sequence[_Asked], segments: int) -> None:
        with self._lock:
            for one in asked:
                if bucket := self._local.get(one.name):
                    bucket.left = min(max(bucket.left, one.capacity), bucket.left + segments)

    def _note(self, away: bool, why: str = "") -> None:
        """Say once that Redis went away, and once that it is back."""
        was_away = self._away_until is not None
        self._away_until = self._monotonic() + AGAIN_AFTER_S if away else None
        if away and not was_away:
            _log.warning("rates.redis_away", why=why, shared_by=self._processes)
        if was_away and not away:
            with self._lock:
                self._local.clear()
            _log.info("rates.redis_back")
