"""Builders for the tests of the embedded servers."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, Final

import psycopg
import pytest
import redis

from hotline.store.servers.endpoints import Endpoints

ROOT: Final = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
LINUX: Final = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

_SUPERVISOR: Final = """
import sys
from pathlib import Path
from hotline.store.servers import children
from hotline.store.servers.supervisor import Supervisor

if sys.argv[2] == "children-survive":
    children._LIBC = None
with Supervisor(Path(sys.argv[1])) as supervisor:
    print(*supervisor.pids, flush=True)
    sys.stdin.read()
"""


def database(endpoints: Endpoints) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection as the hotline itself makes it."""
    url = endpoints.database_url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(url, autocommit=True)


def queue(endpoints: Endpoints) -> "redis.Redis":
    return redis.Redis.from_url(endpoints.redis_url, decode_responses=True)


def sockets(endpoints: Endpoints) -> Path:
    return Path(endpoints.redis_url.removeprefix("unix://")).parent


def supervisor_process(data_directory: Path, mode: str = "normal") -> tuple[Popen[str], list[int]]:
    """A supervisor in a process of its own, ready, and the ids of its PostgreSQL and Redis.

    In the mode "children-survive" the kernel is not asked to end them with it (as on macOS).
    """
    process = Popen(
        [sys.executable, "-c", _SUPERVISOR, str(data_directory), mode], stdin=PIPE, stdout=PIPE, text=True
    )
    assert process.stdout is not None
    return process, [int(word) for word in process.stdout.readline().split()]


def exit_code_as(uid: int, act: Callable[[], object]) -> int:
    """Do it in a forked process of another user: 0 when it went well, 1 when it was refused."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
