"""The hub of server-sent events: one for the process, one clock for each thing that is followed.

However many people follow the same thing, it is made once a tick, and sent only when it changed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

_log = structlog.get_logger("console")

TICK_S: Final = 1.0
BEAT_S: Final = 15.0  # a comment now and then, so that proxies keep the connection open
LONGEST_S: Final = 300.0  # a stream ends after this time and the page asks anew
LOOK_S: Final = 2.0  # how often it is looked at who may still follow
FIRST_S: Final = 60.0  # what is slow to make is waited for, so that every stream has said something
MOST: Final = 500
MOST_OF_ONE: Final = 12  # one person, in all their browsers

Make = Callable[[], str]
# Of these sessions, those that are not over, and what each may do.
Look = Callable[[Collection[int]], Mapping[int, Collection[str]]]


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows something, in which session, by which permission."""

    person_id: int
    session_id: int
    needs: str


@dataclass
class _Topic:
    listeners: set[asyncio.Queue[str | None]] = field(default_factory=set)
    last: str = ""
    task: asyncio.Task[None] | None = None


class TooMany(Exception):
    """More streams are open than one process holds, or than one person may have."""


class Live:
    """For one event loop. `tick_s` is how often a followed thing is looked at, `look_s` who follows it."""

    def __init__(self, tick_s: float = TICK_S, longest_s: float = LONGEST_S, look_s: float = LOOK_S) -> None:
        self._tick_s = tick_s
        self._longest_s = longest_s
        self._look_s = look_s
        self._look: Look | None = None
        self._topics: dict[str, _Topic] = {}
        self._followers: dict[asyncio.Queue[str | None], Follower] = {}
        self._watch: asyncio.Task[None] | None = None

    @property
    def open(self) -> int:
        return len(self._followers)

    def watch_with(self, look: Look) -> None:
        """End the streams of sessions that are over, and of who lost the permission, within seconds."""
        self._look = look

    def stream(self, topic: str, make: Make, follower: Follower) -> StreamingResponse:
        """Events whose data is what `make` gives, called on a thread; equal for all who name the topic.

        Raises TooMany.
        """
        if self._is_full(follower):
            raise TooMany
        return StreamingResponse(
            self._follow(topic, make, follower),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def _is_full(self, follower: Follower) -> bool:
        followers = list(self._followers.values())
        theirs = sum(one.person_id == follower.person_id for one in followers)
        return len(followers) >= MOST or theirs >= MOST_OF_ONE

    async def _follow(self, name: str, make: Make, follower: Follower) -> AsyncIterator[str]:
        if self._is_full(follower):  # of many that were asked for at the same moment
            return
        topic = self._topics.setdefault(name, _Topic())
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        self._add(topic, queue, follower)
        if topic.task is None:
            topic.task = asyncio.create_task(self._run(name, topic, make))
        elif topic.last:
            queue.put_nowait(topic.last)
        clock = asyncio.get_running_loop().time
        ends_at, waits_until = clock() + self._longest_s, clock() + FIRST_S
        try:
            while (
                (left := ends_at - clock()) > 0
                or not queue.empty()
                or (waits_until > clock() and not topic.last)
            ):
                try:
                    async with asyncio.timeout(min(BEAT_S, max(left, self._tick_s))):
                        made = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if made is None or queue not in self._followers:
                    return
                yield _event(made)
        finally:
            topic.listeners.discard(queue)
            self._followers.pop(queue, None)
            if not topic.listeners and self._topics.get(name) is topic:
                del self._topics[name]
                if topic.task:
                    topic.task.cancel()

    def _add(self, topic: _Topic, queue: asyncio.Queue[str | None], follower: Follower) -> None:
        topic.listeners.add(queue)
        self._followers[queue] = follower
        if self._look is not None and (self._watch is None or self._watch.done()):
            self._watch = asyncio.create_task(self._watch_over(self._look))

    async def _watch_over(self, look: Look) -> None:
        """For as long as anybody follows anything."""
        while self._followers:
            await asyncio.sleep(self._look_s)
            seen = dict(self._followers)
            try:
                standing = await run_in_threadpool(look, {one.session_id for one in seen.values()})
            except Exception as fault:  # nobody can be asked: they see nothing new either
                _log.warning("live.unwatched", why=type(fault).__name__)
                continue
            for queue, one in seen.items():
                if one.needs not in standing.get(one.session_id, ()):
                    self._followers.pop(queue, None)
                    _put_newest(queue, None)

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


def _put_newest(queue: asyncio.Queue[str | None], made: str | None) -> None:
    """Whoever reads slowly gets the newest alone."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(made)


def _event(data: str) -> str:
    return "".join(f"data: {line}\n" for line in data.splitlines() or [""]) + "\n"
