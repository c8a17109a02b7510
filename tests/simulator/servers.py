"""Real servers on this machine for the few tests that need sockets: a customer, and the carrier."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Form = dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(app: Any, port: int) -> Iterator[str]:
    """Serve an application in a thread; gives its address."""
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def wait_until(is_so: Callable[[], object], timeout_s: float = 15.0) -> None:
    until = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.01)


def customer(answer: Callable[[str, Form], str], seen: list[tuple[str, Form]]) -> Starlette:
    """A customer whose every path is answered by `answer(path, form)` with the inside of a Response."""

    async def endpoint(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        path = request.url.path
        seen.append((path, form))
        body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{answer(path, form)}</Response>'
        return Response(body, media_type="text/xml")

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])])
