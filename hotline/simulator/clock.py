"""Time as the carrier sees it: real, faster than real, or moved by hand in tests."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

Value = TypeVar("Value")


class Timer(Protocol):
    """Something that will happen and can be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """`seconds` counts the carrier's own time (talking, ringing); `now` is the date written on things."""

    def now(self) -> datetime: ...

    def seconds(self) -> float: ...

    def call_later(self, delay_s: float, action: Callable[[], object]) -> Timer: ...

    async def wait_for(self, work: Awaitable[Value], timeout_s: float) -> Value:
        """Wait in unscaled seconds (a network limit). Raises TimeoutError."""
        ...


async def sleep(clock: Clock, delay_s: float) -> None:
    """Let the carrier's time pass; no time still lets others run."""
    if delay_s <= 0:
        return await asyncio.sleep(0)
    done = asyncio.Event()
    timer = clock.call_later(delay_s, done.set)
    try:
        await done.wait()
    finally:
        timer.cancel()
    return None


class RealClock:
    """The machine's clock; `speed` 20 makes a minute of talking last three seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.monotonic() * self._speed

    def call_later(self, delay_s: float, action: Callable[[], object]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s / self._speed, action)

    async def wait_for(self, work: Awaitable[Value], timeout_s: float) -> Value:
        return await asyncio.wait_for(work, timeout_s)


class _Alarm:
    __slots__ = ("action", "live")

    def __init__(self, action: Callable[[], object]) -> None:
        self.action = action
        self.live = True

    def cancel(self) -> None:
        self.live = False


class ManualClock:
    """Stands still until `advance`; then everything due happens in order, without sleeping."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._seconds = 0.0
        self._order = itertools.count()
        self._alarms: list[tuple[float, int, _Alarm]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def seconds(self) -> float:
        return self._seconds

    def call_later(self, delay_s: float, action: Callable[[], object]) -> Timer:
        alarm = _Alarm(action)
        heapq.heappush(self._alarms, (self._seconds + max(delay_s, 0.0), next(self._order), alarm))
        return alarm

    async def wait_for(self, work: Awaitable[Value], timeout_s: float) -> Value:
        task = asyncio.ensure_future(work)
        timed_out = False

        def give_up() -> None:
            nonlocal timed_out
            timed_out = task.cancel()

        timer = self.call_later(timeout_s, give_up)
        try:
            return await task
        except asyncio.CancelledError:
            if timed_out:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Move time; let everything that becomes due run to its next wait."""
        until = self._seconds + seconds
        await self.settle()
        while self._alarms and self._alarms[0][0] <= until:
            due, _, alarm = heapq.heappop(self._alarms)
            if alarm.live:
                self._seconds = max(self._seconds, due)
                alarm.action()
                await self.settle()
        self._seconds = until

    async def settle(self) -> None:
        """Let tasks that need no time go as far as they can."""
        for _ in range(60):
            await asyncio.sleep(0)
