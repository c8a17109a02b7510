"""The doors as child processes: web, worker and pretend carrier, ended together."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from hotline.cli.console import Refusal
from hotline.store.servers.children import Child

START_S: Final = 30.0
LOOK_S: Final = 0.1


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
                f"port {port} cannot be used ({fault.strerror}): stop what uses it, or choose another"
                f" with {option} NUMBER"
            ) from None


class Troupe:
    """Children that belong together: when one ends unasked, all end."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._asked = threading.Event()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        child = Child.start(name, list(command), environment={**os.environ, **(environment or {})})
        self._children.append(child)
        return child

    def await_answer(self, child: Child, url: str) -> None:
        """Wait until an address answers. Raises Refusal when the child ends or takes too long."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and not self._asked.is_set():
            if not child.is_running:
                raise Refusal(f"{child.name} ended while starting; the lines above say why")
            try:
                with urlopen(url, timeout=2):  # noqa: S310 - an address of this machine, made above
                    return
            except (URLError, OSError):
                self._asked.wait(LOOK_S)
        if not self._asked.is_set():
            raise Refusal(f"{child.name} did not answer within {START_S:.0f} s; the lines above may say why")

    def stay(self) -> str | None:
        """Wait for Ctrl-C or SIGTERM; the name of a child that ended unasked, or None."""
        while not self._asked.wait(LOOK_S):
            for child in self._children:
                if not child.is_running:
                    return child.name
        return None

    def ask_to_end(self, *_: int | FrameType | None) -> None:
        self._asked.set()

    def listen_to_signals(self) -> None:
        """Ctrl-C and SIGTERM end everything in order."""
        signal.signal(signal.SIGINT, self.ask_to_end)
        signal.signal(signal.SIGTERM, self.ask_to_end)

    def stop(self) -> None:
        """End every child, the last started first."""
        for child in reversed(self._children):
            child.stop()
