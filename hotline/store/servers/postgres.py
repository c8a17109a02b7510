"""The embedded PostgreSQL: made once, started as our child, reached through a private socket only."""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from hotline.store.servers.account import own_account
from hotline.store.servers.binaries import PostgresBinaries, find_postgres
from hotline.store.servers.children import Child, StopStep
from hotline.store.servers.datadir import make_room
from hotline.store.servers.errors import DataDirectoryUnusable, ServerDied, ServerNotReady
from hotline.store.servers.locks import FileLock
from hotline.store.servers.postgres_settings import (
    DATABASE,
    HBA,
    KEEPER,
    ROLE,
    SETTINGS,
    arguments,
    ident,
)
from hotline.store.servers.server import ENVIRONMENT, READY_WITHIN_S, EmbeddedServer, Report, Spot
from hotline.store.servers.sockets import POSTGRES_PORT, POSTGRES_SOCKET, listener

MAKING: Final = "Making a new PostgreSQL database."
_INITDB_WITHIN_S: Final = 120.0

# What a server that will be ready says before it is (libpq and postmaster.c), and what it is doing then.
_NOT_YET: Final[tuple[tuple[str, str], ...]] = (
    ("not yet accepting connections", "is recovering after an unclean stop"),
    ("recovery", "is recovering after an unclean stop"),
    ("is starting up", "is starting, or recovering after an unclean stop"),
    ("is shutting down", "is shutting down"),
    ("FATAL", ""),  # it answers, and what it says will not change by waiting
    ("", "is starting"),  # no socket yet, nobody listening, closed on us
)
_FULL: Final = "too many clients"


