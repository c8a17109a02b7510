"""The embedded Redis: a journal on the disk, a private socket, and no reason to keep the hotline waiting."""

import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import ClassVar, Final
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hotline.store.servers.binaries import find_redis
from hotline.store.servers.children import StopStep
from hotline.store.servers.datadir import make_room
from hotline.store.servers.errors import ServerDied
from hotline.store.servers.locks import FileLock
from hotline.store.servers.server import READY_WITHIN_S, EmbeddedServer, Report, Spot
from hotline.store.servers.sockets import REDIS_SOCKET

_JOURNAL: Final = "appendonly.aof"
_UNREADABLE: Final = (
    "Bad file format reading the append only file",
    "Unrecoverable error reading the append",
)

SETTINGS: Final[dict[str, str]] = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "supervised": "no",
    "databases": "16",
    "maxclients": "500",
    "maxmemory-policy": "noeviction",  # a forgotten job is worse than a refused one
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "appendfilename": _JOURNAL,
    "loglevel": "warning",
    "logfile": "",
    "crash-log-enabled": "no",  # a crash report repeats the command and its arguments
    "crash-memcheck-enabled": "no",
}


class RedisServer(EmbeddedServer):
    """One Redis on one folder."""

    name: ClassVar[str] = "Redis"
    folder: ClassVar[str] = "redis"
    socket_name: ClassVar[str] = REDIS_SOCKET
    on_parent_death: ClassVar[signal.Signals] = signal.SIGTERM
    stop_steps: ClassVar[tuple[StopStep, ...]] = (
        StopStep(signal.SIGTERM, 10.0),
        StopStep(signal.SIGKILL, 5.0),
    )

    def __init__(
        self,
        spot: Spot,
        find: Callable[[], Path] = find_redis,
        ready_within_s: float = READY_WITHIN_S,
    ) -> None:
        super().__init__(spot, ready_within_s)
        self._find = find

    @property
    def url(self) -> str:
        return redis_url(self.spot.sockets)

    def start(self, report: Report, cancelled: Event) -> None:
        """Start it; a journal that cannot be read is set aside, for the database is the truth."""
        try:
            super().start(report, cancelled)
        except ServerDied as death:
            if not any(sign in line for sign in _UNREADABLE for line in death.lines):
                raise
            kept = self._set_aside()
            report(f"Redis cannot read its journal; it starts empty, and the old one is kept as {kept}.")
            super().start(report, cancelled)

    def prepare(self, life: FileLock, report: Report) -> None:
        make_room(self.data, self.spot.account)

    def command(self) -> Sequence[str | Path]:
        chosen = {**SETTINGS, "dir": str(self.data), "unixsocket": str(self.socket)}
        return [self._find(), *(part for name, value in chosen.items() for part in (f"--{name}", value))]

    def waiting_for(self) -> str | None:
        return _waiting_for(self.spot.sockets)

    def furnish(self) -> None:
        """Redis needs nothing."""

    def _set_aside(self) -> Path:
        broken = self.data / f"{_JOURNAL}.broken-{int(time.time())}"
        (self.data / _JOURNAL).replace(broken)
        return broken


def redis_url(sockets: Path) -> str:
    """The URL of the embedded Redis behind this socket directory, for redis.Redis.from_url."""
    return f"unix://{quote(str(sockets / REDIS_SOCKET), safe='/')}"


def answers(sockets: Path) -> bool:
    """Does the Redis behind this socket directory answer us now?"""
    return _waiting_for(sockets) is None


def _waiting_for(sockets: Path) -> str | None:
    client = redis.Redis(
        unix_socket_path=str(sockets / REDIS_SOCKET),
        socket_timeout=5,
        socket_connect_timeout=5,
        retry=Retry(NoBackoff(), 0),  # its own retries would sleep for seconds; we ask again ourselves
    )
    with contextlib.closing(client):
        try:
            client.ping()
        except redis.BusyLoadingError:
            return "is reading its journal"
        except redis.RedisError:
            return "is starting"
    return None
