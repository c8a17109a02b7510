"""A PostgreSQL and a Redis that may be killed and wiped as often as a run wants, and come back at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotline.store.servers.account import servers_account
from hotline.store.servers.binaries import PostgresBinaries, find_postgres, find_redis
from hotline.store.servers.copies import reachable_postgres, reachable_redis
from hotline.store.servers.datadir import open_data_directory, settle, temporary_data_directory
from hotline.store.servers.endpoints import Endpoints, endpoints_in
from hotline.store.servers.postgres import PostgresServer
from hotline.store.servers.redis import RedisServer
from hotline.store.servers.server import EmbeddedServer, Spot
from hotline.store.servers.sockets import forget_socket_directory


class Servers:
    """The two servers. The hotline's own supervisor gives up after so many deaths; this one never does."""

    def __init__(self, spot: Spot) -> None:
        self.home = spot.home
        self.endpoints: Endpoints = endpoints_in(spot.sockets)
        self._never = threading.Event()

        def postgres(version: int | None) -> PostgresBinaries:
            return reachable_postgres(find_postgres(version), spot.account, _silent)

        def redis() -> Path:
            return reachable_redis(find_redis(), spot.account, _silent)

        self.postgres = PostgresServer(spot, postgres)
        self.redis = RedisServer(spot, redis)

    def start(self) -> None:
        for server in (self.postgres, self.redis):
            server.start(_silent, self._never)

    def stop(self) -> None:
        for server in (self.redis, self.postgres):
            server.stop()

    def kill(self, server: EmbeddedServer) -> None:
        """SIGKILL, and start it again on what it left."""
        _kill(server)
        server.start(_silent, self._never)

    def wipe_redis(self) -> None:
        """SIGKILL, and start it again on nothing."""
        _kill(self.redis)
        for left in self.redis.data.glob("appendonly*"):
            left.unlink()
        self.redis.start(_silent, self._never)


@contextmanager
def open_servers() -> Iterator[Servers]:
    """Both, started, on a data directory of their own that is removed after."""
    account = servers_account()
    with temporary_data_directory() as folder:
        place = settle(open_data_directory(folder, account), account, _silent)
        servers = Servers(Spot(place.home, place.sockets, account))
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()
            forget_socket_directory(place.sockets, place.home)


def _kill(server: EmbeddedServer) -> None:
    pid = server.pid
    assert pid is not None
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while server.exit_code is None:
        threading.Event().wait(0.005)


def _silent(_: str) -> None:
    return
