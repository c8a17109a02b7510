"""One line on a data directory: hold it, bring its servers up, and notice when they are gone for good."""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from hotline.cli.console import Refusal, err
from hotline.cli.processes import START_S, TELL_EVERY_S
from hotline.cli.words import say
from hotline.settings import Settings
from hotline.store.servers.account import servers_account
from hotline.store.servers.datadir import hold_line, open_data_directory, require_no_line, unusable
from hotline.store.servers.endpoints import connect_info, is_supervised
from hotline.store.servers.errors import AlreadyRunning, Holder, ServersError
from hotline.store.servers.supervisor import Supervisor

GONE_S: Final = 30.0  # servers that somebody else holds may be started again by a service manager
LOOK_EVERY_S: Final = 1.0

Why = Callable[[], str | None]


def hold(settings: Settings, stack: ExitStack, command: str, url: str) -> None:
    """Hold the data directory for this command until the stack closes. Raises Refusal when it is taken."""
    directory = settings.data_dir.expanduser().absolute()
    if _brings_none(settings):
        _make(directory)
    else:  # as the supervisor does, who comes after us and changes the mode of an empty directory only
        open_data_directory(directory, servers_account(production=settings.mode == "production"))
    try:
        stack.callback(hold_line(directory, command, url, time.sleep).close)
    except AlreadyRunning as taken:
        raise Refusal(in_use(taken)) from None


def embedded(settings: Settings, stack: ExitStack, command: str, url: str) -> Why:
    """Servers for a command that may share those of `hotline up` with others of its kind.

    Raises Refusal when another whole line lives in the data directory: its servers would go with it.
    """
    if _brings_none(settings):
        return lambda: None
    directory = settings.data_dir.expanduser().absolute()
    try:
        require_no_line(directory)
    except AlreadyRunning as taken:
        raise Refusal(in_use(taken)) from None
    if _are_up(directory):
        return Borrowed(directory)
    hold(settings, stack, command, url)
    return servers_of(settings, stack)


def servers_of(settings: Settings, stack: ExitStack) -> Why:
    """The embedded servers, started unless they are up already or others are configured.

    Returns what says why they are gone for good (None: they are not). Raises Refusal and ServersError.
    """
    if _brings_none(settings):
        return lambda: None
    if _are_up(settings.data_dir):
        return Borrowed(settings.data_dir)
    supervisor = supervise(settings, stack, tell)
    return lambda: why_ended(supervisor)


def _are_up(directory: Path) -> bool:
    """Does somebody hold servers that answer? Those that are still starting are waited for."""
    began_at = time.monotonic()
    while connect_info(directory, within_s=TELL_EVERY_S) is None:
        waited_s = time.monotonic() - began_at
        if waited_s >= START_S or not is_supervised(directory):
            return False
        tell(
            say(
                "The servers of the data directory are still starting ({SECONDS} s so far)…",
                SECONDS=f"{waited_s:.0f}",
            )
        )
    return True


def supervise(settings: Settings, stack: ExitStack, report: Callable[[str], None]) -> Supervisor:
    """Be the supervisor until the stack closes. Raises Refusal and ServersError.

    Until somebody else listens to signals, SIGTERM (a service manager's way to end us) is as good as Ctrl-C.
    """
    stack.callback(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, signal.default_int_handler))
    supervisor = Supervisor(settings.data_dir, production=settings.mode == "production")
    stack.callback(supervisor.stop)
    try:
        supervisor.start(lambda sentence: report(say(sentence)))
    except AlreadyRunning as taken:
        raise Refusal(in_use(taken)) from None
    return supervisor


def tell(sentence: str) -> None:
    """What a supervisor reports, beside what the command itself says."""
    err.print(sentence, style="dim", markup=False)


def why_ended(supervisor: Supervisor) -> str | None:
    """Why our own supervisor gave up, None while it has not."""
    try:
        supervisor.wait(0)
    except ServersError as fault:
        return say("The embedded servers gave up: {WHY}", WHY=fault)
    return None


class Borrowed:
    """Servers that `hotline up` holds: gone when nobody has held them for a while."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._clock = clock
        self._looked_at = self._held_at = clock()

    def __call__(self) -> str | None:
        now = self._clock()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            if is_supervised(self._directory):
                self._held_at = now
        if now - self._held_at < GONE_S:
            return None
        return say("The servers of `hotline up` have been gone for {SECONDS} s.", SECONDS=f"{GONE_S:.0f}")


def in_use(taken: AlreadyRunning) -> str:
    """One sentence: what lives in the data directory, and what to do."""
    match taken.holder:
        case Holder(command="demo") as holder:
            return say(
                "A demo already runs on the data directory {FOLDER} (process {PID}, {URL}): use that one or"
                " stop it with Ctrl-C, or give this one a folder of its own, such as HOTLINE_DATA_DIR=var-2.",
                FOLDER=taken.directory,
                PID=holder.pid,
                URL=holder.url,
            )
        case Holder(command="serve") as holder:
            return say(
                "`hotline serve` already runs on the data directory {FOLDER} (process {PID}, {URL}): stop it"
                " first, or start `hotline up` for several to share, or choose another HOTLINE_DATA_DIR.",
                FOLDER=taken.directory,
                PID=holder.pid,
                URL=holder.url,
            )
        case holder:
            return say(
                "The data directory {FOLDER} is in use by another `hotline up`, `serve` or `demo` (process"
                " {PID}): other commands find it by themselves; for a second hotline choose another"
                " HOTLINE_DATA_DIR.",
                FOLDER=taken.directory,
                PID=holder.pid if holder else "?",
            )


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise unusable(directory, fault) from fault


def _brings_none(settings: Settings) -> bool:
    return bool(settings.database_url and settings.redis_url)
