"""The doors as child processes: web, worker and pretend carrier, ended together."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from types import FrameType
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from hotline.cli.console import Refusal
from hotline.cli.words import say
from hotline.store.servers.children import Child

# A child that lives is waited for: on a busy machine a start takes minutes, and that is no failure.
START_S: Final = 300.0
TELL_EVERY_S: Final = 5.0
LOOK_S: Final = 0.1
ANSWER_S: Final = 5.0


def web_command(host: str, port: int, processes: int = 1) -> list[str]:
    """uvicorn by import string, so that no door imports another."""
    return [
        *(sys.executable, "-m", "uvicorn", "hotline.web.app:create", "--factory"),
        *("--host", host, "--port", str(port), "--no-access-log", "--no-server-header"),
        *("--log-level", "warning", "--timeout-graceful-shutdown", "10"),
        *("--http", "httptools", "--loop", "uvloop", "--no-proxy-headers", "--workers", str(processes)),
    ]


def work_command(roles: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "workers", *(part for role in roles for part in ("--role", role))]


def simulator_command(port: int) -> list[str]:
    return [sys.executable, "-m", "hotline.simulator", "--port", str(port)]


def require_free(host: str, port: int, option: str) -> None:
    """Raises Refusal with a sentence when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Refusal(
                say(
                    "port {PORT} cannot be used ({WHY}): stop what uses it, or choose another with"
                    " {OPTION} NUMBER",
                    PORT=port,
                    WHY=fault.strerror,
                    OPTION=option,
                )
            ) from None


class Troupe:
    """Children that belong together: when one ends unasked, or what all stand on is gone, all end."""

    def __init__(self, why_gone: Callable[[], str | None] = lambda: None) -> None:
        """`why_gone` says why the servers they all use are gone for good, None while they are not."""
        self._why_gone = why_gone
        self._children: list[Child] = []
        self._last: list[Child] = []
        self._asked = threading.Event()

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        ends_last: bool = False,
    ) -> Child:
        """Start a child. One that `ends_last` is what the others still speak to while they end."""
        child = Child.start(name, list(command), environment={**os.environ, **(environment or {})})
        (self._last if ends_last else self._children).append(child)
        return child

    def await_answer(self, child: Child, url: str, tell: Callable[[str], object] = lambda _: None) -> None:
        """Wait until an address answers, for as long as every child lives; `tell` hears of the waiting.

        Raises Refusal when one ends, the servers are gone, or START_S are over. Returns when asked to end.
        """
        began_at = told_at = time.monotonic()
        while not self._asked.is_set():
            self._require_all(say("{NAME} ended while starting; the lines above say why"))
            if _answers(url):
                return
            now = time.monotonic()
            if now - began_at > START_S:
                raise Refusal(
                    say(
                        "{NAME} did not answer within {SECONDS} s; the lines above may say why",
                        NAME=child.name,
                        SECONDS=f"{START_S:.0f}",
                    )
                )
            if now - told_at > TELL_EVERY_S:
                told_at = now
                seconds = f"{now - began_at:.0f}"
                tell(say("{NAME} is still starting ({SECONDS} s so far)…", NAME=child.name, SECONDS=seconds))
            self._asked.wait(LOOK_S)

    def stay(self) -> None:
        """Wait for Ctrl-C or SIGTERM. Raises Refusal when a child ends unasked or the servers are gone."""
        while not self._asked.wait(LOOK_S):
            self._require_all(say("{NAME} ended by itself; the lines above say why"))

    def ask_to_end(self, *_: int | FrameType | None) -> None:
        self._asked.set()

    def listen_to_signals(self) -> None:
        """Ctrl-C and SIGTERM end everything in order."""
        signal.signal(signal.SIGINT, self.ask_to_end)
        signal.signal(signal.SIGTERM, self.ask_to_end)

    def stop(self) -> None:
        """End the children side by side, then those that end last."""
        for group in (self._children, self._last):
            if group:
                with ThreadPoolExecutor(len(group), "ending") as ending:
                    list(ending.map(Child.stop, group))

    def _require_all(self, sentence: str) -> None:
        for child in (*self._children, *self._last):
            if not child.is_running:
                raise Refusal(sentence.replace("{NAME}", child.name))
        if why := self._why_gone():
            raise Refusal(why)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=ANSWER_S):  # noqa: S310 - an address of this machine, made by the caller
            return True
    except (URLError, OSError, HTTPException):
        return False
