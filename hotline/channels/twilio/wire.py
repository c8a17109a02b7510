"""The one way to the carrier's REST API: an event loop in a thread of its own, with open connections."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import aiohttp

from hotline.channels.twilio.account import Account
from hotline.channels.twilio.fields import retry_after_s
from hotline.channels.twilio.inflight import BEGIN, InFlight
from hotline.domain.timing import USUAL

try:
    from uvloop import new_event_loop
except ImportError:  # not made for every system
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")
Fields = Iterable[tuple[str, str]]

# A reused connection that the carrier closes meanwhile leaves us without knowing: keep them short.
IDLE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The carrier answered, whatever it said. `retry_after` is the header or empty."""

    status: int
    body: bytes
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection: the request never left."""

    why: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request may have arrived; what came of it is not known."""

    why: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Its turn came, and whoever asked did not want it to begin any more."""

    why: str = "held back"


Reached = Answer | NotSent | NoAnswer | HeldBack
# Asked when a request has its place in flight, right before it goes.
Begin = Callable[[], Awaitable[bool]]


class Wire:
    """Sync outside, many requests at once inside; any thread may use it, also after a fork.

    Nothing here ever sends a request twice: a POST has no idempotency key at the carrier.
    https://www.twilio.com/docs/api/errors/20500
    """

    def __init__(
        self,
        account: Account,
        *,
        max_in_flight: int = 50,
        begin: int = BEGIN,
        connect_s: float = USUAL.connect_s,
        read_s: float = USUAL.read_s,
        begin_within_s: float = USUAL.begin_within_s,
    ) -> None:
        self.account = account
        self._max_in_flight = max_in_flight
        self._begin = begin
        self._begin_within_s = begin_within_s
        self._timeout = aiohttp.ClientTimeout(
            total=connect_s + read_s, connect=connect_s, sock_connect=connect_s, sock_read=read_s
        )
        self._lock = threading.Lock()
        self._thread: _LoopThread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in the loop and wait; whoever is interrupted here cancels it."""
        with self._lock:  # so that close() comes before or after, and nobody waits on a loop that ended
            future = asyncio.run_coroutine_threadsafe(work, self._loop_thread().loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def post(self, url: str, fields: Fields, begins: Begin | None = None) -> Reached:
        """Post a form, once."""
        return await self.post_form(url, urlencode(list(fields), errors="replace").encode(), begins=begins)

    @property
    def at_once(self) -> int:
        """The most requests that may ever be in flight."""
        return self._max_in_flight

    async def post_form(
        self, url: str, form: bytes, asked_at: float | None = None, begins: Begin | None = None
    ) -> Reached:
        """Post a form that is encoded already, once.

        One that waited too long for its turn is not begun any more (`NotSent`): whoever asked may have
        given it up, looked for it at the carrier, and asked again. `asked_at` is by the loop's clock; now,
        if none.
        """
        begin_by = (asked_at or asyncio.get_running_loop().time()) + self._begin_within_s
        return await self._ask("POST", url, form, begin_by, begins)

    async def get(self, url: str) -> Reached:
        return await self._ask("GET", url)

    async def delete(self, url: str) -> Reached:
        return await self._ask("DELETE", url)

    def close(self) -> None:
        """Close connections and end the thread. May be called twice; a later use opens them again."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread and thread.pid == os.getpid():
                thread.stop()

    def _loop_thread(self) -> "_LoopThread":
        if self._thread is None or self._thread.pid != os.getpid():
            self._thread = _LoopThread(self.account, self._max_in_flight, self._begin, self._timeout)
        return self._thread

    async def _ask(
        self,
        method: str,
        url: str,
        form: bytes | None = None,
        begin_by: float | None = None,
        begins: Begin | None = None,
    ) -> Reached:
        thread = self._thread
        if thread is None:
            return NotSent("closed")
        async with thread.in_flight as in_flight:
            if begin_by is not None and thread.loop.time() > begin_by:
                return NotSent("waited too long")
            if begins is not None and not await begins():
                return HeldBack()
            reached = await _asked(thread.session, method, url, form)
            if isinstance(reached, Answer):
                wait_s = retry_after_s(reached.retry_after) or 0.0
                in_flight.heard(too_many=reached.status == 429, retry_after_s=wait_s)
            return reached


class _LoopThread:
    """The loop, its thread, its session: made together, ended together."""

    def __init__(
        self, account: Account, max_in_flight: int, begin: int, timeout: aiohttp.ClientTimeout
    ) -> None:
        self.pid = os.getpid()
        self.loop = new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="carrier", daemon=True)
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(_opened(account, max_in_flight, begin, timeout), self.loop)
        self.session, self.in_flight = opened.result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._closed(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _closed(self) -> None:
        """End what is under way before the connections go, so that whoever waits is told."""
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self.session.close()


async def _opened(
    account: Account, max_in_flight: int, begin: int, timeout: aiohttp.ClientTimeout
) -> tuple[aiohttp.ClientSession, InFlight]:
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=max_in_flight, keepalive_timeout=IDLE_S),
        timeout=timeout,
        headers={"Authorization": account.authorization, "User-Agent": "hotline"},
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    return session, InFlight(max_in_flight, asyncio.get_running_loop().time, begin)


async def _asked(session: aiohttp.ClientSession, method: str, url: str, form: bytes | None) -> Reached:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else None
    try:
        async with session.request(
            method, url, data=form, headers=headers, allow_redirects=method == "GET"
        ) as response:
            body = await response.read()
            return Answer(response.status, body, response.headers.get("Retry-After", ""))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
        return NotSent(type(error).__name__)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return NoAnswer(type(error).__name__)
