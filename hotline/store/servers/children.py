"""Child processes that end when their parent does, are asked before they are killed, and ignore Ctrl-C."""

import ctypes
import math
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from hotline.store.servers.account import Account

Output = IO[bytes] | int | None


@dataclass(frozen=True, slots=True)
class StopStep:
    """Send the signal, then wait so long (seconds) for the end."""

    signal: signal.Signals
    patience_s: float


POLITELY: Final = (StopStep(signal.SIGTERM, 10.0), StopStep(signal.SIGKILL, 10.0))

_POLL_S: Final = 0.01
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None

# The kernel's signal "your parent died" comes when the *thread* that forked ends (prctl(2)), so that
# every child is started by one thread that lives as long as the process.
_SPAWNER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class Child:
    """A running process of ours, in its own process group (a terminal's Ctrl-C does not reach it)."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._process = process
        self._reaping = threading.Lock()

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        output: Output = None,
        account: Account | None = None,
        inherited: Sequence[int] = (),
        on_parent_death: signal.Signals = signal.SIGTERM,
    ) -> "Child":
        """Start `command`.

        `environment` replaces ours when given; `output` takes stdout and stderr (None: the terminal);
        `inherited` are file descriptors it keeps; `on_parent_death` is sent by Linux when we die.
        Raises OSError when the program cannot be started.
        """

        def spawn() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603  # a list, never a shell
                [str(part) for part in command],
                env=environment,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                pass_fds=tuple(inherited),
                process_group=0,
                umask=0o077,
                preexec_fn=_before_exec(on_parent_death, os.getpid()),  # noqa: PLW1509  # it takes no lock
                **(account.drop() if account else {}),
            )

        return cls(name, _SPAWNER.submit(spawn).result())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it. What it left in its group is killed."""
        with self._reaping:
            if self._process.returncode is None and self._has_ended():
                self._sweep()
                self._process.wait()
            return self._process.returncode

    @property
    def is_running(self) -> bool:
        return self.exit_code is None

    def send(self, signal_number: signal.Signals) -> None:
        """Signal the process itself; nothing when it has ended."""
        with self._reaping:
            if self._process.returncode is None:  # not reaped, so its number is still its own
                os.kill(self.pid, signal_number)

    def wait(self, timeout_s: float | None = None) -> int | None:
        """The exit code, or None when it still runs after `timeout_s`."""
        until = time.monotonic() + (math.inf if timeout_s is None else timeout_s)
        while (code := self.exit_code) is None and time.monotonic() < until:
            time.sleep(_POLL_S)
        return code

    def stop(self, steps: Sequence[StopStep] = POLITELY) -> int | None:
        """Ask by one signal after the other until it ends."""
        for step in steps:
            self.send(step.signal)
            if (code := self.wait(step.patience_s)) is not None:
                return code
        return self.exit_code

    def _has_ended(self) -> bool:
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._process.poll() is not None
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _sweep(self) -> None:
        """Kill its group before it is reaped: after that its number may become another group's."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def _before_exec(on_parent_death: signal.Signals, parent: int) -> Callable[[], None]:
    """What the child does between fork and exec (after the change of user, which would clear the signal)."""

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold callers' data and keys
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(on_parent_death), 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return prepare