class PostgresServer(EmbeddedServer):
    """One PostgreSQL on one folder. `find` gives the programs for a major version (None: newest)."""

    name: ClassVar[str] = "PostgreSQL"
    folder: ClassVar[str] = "postgres"
    socket_name: ClassVar[str] = POSTGRES_SOCKET
    # fast: ends sessions, writes a checkpoint; then immediate: recovery at the next start
    # https://www.postgresql.org/docs/current/server-shutdown.html
    on_parent_death: ClassVar[signal.Signals] = signal.SIGINT
    stop_steps: ClassVar[tuple[StopStep, ...]] = (
        StopStep(signal.SIGINT, 30.0),
        StopStep(signal.SIGQUIT, 10.0),
        StopStep(signal.SIGKILL, 5.0),
    )

    def __init__(
        self,
        spot: Spot,
        find: Callable[[int | None], PostgresBinaries] = find_postgres,
        ready_within_s: float = READY_WITHIN_S,
    ) -> None:
        super().__init__(spot, ready_within_s)
        self._find = find
        self._hba = spot.home / "postgres-hba.conf"
        self._ident = spot.home / "postgres-ident.conf"

    @property
    def url(self) -> str:
        """For SQLAlchemy; holds no password, the kernel vouches for who connects."""
        return database_url(self.spot.sockets)

    def prepare(self, life: FileLock, report: Report) -> None:
        self._write_access_rules()
        if not (self.data / "PG_VERSION").exists():
            report(MAKING)
            self._initialise(life)
        make_room(self.data, self.spot.account)
        self._clear_stale_pid_file()

    def command(self) -> Sequence[str | Path]:
        program = self._find(_version(self.data)).postgres
        return [program, "-D", self.data, *arguments(SETTINGS, self.spot.sockets, self._hba, self._ident)]

    def waiting_for(self) -> str | None:
        try:
            with _connect(self.spot.sockets, KEEPER, "postgres"):
                return None
        except psycopg.OperationalError as error:
            text = str(error)
        if _FULL in text:
            return None
        doing = next(doing for sign, doing in _NOT_YET if sign in text)
        if not doing:
            raise ServerNotReady(f"PostgreSQL refuses its own supervisor: {text.strip().splitlines()[-1]}")
        return doing

    def steps_now(self) -> tuple[StopStep, ...]:
        """While it recovers a fast shutdown can hang (seen with 18.4), and an immediate one loses nothing."""
        try:
            is_ready = self.exit_code is not None or self.waiting_for() is None
        except ServerNotReady:
            is_ready = True
        return self.stop_steps if is_ready else self.stop_steps[1:]

    def furnish(self) -> None:
        try:
            self._make_role_and_database()
        except psycopg.Error as error:
            raise ServerNotReady(f"PostgreSQL is up, but its database could not be made: {error}") from error

    def _make_role_and_database(self) -> None:
        with _connect(self.spot.sockets, KEEPER, "postgres") as db:
            if not _exists(db, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
                db.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            if not _exists(db, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
                db.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def _initialise(self, life: FileLock) -> None:
        """initdb into a folder beside, renamed when whole: a killed one leaves nothing like data."""
        new = self.data.with_name(f"{self.folder}.new")
        if new.exists():
            shutil.rmtree(new)
        make_room(new, self.spot.account)
        binaries = self._find(None)
        with self.open_log() as log:
            child = Child.start(
                "initdb",
                [binaries.initdb, "-D", new, *_initdb_arguments(binaries.version)],
                environment=ENVIRONMENT,
                directory=Path("/"),
                output=log,
                account=self.spot.account,
                inherited=(life.descriptor,),
            )
        try:
            code = child.wait(_INITDB_WITHIN_S)
        finally:
            child.stop()
        if code != 0:
            raise ServerDied("initdb", code if code is not None else -int(signal.SIGTERM), self.last_lines())
        if self.data.exists():
            _require_empty(self.data)
        new.rename(self.data)

    def _write_access_rules(self) -> None:
        users = {self.spot.account.name, own_account().name}
        for path, content in ((self._hba, HBA), (self._ident, ident(users))):
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(content)
            if self.spot.account.is_another:  # readable for the server, writable for us only
                os.chown(path, -1, self.spot.account.gid)
                path.chmod(0o640)

    def _clear_stale_pid_file(self) -> None:
        """PostgreSQL believes the number in postmaster.pid, which may be another process's by now.

        Our lock says that no server of ours lives; one that somebody started by hand shows on its socket.
        """
        path = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            lines = path.read_text().splitlines()
            if len(lines) > 4 and lines[4] and listener(Path(lines[4]) / f".s.PGSQL.{lines[3]}") is not None:
                raise ServerNotReady(f"A PostgreSQL started by hand serves {self.data}: stop it first.")
            path.unlink()


def database_url(sockets: Path) -> str:
    """The SQLAlchemy URL of the embedded database behind this socket directory."""
    return (
        f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(sockets), safe='/')}&port={POSTGRES_PORT}"
    )


def answers(sockets: Path) -> bool:
    """Does the hotline's database behind this socket directory answer us now?"""
    try:
        with _connect(sockets, ROLE, DATABASE):
            return True
    except psycopg.OperationalError as error:
        return _FULL in str(error)


def _connect(sockets: Path, role: str, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(
        host=str(sockets),
        port=POSTGRES_PORT,
        user=role,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
        application_name="supervisor",
    )


def _exists(db: "psycopg.Connection[tuple[Any, ...]]", query: Any, name: str) -> bool:
    return db.execute(query, [name]).fetchone() is not None


def _initdb_arguments(version: int) -> list[str]:
    # sorting by code point and Unicode's upper and lower case, independent of the machine's locales
    provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version >= 17 else []
    return [
        f"--username={KEEPER}",
        "--auth-local=peer",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        *provider,
        "--no-instructions",
    ]


def _version(data: Path) -> int:
    return int((data / "PG_VERSION").read_text())


def _require_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        raise DataDirectoryUnusable(
            f"{folder} holds something that is no PostgreSQL database: move it away, "
            "or choose another HOTLINE_DATA_DIR."
        ) from None
