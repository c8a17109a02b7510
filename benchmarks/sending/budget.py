"""How long a run may take, and how slow the machine is today: measured, not assumed."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Final

ROUNDS: Final = 200_000
CALM_S: Final = (
    0.1  # so long for as many rounds on the machine of benchmarks/README.md, when nobody else works
)


class TooLate(BaseException):
    """The time is over, wherever it was: no `except Exception` on the way keeps it."""


def slowness() -> float:
    """How many times slower than when nobody else works: 1 at the least."""
    began, digest = time.monotonic(), b""
    for _ in range(ROUNDS):
        digest = sha256(digest).digest()
    return max(1.0, (time.monotonic() - began) / CALM_S)


def since_start() -> float:
    """Seconds since this process began, its imports too (proc(5), field 22 of stat)."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / 100
    except (OSError, AttributeError):  # no Linux
        return time.perf_counter()


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Raises TooLate within when so much time has passed; None: never. For the main thread."""
    if seconds is None:
        yield
        return

    def give_up(_: int, __: FrameType | None) -> None:
        raise TooLate

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
