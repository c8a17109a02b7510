"""What every test stands on: real servers of this run alone, and no way off this machine."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from hotline.flow.load import load_flow
from hotline.flow.model import Flow
from hotline.flow.network import Network, load_network
from hotline.store.database import open_database
from hotline.store.schema import migrate
from hotline.store.servers.datadir import temporary_data_directory
from hotline.store.servers.supervisor import Supervisor

pytest_plugins = ["tests.skips", "tests.sharing"]
ROOT = Path(__file__).resolve().parent.parent
_CONNECT = socket.socket.connect


def _connect_here_only(self: socket.socket, address: Any) -> None:
    """A guard, not a fake: sockets to this machine pass, every other is refused with a sentence."""
    if self.family in {socket.AF_INET, socket.AF_INET6}:
        host = str(address[0])
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise AssertionError("a test tried to leave this machine")
    _CONNECT(self, address)


@pytest.fixture(autouse=True, scope="session")
def _stay_here() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _connect_here_only)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def servers() -> Iterator[Supervisor]:
    """PostgreSQL and Redis of this run, in a data directory of its own."""
    with temporary_data_directory() as folder, Supervisor(folder) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def _template(servers: Supervisor) -> str:
    """A database with every table, copied for each test."""
    administer(servers, "CREATE DATABASE template_hotline")
    url = make_url(servers.database_url).set(database="template_hotline")
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    return "template_hotline"


@pytest.fixture
def database_url(servers: Supervisor, _template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    administer(servers, f"CREATE DATABASE {name} TEMPLATE {_template}")
    yield make_url(servers.database_url).set(database=name).render_as_string(hide_password=False)
    drop(servers, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url, size=8)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def flow() -> Flow:
    return load_flow(ROOT / "flows")


@pytest.fixture(scope="session")
def network() -> Network:
    return load_network(ROOT / "flows" / "network.demo.yaml")


def administer(servers: Supervisor, statement: str) -> None:
    engine = create_engine(servers.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(statement))
    engine.dispose()


def drop(servers: Supervisor, name: str) -> None:
    """Drop a test's database. Its vacuum may be at work in it, which only a superuser may end: then it
    stays, and goes with the servers' folder."""
    try:
        administer(servers, f"DROP DATABASE {name} WITH (FORCE)")
    except ProgrammingError as fault:
        if not isinstance(fault.orig, psycopg.errors.InsufficientPrivilege):
            raise
