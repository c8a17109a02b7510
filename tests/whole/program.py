"""A real program of ours in its own process, its words kept in a file, ended by its own id."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

from hotline.store.servers.account import Account
from hotline.store.servers.children import Child

Value = TypeVar("Value")

BIN: Final = Path(sys.executable).parent
WITHIN_S: Final = 50.0  # two slow cores under a whole test run
STARTS_WITHIN_S: Final = 120.0
_LOOK_S: Final = 0.03
_OURS: Final = ("HOTLINE_", "TWILIO_", "SIMULATOR_", "PGHOST", "PGUSER", "PGPORT")


@dataclass(frozen=True, slots=True)
class Program:
    """One running program."""

    child: Child
    log: Path

    @property
    def pid(self) -> int:
        return self.child.pid

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def interrupt(self) -> int:
        """What Ctrl-C does to it; its exit code."""
        self.child.send(signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """Its exit code. Raises AssertionError when it does not end."""
        code = self.child.wait(WITHIN_S)
        assert code is not None, f"it never ended; it said:\n{self.said()}"
        return code

    def until_it_says(self, words: str) -> None:
        self._until(lambda: words in self.said(), f"it never said {words!r}")

    def until_it_answers(self, url: str) -> None:
        self._until(lambda: answers(url), f"{url} never answered")

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        def is_settled() -> bool:
            return holds() or not self.child.is_running

        eventually(is_settled, within_s=STARTS_WITHIN_S, what=lambda: f"{otherwise}:\n{self.said()}")
        assert holds(), f"it ended and {otherwise}:\n{self.said()}"


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> Iterator[Program]:
    """Run a program in the folder of its log, away from a developer's `.env`; ended at the latest here."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab"))
        child = Child.start(
            log.stem,
            command,
            environment=clean(environment or {}),
            directory=log.parent,
            output=output,
            account=account,
        )
        stack.callback(child.stop)
        yield Program(child, log)


def clean(given: Mapping[str, str]) -> dict[str, str]:
    """Our environment without a developer's own settings, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, "COLUMNS": "100", **given}


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def eventually(
    look: Callable[[], Value],
    done: Callable[[Value], object] = bool,
    within_s: float = WITHIN_S,
    what: Callable[[], str] | None = None,
) -> Value:
    """Look until it is done; the last sight. Raises AssertionError with it when the time is over."""
    until = time.monotonic() + within_s
    while not done(seen := look()):
        assert time.monotonic() < until, what() if what else f"still {seen!r}"
        time.sleep(_LOOK_S)
    return seen
