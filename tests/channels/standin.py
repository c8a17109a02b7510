"""A small carrier on loopback that does what a test tells it to, and remembers what it was asked."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from hotline.channels.twilio.account import Account
from tests.channels.forms import ACCOUNT, MESSAGE


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


Act = Callable[[asyncio.StreamWriter], None]


def answers(status: int, told: Any = None, **headers: str) -> Act:
    body = told if isinstance(told, bytes) else json.dumps(told or {}).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda writer: writer.write("\r\n".join([*lines, "", ""]).encode() + body)


def accepts(sid: str = MESSAGE, status: str = "queued") -> Act:
    return answers(201, {"sid": sid, "status": status})


def refuses(code: int, status: int = 400) -> Act:
    return answers(status, {"code": code, "message": "no", "more_info": "", "status": status})


def resets(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


def keeps_silent(_: asyncio.StreamWriter) -> None:
    pass


def breaks_off(writer: asyncio.StreamWriter) -> None:
    """Half an answer, then the end."""
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"sid": "')
    writer.close()


def babbles(writer: asyncio.StreamWriter) -> None:
    writer.write(b"what?\r\n\r\n")
    writer.close()


@dataclass
class StandIn:
    """Answers each request with `act(request)`; `asked` is what came, `port` where."""

    act: Callable[[Asked], Act]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def account(self) -> Account:
        return Account(ACCOUNT, "SK" + "0" * 32, "secret", f"http://127.0.0.1:{self.port}")

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                self.act(asked)(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


@contextmanager
def standing_in(*acts: Act, act: Callable[[Asked], Act] | None = None) -> Iterator[StandIn]:
    """Do the acts in order, the last one again and again; or decide by request with `act`."""
    left = list(acts)
    carrier = StandIn(act or (lambda _: left.pop(0) if len(left) > 1 else left[0]))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    started = asyncio.run_coroutine_threadsafe(asyncio.start_server(carrier.converse, "127.0.0.1", 0), loop)
    server = started.result()
    carrier.port = server.sockets[0].getsockname()[1]
    try:
        yield carrier
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    server.close()
    conversations = asyncio.all_tasks() - {asyncio.current_task()}
    for conversation in conversations:
        conversation.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)
