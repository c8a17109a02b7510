"""A PostgreSQL and a Redis of nobody in particular, reached by URL with a password, as on any other host."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from hotline.store.servers.account import Account, servers_account
from hotline.store.servers.binaries import find_redis
from tests.simulator.servers import free_port
from tests.whole.program import eventually, running

OLDEST: Final = 15
HERE: Final = "127.0.0.1"
_INSTALLED: Final = Path("/usr/lib/postgresql")


def debian_postgres() -> Path:
    """The folder of the oldest of Debian's PostgreSQL that we promise to work with; skips without one."""
    versions = sorted(
        int(found.name) for found in _INSTALLED.glob("[0-9]*") if (found / "bin/initdb").exists()
    )
    wanted = [version for version in versions if version >= OLDEST]
    if not wanted:
        pytest.skip(f"PostgreSQL {OLDEST} of Debian is not installed (package postgresql-{OLDEST})")
    return _INSTALLED / str(wanted[0]) / "bin"


@contextmanager
def postgres_by_url(folder: Path, home: str = HERE) -> Iterator[str]:
    """A scratch cluster on a loopback port, as an unprivileged user; at another address of ours besides."""
    programs, account, port = debian_postgres(), servers_account(), free_port()
    password = secrets.token_hex(16)
    data = _make_cluster(programs, folder, account, password)
    with (data / "pg_hba.conf").open("a", encoding="ascii") as rules:
        rules.write(f"host all all {home}/24 scram-sha-256\n")
    command: list[str | Path] = [
        *(programs / "postgres", "-D", data, "-p", str(port), "-k", ""),
        *("-c", "listen_addresses=" + ",".join(dict.fromkeys((HERE, home))), "-c", "fsync=off"),
    ]
    base = f"postgresql://hotline:{password}@127.0.0.1:{port}"
    with running(command, folder / "postgres.log", account=account) as server:
        eventually(lambda: _is_up(base) or not server.child.is_running, what=server.said)
        _administer(base, "CREATE DATABASE hotline")
        yield f"{base}/hotline"


@contextmanager
def redis_by_url(folder: Path, home: str = HERE) -> Iterator[str]:
    """A Redis on a loopback port; at another address of ours besides."""
    password, port = secrets.token_hex(16), free_port()
    data = folder / "redis"
    data.mkdir()
    command: list[str | Path] = [
        *(find_redis(), "--port", str(port), "--requirepass", password),
        *("--bind", *dict.fromkeys((HERE, home))),
        *("--dir", str(data), "--appendonly", "yes", "--save", ""),
    ]
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with running(command, folder / "redis.log") as server:
        eventually(lambda: _answers(url) or not server.child.is_running, what=server.said)
        yield url


def _make_cluster(programs: Path, folder: Path, account: Account, password: str) -> Path:
    home, secret = folder / "cluster", folder / "password"
    home.mkdir(mode=0o700)
    secret.write_text(password, encoding="ascii")
    for path in (home, secret):
        os.chown(path, account.uid, account.gid)
    subprocess.run(
        [
            *(programs / "initdb", "-D", home / "data", "-U", "hotline", "--no-sync"),
            *("--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        check=True,
        capture_output=True,
        cwd="/",
        timeout=120,
        **account.drop(),
    )
    secret.unlink()
    return home / "data"


def _is_up(base: str) -> bool:
    try:
        _administer(base, "SELECT 1")
    except OperationalError:
        return False
    return True


def _administer(base: str, statement: str) -> None:
    engine = create_engine(f"{base}/postgres", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as db:
            db.execute(text(statement))
    finally:
        engine.dispose()


def _answers(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False
