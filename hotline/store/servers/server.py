"""What the embedded PostgreSQL and Redis have in common: one life at a time, proven by connecting."""

import os
import select
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, ClassVar, Final

from hotline.store.servers.account import Account
from hotline.store.servers.children import Child, StopStep
from hotline.store.servers.datadir import unusable
from hotline.store.servers.errors import ServerDied, ServerNotReady, StartInterrupted
from hotline.store.servers.locks import FileLock
from hotline.store.servers.sockets import listener, remove_stale

Report = Callable[[str], None]

READY_WITHIN_S: Final = 300.0  # crash recovery after a full WAL on a slow disk takes minutes
_POLL_S: Final = 0.02
_PROGRESS_EVERY_S: Final = 5.0
_LARGEST_LOG: Final = 1024 * 1024
_LAST_LINES: Final = 6

# A server gets nothing of our environment: it holds the hotline's keys and tokens.
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a server lives: the folder of its data, its socket, its lock and log, and the user it runs as."""

    home: Path
    sockets: Path
    account: Account


class EmbeddedServer(ABC):
    """A server process of ours that serves one folder on one Unix socket."""

    name: ClassVar[str]
    folder: ClassVar[str]
    socket_name: ClassVar[str]
    on_parent_death: ClassVar[signal.Signals]
    stop_steps: ClassVar[tuple[StopStep, ...]]

    def __init__(self, spot: Spot, ready_within_s: float = READY_WITHIN_S) -> None:
        self.spot = spot
        self.data = spot.home / self.folder
        self.socket = spot.sockets / self.socket_name
        self.log = spot.home / f"{self.folder}.log"
        self._ready_within_s = ready_within_s
        self._child: Child | None = None
        self._log_begins = 0

    @abstractmethod
    def prepare(self, life: FileLock, report: Report) -> None:
        """Make the data when there is none yet, and the server's configuration."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program and its arguments, to run in the foreground."""

    @abstractmethod
    def waiting_for(self) -> str | None:
        """None when it answered a question just now, else what it is doing. Raises ServerNotReady."""

    @abstractmethod
    def furnish(self) -> None:
        """Once it answers: what must be there before anybody uses it."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._child.exit_code if self._child else None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self, report: Report, cancelled: Event) -> None:
        """Start it and return when it answers. Raises ServersError."""
        try:
            with self._only_life(report, cancelled) as life:
                self._clear_socket()
                self.prepare(life, report)
                self._child = self._spawn(life)
            self._await(report, cancelled)
            self.furnish()
        except OSError as error:
            self.stop()
            raise unusable(self.spot.home, error) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it in order; nothing when it does not run."""
        if self._child is not None:
            self._child.stop(self.steps_now())

    def steps_now(self) -> tuple[StopStep, ...]:
        """How to end it in the state it is in."""
        return self.stop_steps

    def last_lines(self) -> list[str]:
        """The end of what it logged in this life, which by its settings holds no data of callers."""
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(max(self._log_begins, log.seek(0, os.SEEK_END) - 4096))
            lines = log.read().decode(errors="replace").splitlines()
            return [line.strip() for line in lines if line.strip()][-_LAST_LINES:]
        return []

    def open_log(self) -> IO[bytes]:
        """Its log, opened for appending; a large one is set aside first (one is kept)."""
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > _LARGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        log = os.fdopen(os.open(self.log, flags, 0o600), "ab")
        self._log_begins = os.fstat(log.fileno()).st_size
        return log

    def _clear_socket(self) -> None:
        if listener(self.socket) is not None:
            raise ServerNotReady(f"{self.name} at {self.socket} was started by others: stop it first.")
        remove_stale(self.socket)

    def _spawn(self, life: FileLock) -> Child:
        with self.open_log() as log:
            return Child.start(
                self.name,
                self.command(),
                environment=ENVIRONMENT,
                directory=Path("/"),
                output=log,
                account=self.spot.account,
                inherited=(life.descriptor,),
                on_parent_death=self.on_parent_death,
            )

    def _await(self, report: Report, cancelled: Event) -> None:
        began_at = told_at = time.monotonic()
        while (doing := self.waiting_for()) is not None:
            now = time.monotonic()
            if (code := self.exit_code) is not None:
                raise ServerDied(self.name, code, self.last_lines())
            if now - began_at > self._ready_within_s:
                raise ServerNotReady(
                    f"{self.name} {doing} and was not ready after {self._ready_within_s:.0f} s."
                )
            if now - told_at > _PROGRESS_EVERY_S:
                told_at = now
                report(f"{self.name} {doing} ({now - began_at:.0f} s so far).")
            _pause(cancelled, _POLL_S)

    def _only_life(self, report: Report, cancelled: Event) -> FileLock:
        """The lock that the server and all its own children keep held for as long as one of them lives."""
        _pause(cancelled, 0)
        path = self.spot.home / f"{self.folder}.alive"
        if (life := FileLock.take(path)) is not None:
            return life
        report(f"{self.name} of an earlier run is still up; ending it first.")
        for step in self.stop_steps:
            self._end_leftover(step.signal)
            until = time.monotonic() + step.patience_s
            while time.monotonic() < until:
                if (life := FileLock.take(path)) is not None:
                    return life
                _pause(cancelled, _POLL_S)
        raise ServerNotReady(
            f"{self.name} of an earlier run does not end: look for it with ps, or start again."
        )

    def _end_leftover(self, signal_number: signal.Signals) -> None:
        pid = self._leftover()
        if pid is not None and pid != os.getpid():
            _signal_while(pid, signal_number, lambda: self._leftover() == pid)

    def _leftover(self) -> int | None:
        """Who listens on our socket; or, its socket gone, who works in our folder."""
        return listener(self.socket) or _worker_in(self.data)


def _pause(cancelled: Event, pause_s: float) -> None:
    if cancelled.wait(pause_s):
        raise StartInterrupted("Stopped while starting.")


def _signal_while(pid: int, signal_number: signal.Signals, is_still_it: Callable[[], bool]) -> None:
    """Signal a process that is not our child, never one that took its number meanwhile."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform != "linux":
            os.kill(pid, signal_number)
            return
        handle = os.pidfd_open(pid)
        try:
            if is_still_it() and not select.select([handle], [], [], 0)[0]:
                signal.pidfd_send_signal(handle, signal_number)
        finally:
            os.close(handle)


def _worker_in(folder: Path) -> int | None:
    """The process whose working directory is the folder and whose parent's is not (Linux only)."""
    inside = {pid for pid in _process_ids() if _works_in(pid, folder)}
    return next((pid for pid in sorted(inside) if _parent(pid) not in inside), None)


def _process_ids() -> list[int]:
    with suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []


def _works_in(pid: int, folder: Path) -> bool:
    with suppress(OSError):
        return os.path.samefile(f"/proc/{pid}/cwd", folder)
    return False


def _parent(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return int(stat.rpartition(")")[2].split()[1])
    return 0
