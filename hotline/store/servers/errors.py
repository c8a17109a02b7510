"""What can go wrong with the embedded servers, each as a sentence for the person at the terminal.

ServersError
├── BinariesMissing          the wheels that carry the servers are not installed, or not for this machine
├── AccountUnusable          root where root is refused, or an account that cannot be used
├── DataDirectoryUnusable    not ours, not writable, open to others, out of space
├── AlreadyRunning           somebody else holds this data directory
├── StartInterrupted         asked to stop while starting
└── ServerFailed
    ├── ServerDied           ended by itself; with the last lines of its log
    └── ServerNotReady       runs, but did not become ready, or could not be ended, in time
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final


class ServersError(Exception):
    """The message says what is wrong and what to do; it holds no data of callers."""


class BinariesMissing(ServersError):
    pass


class AccountUnusable(ServersError):
    pass


class DataDirectoryUnusable(ServersError):
    pass


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a data directory, as the note in the lock's file says: for people, nothing decides by it."""

    pid: int
    started_at: str
    command: str = ""
    url: str = ""


class AlreadyRunning(ServersError):
    """Somebody holds the data directory. `holder` is None when the note cannot be read."""

    def __init__(self, directory: Path, holder: Holder | None) -> None:
        self.directory = directory
        self.holder = holder
        who = f" (it says: process {holder.pid}, since {holder.started_at})" if holder else ""
        super().__init__(
            f"The data directory {directory} is in use by another `hotline up`, `serve` or `demo`{who}. "
            "Other commands find it by themselves; to start a second hotline choose another HOTLINE_DATA_DIR."
        )


class StartInterrupted(ServersError):
    pass


class ServerFailed(ServersError):
    pass


class ServerNotReady(ServerFailed):
    pass


class ServerDied(ServerFailed):
    """A server process ended by itself. `lines` are the last lines it wrote, `exit_code` as in Popen."""

    def __init__(self, name: str, exit_code: int, lines: Sequence[str]) -> None:
        self.name = name
        self.exit_code = exit_code
        self.lines = tuple(lines)
        super().__init__(" ".join(_sentences(name, exit_code, self.lines)))


# What the servers write when the machine is at fault, and what helps.
_ADVICE: Final[tuple[tuple[str, str], ...]] = (
    ("No space left on device", "The disk is full: free some space, then start again."),
    ("Disk quota exceeded", "The disk quota is used up: free some space, then start again."),
    ("Read-only file system", "The disk is read-only: mount it writable or choose another HOTLINE_DATA_DIR."),
    (
        "Permission denied",
        "Something in the data directory belongs to another user: give it back with chown.",
    ),
    (
        "has wrong ownership",
        "The data belongs to another user: start as that user or give it back with chown.",
    ),
    ("Cannot allocate memory", "The machine is out of memory: at least 300 MB should be free."),
    ("incompatible with server", "The data was written by another version of the server: keep that version."),
    ("Can't handle RDB format", "The data was written by a newer Redis: keep that version."),
)


def _sentences(name: str, exit_code: int, lines: tuple[str, ...]) -> list[str]:
    how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with code {exit_code}"
    said = [f"Its last words: {' | '.join(lines)}"] if lines else []
    return [f"{name} {how}.", *advice(lines), *said]


def advice(lines: Sequence[str]) -> list[str]:
    """The sentences that help with what a server wrote, none when it is unknown."""
    return [sentence for sign, sentence in _ADVICE if any(sign in line for line in lines)]
