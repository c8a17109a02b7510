"""The hub of server-sent events: one for the process, one clock for each thing that is followed.

However many people follow the same thing, it is made once a tick, and sent only when it changed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

_log = structlog.get_logger("console")

TICK_S: Final = 1.0
BEAT_S: Final = 15.0  # a comment now and then, so that proxies keep the connection open
# A stream ends after this time and the page asks anew: so an ended session ends its streams too.
LONGEST_S: Final = 300.0
FIRST_S: Final = 60.0  # what is slow to make is waited for, so that every stream has said something
MOST: Final = 500

Make = Callable[[], str]


@dataclass
class _Topic:
    listeners: set[asyncio.Queue[str]] = field(default_factory=set)
    last: str = ""
    task: asyncio.Task[None] | None = None


class TooMany(Exception):
    """More streams are open than one process holds."""


class Live:
    """For one event loop. `tick_s` is how often a followed thing is looked at."""

    def __init__(self, tick_s: float = TICK_S, longest_s: float = LONGEST_S) -> None:
        self._tick_s = tick_s
        self._longest_s = longest_s
        self._topics: dict[str, _Topic] = {}

    @property
    def open(self) -> int:
        return sum(len(topic.listeners) for topic in self._topics.values())

    def stream(self, topic: str, make: Make) -> StreamingResponse:
        """Events whose data is what `make` gives, called on a thread; equal for all who name the topic.

        Raises TooMany.
        """
        if self.open >= MOST:
            raise TooMany
        return StreamingResponse(
            self._follow(topic, make),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _follow(self, name: str, make: Make) -> AsyncIterator[str]:
        topic = self._topics.setdefault(name, _Topic())
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        topic.listeners.add(queue)
        if topic.task is None:
            topic.task = asyncio.create_task(self._run(name, topic, make))
        elif topic.last:
            queue.put_nowait(topic.last)
        clock = asyncio.get_running_loop().time
        ends_at, waits_until = clock() + self._longest_s, clock() + FIRST_S
        try:
            while (left := ends_at - clock()) > 0 or (waits_until > clock() and not topic.last):
                try:
                    async with asyncio.timeout(min(BEAT_S, max(left, self._tick_s))):
                        yield _event(await queue.get())
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            topic.listeners.discard(queue)
            if not topic.listeners and self._topics.get(name) is topic:
                del self._topics[name]
                if topic.task:
                    topic.task.cancel()

    async def _run(self, name: str, topic: _Topic, make: Make) -> None:
        while True:
            try:
                made = await run_in_threadpool(make)
            except Exception as fault:
                _log.warning("live.failed", topic=name, why=type(fault).__name__)
            else:
                if made != topic.last:
                    topic.last = made
                    for queue in topic.listeners:
                        _put_newest(queue, made)
            await asyncio.sleep(self._tick_s)


def _put_newest(queue: asyncio.Queue[str], made: str) -> None:
    """Whoever reads slowly gets the newest alone."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(made)


def _event(data: str) -> str:
    return "".join(f"data: {line}\n" for line in data.splitlines() or [""]) + "\n"
