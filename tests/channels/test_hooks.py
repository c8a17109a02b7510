"""A webhook goes to one address in one bounded request, and to nowhere inside."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import pytest

from hotline.channels.hooks import HookPoster
from hotline.domain.hook import Told

HEADERS: Final = {"Content-Type": "application/json", "Hotline-Event": "alert.released"}
BODY: Final = b'{"event":"alert.released"}'


class Program(BaseHTTPRequestHandler):
    """Another program: answers as its path says, and remembers what it was told."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status = int(self.path.rsplit("/", 1)[1].partition("?")[0])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere/200")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def listening() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
    server = HTTPServer(("127.0.0.1", 0), Program)
    told: list[tuple[str, dict[str, str], bytes]] = []
    server.told = told  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def answering(*, trickle: bool) -> Iterator[str]:
    """A program that takes the call and never comes to an end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def answer() -> None:
            line, _ = server.accept()
            with line:
                while not over.wait(0.05):
                    if trickle:
                        try:
                            line.send(b"x")
                        except OSError:
                            return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join(2)


def test_it_is_posted_as_it_is() -> None:
    with listening() as (address, told):
        assert HookPoster(may_loop=True)(f"{address}/hook/204?token=x", HEADERS, BODY) == Told(204)
    [(path, headers, body)] = told
    assert (path, body) == ("/hook/204?token=x", BODY)
    assert headers["Hotline-Event"] == "alert.released"
    assert headers["Host"].startswith("127.0.0.1:")


@pytest.mark.parametrize("status", [200, 410, 500])
def test_the_answer_is_its_status(status: int) -> None:
    with listening() as (address, _):
        assert HookPoster(may_loop=True)(f"{address}/{status}", HEADERS, BODY) == Told(status)


def test_a_redirect_is_not_followed() -> None:
    with listening() as (address, told):
        assert HookPoster(may_loop=True)(f"{address}/302", HEADERS, BODY) == Told(302)
    assert [path for path, _, _ in told] == ["/302"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_production_does_not_reach_this_machine(host: str) -> None:
    with listening() as (address, told):
        inside = address.replace("127.0.0.1", host)
        assert HookPoster()(f"{inside}/200", HEADERS, BODY) == Told(None)
        assert HookPoster()(f"{inside.replace('http:', 'https:')}/200", HEADERS, BODY) == Told(None)
    assert told == []


def test_a_name_that_leads_inside_is_not_followed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when another of its addresses is a public one: a name can be made to say anything."""

    def leads_to(*addresses: str) -> Any:
        return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was reached out to")

    monkeypatch.setattr(socket, "create_connection", refused)
    for inside in ("10.0.0.1", "169.254.169.254", "127.0.0.1", "192.168.0.1", "100.64.0.1"):
        monkeypatch.setattr(socket, "getaddrinfo", leads_to("93.184.215.14", inside))
        assert HookPoster()("https://partner.example.org/", HEADERS, BODY) == Told(None)
        assert HookPoster(may_loop=True)("http://partner.example.org/", HEADERS, BODY) == Told(None)


def test_what_is_in_the_clear_goes_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert HookPoster(may_loop=True)("http://partner.example.org/", HEADERS, BODY) == Told(None)


@pytest.mark.parametrize("trickle", [True, False])
def test_who_never_comes_to_an_end_is_left(trickle: bool) -> None:
    with answering(trickle=trickle) as address:
        began = time.monotonic()
        assert HookPoster(may_loop=True, within_s=0.4)(address, HEADERS, BODY) == Told(None)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "https://xn--\udcff/", "https://127.0.0.1:99999/", "http://[::1", "x"]
)
def test_an_address_that_leads_nowhere_is_no_fault(address: str) -> None:
    assert HookPoster(may_loop=True)(address, HEADERS, BODY) == Told(None)
