"""The private directory of the servers' sockets: short enough for the kernel, and asked who listens in it."""

import contextlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hotline.store.servers.account import Account, can_enter
from hotline.store.servers.errors import DataDirectoryUnusable

POSTGRES_PORT: Final = 5432  # names the socket only: nothing listens on TCP
POSTGRES_SOCKET: Final = f".s.PGSQL.{POSTGRES_PORT}"
REDIS_SOCKET: Final = "redis.sock"

_LONGEST_PATH: Final = 103  # bytes of sun_path less the closing zero: 104 on macOS, 108 on Linux (unix(7))
_SOL_LOCAL, _LOCAL_PEERPID = 0, 2  # macOS sys/un.h


def usable_socket_directory(home: Path, account: Account, remembered: Path | None) -> Path:
    """`home/run` when its path is short enough, else the remembered one, else a fresh one; 0700 in any case.

    Raises DataDirectoryUnusable when no place is short and reachable enough.
    """
    inside = home / "run"
    if is_short_enough(inside):
        inside.mkdir(mode=0o700, exist_ok=True)
        _give(inside, account)
        return inside
    if remembered and _is_private(remembered, account):
        return remembered
    return _fresh(account)


def is_short_enough(directory: Path) -> bool:
    """Do the paths of sockets in it fit into the kernel's address?"""
    return len(os.fsencode(directory)) + 1 + len(POSTGRES_SOCKET) <= _LONGEST_PATH


def listener(path: Path) -> int | None:
    """The process that listens on the socket, as the kernel names it; None when nobody does.

    Connecting proves it: a socket file, a pid file or a pid prove nothing.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(path))
            return _peer(probe)
        except OSError:
            return None


def remove_stale(path: Path) -> None:
    """Take away what a killed server left. Only for a server whose lock we hold."""
    for left in (path, path.with_name(path.name + ".lock")):
        left.unlink(missing_ok=True)


def forget_socket_directory(sockets: Path, home: Path) -> None:
    """Take away a directory that was made elsewhere for a long `home`."""
    if not sockets.is_relative_to(home):
        for name in (POSTGRES_SOCKET, REDIS_SOCKET):
            remove_stale(sockets / name)
        with contextlib.suppress(OSError):
            sockets.rmdir()


def _peer(connected: socket.socket) -> int | None:
    if sys.platform == "linux":
        pid, _uid, _gid = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    else:
        pid = connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID)
    return int(pid) or None  # 0: a process outside our pid namespace


def _fresh(account: Account) -> Path:
    for parent in _short_parents():
        with contextlib.suppress(OSError):
            made = Path(tempfile.mkdtemp(prefix="hotline-", dir=parent))
            _give(made, account)
            if is_short_enough(made) and can_enter(account, made):
                return made
            made.rmdir()
    raise DataDirectoryUnusable(
        "No place is short enough for the servers' sockets: set TMPDIR to a short directory, "
        "or choose a HOTLINE_DATA_DIR with fewer than 80 characters."
    )


def _short_parents() -> Iterator[Path]:
    # XDG_RUNTIME_DIR comes late: it vanishes when its user logs out, also under a running hotline
    yield from (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108  # a private directory is made in it
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)


def _is_private(directory: Path, account: Account) -> bool:
    try:
        found = directory.lstat()
    except OSError:
        return False
    is_closed = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    return is_closed and found.st_uid == account.uid and can_enter(account, directory)


def _give(directory: Path, account: Account) -> None:
    directory.chmod(0o700)
    if account.is_another:
        os.chown(directory, account.uid, account.gid, follow_symlinks=False)
