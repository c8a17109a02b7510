"""A small load generator: prepared requests over open connections, closed loop or at a steady rate."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Seen:
    """What came back: milliseconds of each answer, and statuses that were not 200 or 204."""

    times_ms: list[float] = field(default_factory=list)
    wrong: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times_ms) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One keep-alive connection that has one request under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed"))

    async def ask(self, request: bytes) -> int:
        """Send and wait; the status of the answer."""
        assert self.transport
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        head = await self._answer
        return int(head[9:12])

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        place = head.lower().find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) >= end + 4 + length:
            self._buffer = self._buffer[end + 4 + length :]
            if self._answer and not self._answer.done():
                self._answer.set_result(head)


def request(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One whole HTTP request as bytes."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def closed_loop(port: int, requests: Sequence[bytes], connections: int) -> Seen:
    """Ask as fast as answers come, with so many connections."""
    seen, waiting = Seen(), iter(requests)
    loop = asyncio.get_running_loop()

    async def one() -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        for item in waiting:
            await _timed(connection, item, seen)
        assert connection.transport
        connection.transport.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    seen.seconds = time.perf_counter() - started
    return seen


async def steady(port: int, requests: Sequence[bytes], per_second: float, connections: int) -> Seen:
    """Ask at a steady rate; waiting for a free connection counts as waiting for the answer."""
    seen = Seen()
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(connections):
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        free.put_nowait(connection)

    async def one(item: bytes) -> None:
        started = time.perf_counter()
        connection = await free.get()
        await _timed(connection, item, seen, started)
        free.put_nowait(connection)

    tasks = []
    begun = time.perf_counter()
    for place, item in enumerate(requests):
        await asyncio.sleep(max(0.0, begun + place / per_second - time.perf_counter()))
        tasks.append(asyncio.create_task(one(item)))
    await asyncio.gather(*tasks)
    seen.seconds = time.perf_counter() - begun
    return seen


async def _timed(connection: _Connection, item: bytes, seen: Seen, started: float | None = None) -> None:
    begun = started or time.perf_counter()
    status = await connection.ask(item)
    seen.times_ms.append((time.perf_counter() - begun) * 1000)
    seen.wrong += status not in {200, 204}
