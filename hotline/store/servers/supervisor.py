"""The one supervisor behind `hotline up`: starts PostgreSQL and Redis, watches them, ends them in order."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from hotline.store.servers.account import servers_account
from hotline.store.servers.binaries import PostgresBinaries, find_postgres, find_redis
from hotline.store.servers.copies import reachable_postgres, reachable_redis
from hotline.store.servers.datadir import Place, lock_data_directory, open_data_directory, settle
from hotline.store.servers.endpoints import Endpoints, connect_info, endpoints_in
from hotline.store.servers.errors import ServerFailed, ServersError, StartInterrupted
from hotline.store.servers.locks import FileLock
from hotline.store.servers.postgres import PostgresServer
from hotline.store.servers.redis import RedisServer
from hotline.store.servers.restarts import Restarts
from hotline.store.servers.server import EmbeddedServer, Report, Spot
from hotline.store.servers.sockets import forget_socket_directory

__all__ = ["Endpoints", "Supervisor", "connect_info"]

_WATCH_EVERY_S: Final = 0.1
_ASK_EVERY_S: Final = 10.0
_SILENT_TIMES: Final = 3


class Supervisor:
    """Holds one data directory and its two servers.

    with Supervisor(Path("var")) as supervisor:  # started, ready
        ...                                       # supervisor.database_url, supervisor.redis_url
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        user: str = "nobody",
        production: bool = False,
        report: Report = lambda _: None,
    ) -> None:
        """`user` is whom the servers run as when we are root; in `production` root is refused.

        `report` gets a sentence now and then, later from another thread, where it must not call `stop`.
        """
        self.data_dir = data_dir
        self._user = user
        self._production = production
        self._report = report
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._lock: FileLock | None = None
        self._servers: tuple[EmbeddedServer, ...] = ()
        self._place: Place | None = None
        self._endpoints: Endpoints | None = None
        self._watch: threading.Thread | None = None
        self._failure: ServersError | None = None

    @property
    def database_url(self) -> str:
        """For SQLAlchemy (psycopg 3)."""
        return self.endpoints.database_url

    @property
    def redis_url(self) -> str:
        return self.endpoints.redis_url

    @property
    def endpoints(self) -> Endpoints:
        """Where the servers answer; to be asked once started."""
        if self._endpoints is None:
            raise RuntimeError("the supervisor has not been started")
        return self._endpoints

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of PostgreSQL and of Redis, as far as they have been started."""
        return tuple(pid for server in self._servers if (pid := server.pid) is not None)

    def start(self, report: Report | None = None) -> Endpoints:
        """Start both servers and return when they answer. `report` replaces the one given before.

        Raises ServersError; then, and when interrupted, everything started is ended again. A supervisor
        starts once.
        """
        self._report = report or self._report
        try:
            self._endpoints = self._start()
        except BaseException:
            self.stop()
            raise
        self._watch = threading.Thread(target=self._keep_alive, name="supervisor", daemon=True)
        self._watch.start()
        return self._endpoints

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until stopped (True) or for so long (False). Raises ServersError when one died too often."""
        has_ended = self._ended.wait(timeout_s)
        if self._failure is not None:
            raise self._failure
        return has_ended

    def stop(self) -> None:
        """End Redis, then PostgreSQL, then let go of the data directory. Twice does no harm."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()
        for server in reversed(self._servers):
            server.stop()
        self._let_go()
        self._ended.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def _start(self) -> Endpoints:
        account = servers_account(self._user, production=self._production)
        directory = open_data_directory(self.data_dir, account)
        self._lock = lock_data_directory(directory, self._stopping.wait)
        self._place = place = settle(directory, account, self._tell)
        self._servers = _servers(Spot(place.home, place.sockets, account), self._tell)
        for server in self._servers:
            server.start(self._tell, self._stopping)
        return endpoints_in(place.sockets)

    def _let_go(self) -> None:
        if self._place is not None:
            forget_socket_directory(self._place.sockets, self._place.home)
        if self._lock is not None:
            self._lock.close()

    def _tell(self, sentence: str) -> None:
        with suppress(OSError, ValueError):  # a closed terminal is no reason to let a server lie
            self._report(sentence)

    def _keep_alive(self) -> None:
        try:
            self._watch_over()
        except Exception as error:
            self._failure = ServerFailed(f"The supervisor itself failed ({error!r}): start it again.")
            self._ended.set()
            raise

    def _watch_over(self) -> None:
        watched = [_Watched(server) for server in self._servers]
        while not self._stopping.wait(_WATCH_EVERY_S):
            for one in watched:
                if one.server.exit_code is not None:
                    self._revive(one)
                else:
                    self._ask(one)
            if self._failure is not None:
                self._ended.set()
                return

    def _revive(self, one: "_Watched") -> None:
        name = one.server.name
        one.restarts = one.restarts.after_death(time.monotonic())
        delay_s = one.restarts.delay_s
        if delay_s is None:
            self._failure = one.last_error or ServerFailed(f"{name} ended again and again.")
            return
        self._tell(f"{name} ended unexpectedly (code {one.server.exit_code}); starting it again.")
        if self._stopping.wait(delay_s):
            return
        try:
            one.server.start(self._tell, self._stopping)
            self._tell(f"{name} is back.")
        except StartInterrupted:
            return
        except ServersError as error:
            one.last_error = error
            self._tell(str(error))

    def _ask(self, one: "_Watched") -> None:
        now = time.monotonic()
        if now - one.asked_at < _ASK_EVERY_S:
            return
        one.asked_at = now
        one.silent = one.silent + 1 if _is_silent(one.server) else 0
        if one.silent == _SILENT_TIMES:
            self._tell(
                f"{one.server.name} runs but has not answered for {_SILENT_TIMES * _ASK_EVERY_S:.0f} s."
            )


@dataclass(slots=True)
class _Watched:
    """What the watch remembers about one server."""

    server: EmbeddedServer
    restarts: Restarts = field(default_factory=Restarts)
    last_error: ServersError | None = None
    asked_at: float = 0.0
    silent: int = 0


def _is_silent(server: EmbeddedServer) -> bool:
    try:
        return server.waiting_for() is not None
    except ServerFailed:
        return True


def _servers(spot: Spot, report: Report) -> tuple[EmbeddedServer, ...]:
    def postgres(version: int | None) -> PostgresBinaries:
        return reachable_postgres(find_postgres(version), spot.account, report)

    def redis() -> Path:
        return reachable_redis(find_redis(), spot.account, report)

    return PostgresServer(spot, postgres), RedisServer(spot, redis)
