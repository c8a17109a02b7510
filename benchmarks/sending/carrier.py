"""A carrier that only counts: answers every POST with a message of its own, in its own process.

`python -m benchmarks.sending.carrier --port 8820`. It reads no form: it finds where a request ends, notes
when it came, weighs it by words it was told to look for, and answers after the latency it was told.
The times it notes are of the machine's monotonic clock, the same for every process.
"""

import argparse
import asyncio
import json
import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import uvloop

_BODY: Final = (
    '{"account_sid":"ACdddddddddddddddddddddddddddddddd","api_version":"2010-04-01","body":"%s",'
    '"date_created":"Thu, 24 Aug 2023 05:01:45 +0000","date_sent":"Thu, 24 Aug 2023 05:01:45 +0000",'
    '"date_updated":"Thu, 24 Aug 2023 05:01:45 +0000","direction":"outbound-api","error_code":null,'
    '"error_message":null,"from":"+15005550006","num_media":"0","num_segments":"1","price":null,'
    '"price_unit":"USD","messaging_service_sid":null,"sid":"SM#SID#","status":"queued",'
    '"subresource_uris":{"media":"/2010-04-01/Accounts/ACdddddddddddddddddddddddddddddddd/Messages/media.json"},'
    '"to":"+12135550101","uri":"/2010-04-01/Accounts/ACdddddddddddddddddddddddddddddddd/Messages/x.json"}'
) % ("w" * 140)
_HEADS: Final = (
    "HTTP/1.1 201 CREATED\r\nContent-Type: application/json;charset=utf-8\r\n"
    "Twilio-Request-Duration: 0.041\r\n"
    "Twilio-Concurrent-Requests: 1\r\nX-Shenanigans: none\r\nContent-Length: %d\r\n\r\n"
)
_LENGTH: Final = len(_BODY) - len("#SID#") + 32
_BEFORE, _AFTER = (_HEADS % _LENGTH + _BODY).encode().split(b"#SID#")
TICK_S: Final = 0.001


class Seen:
    """What came: a time and a weight for each request, and the first with each word looked for."""

    def __init__(self) -> None:
        self.count = 0
        self.latency_s = 0.0
        self.weights: list[tuple[bytes, int]] = []
        self.mark = b""
        self.clear()

    def clear(self) -> None:
        self.times, self.weighed = array("d"), array("B")
        self.marked = array("d")
        self.in_flight = self.most_in_flight = 0

    def told(self, orders: dict[str, str]) -> None:
        """`latency` in seconds, `mark` a word, `weigh` as word:weight, `clear`."""
        if "latency" in orders:
            self.latency_s = float(orders["latency"])
        if "mark" in orders:
            self.mark = orders["mark"].encode()
        if "weigh" in orders:
            pairs = (pair.split(":") for pair in orders["weigh"].split(",") if pair)
            self.weights = [(word.encode(), int(weight)) for word, weight in pairs]
        if "clear" in orders:
            self.clear()

    def came(self, request: bytes) -> None:
        now = time.monotonic()
        self.times.append(now)
        if self.weights:
            self.weighed.append(next((weight for word, weight in self.weights if word in request), 1))
        if self.mark and self.mark in request:
            self.marked.append(now)

    def report(self) -> dict[str, Any]:
        return {
            "count": len(self.times),
            "times": self.times.tolist(),
            "weights": self.weighed.tolist(),
            "marked": self.marked.tolist(),
            "most_in_flight": self.most_in_flight,
        }

    def answer(self) -> bytes:
        self.count += 1
        return b"%b%032x%b" % (_BEFORE, self.count, _AFTER)


class Late:
    """Answers that wait for their time, in the order they came; looked at each millisecond."""

    def __init__(self, seen: Seen, loop: asyncio.AbstractEventLoop) -> None:
        self._seen, self._loop = seen, loop
        self._waiting: deque[tuple[float, Callable[[bytes], None]]] = deque()
        self._is_ticking = False

    def add(self, write: Callable[[bytes], None]) -> None:
        self._seen.in_flight += 1
        self._seen.most_in_flight = max(self._seen.most_in_flight, self._seen.in_flight)
        self._waiting.append((time.monotonic() + self._seen.latency_s, write))
        if not self._is_ticking:
            self._is_ticking = True
            self._loop.call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, write = self._waiting.popleft()
            self._seen.in_flight -= 1
            write(self._seen.answer())
        self._is_ticking = bool(self._waiting)
        if self._is_ticking:
            self._loop.call_later(TICK_S, self._tick)


class Door(asyncio.Protocol):
    """One connection."""

    def __init__(self, seen: Seen, late: Late) -> None:
        self._seen, self._late = seen, late
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own kind

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while (end := _end(self._buffer)) > 0:
            request, self._buffer = self._buffer[:end], self._buffer[end:]
            self._take(request)

    def _take(self, request: bytes) -> None:
        if request.startswith(b"GET /bench"):
            self._steer(request)
            return
        self._seen.came(request)
        if self._seen.latency_s:
            self._late.add(self._write)
        else:
            self._transport.write(self._seen.answer())

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _steer(self, request: bytes) -> None:
        asked = urlsplit(request.split(b" ", 2)[1].decode())
        self._seen.told(dict(parse_qsl(asked.query, keep_blank_values=True)))
        told = json.dumps(self._seen.report() if asked.path == "/bench/seen" else {}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n\r\n"
        self._transport.write(head.encode() + told)


def _end(buffer: bytes) -> int:
    """Where the first whole request ends; 0 when more is to come."""
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    place = buffer.find(b"ontent-Length: ", 0, head)
    if place < 0:
        place = buffer.find(b"ontent-length: ", 0, head)
    length = int(buffer[place + 15 : buffer.index(b"\r\n", place)]) if place > 0 else 0
    return head + 4 + length if len(buffer) >= head + 4 + length else 0


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    seen = Seen()
    late = Late(seen, loop)
    server = await loop.create_server(lambda: Door(seen, late), "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
