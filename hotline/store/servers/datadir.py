"""The data directory: ours alone, locked for one supervisor, and what it remembers for other commands."""

import errno
import json
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hotline.store.servers.account import Account, can_enter
from hotline.store.servers.errors import AlreadyRunning, DataDirectoryUnusable, Holder
from hotline.store.servers.locks import FileLock, is_held
from hotline.store.servers.sockets import usable_socket_directory

LOCK_NAME: Final = "supervisor.lock"
LINE_LOCK_NAME: Final = "line.lock"
_MEMORY_NAME: Final = "servers.json"
_ENOUGH_SPACE: Final = 100 * 1024 * 1024  # an empty PostgreSQL takes 55 MB
_LOCK_TRIES: Final = 20  # other commands look at the lock for an instant: not a reason to give up
_LOCK_PAUSE_S: Final = 0.02

# Where root's data goes when the unprivileged account cannot reach the directory that was asked for.
REACHABLE_HOMES: Final = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # a private directory is made in it


@dataclass(frozen=True, slots=True)
class Place:
    """Where one hotline keeps its servers: what was asked for, where the files are, where the sockets are."""

    asked: Path
    home: Path
    sockets: Path


def open_data_directory(path: Path, account: Account) -> Path:
    """Make the directory (0700) or check that it is ours and closed to writers, and return it absolute.

    As root the group of `account` may pass through it, nobody else. Only a new or empty directory's mode is
    changed, a parent's never. Raises DataDirectoryUnusable.
    """
    directory = path.expanduser().absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_owner(directory)
        _close_to_others(directory, account)
        _check_writable(directory)
    except OSError as error:
        raise unusable(directory, error) from error
    return directory


def lock_data_directory(directory: Path, pause: Callable[[float], object]) -> FileLock:
    """Hold the directory for one supervisor for the life of this process. Raises AlreadyRunning."""
    return _hold(directory, LOCK_NAME, {}, pause)


def hold_line(directory: Path, command: str, url: str, pause: Callable[[float], object]) -> FileLock:
    """Hold the directory for one whole line: a demo, or a `serve` that brings its own servers.

    Held apart from the supervisor's lock: a line may also live on the servers of `hotline up`. `command` and
    `url` are left as a note for whoever comes second. Raises AlreadyRunning.
    """
    return _hold(directory, LINE_LOCK_NAME, {"command": command, "url": url}, pause)


def require_no_line(directory: Path) -> None:
    """Raises AlreadyRunning when the directory is held for a whole line."""
    path = directory / LINE_LOCK_NAME
    try:
        if is_held(path):
            raise AlreadyRunning(directory, _holder(path))
    except OSError as error:
        raise unusable(directory, error) from error


def settle(directory: Path, account: Account, report: Callable[[str], None]) -> Place:
    """Choose (or find again) where the servers' files and sockets go, and remember it for other commands."""
    remembered = remembered_place(directory)
    home = _home(directory, account, remembered, report)
    if not any((home / name).exists() for name in ("postgres", "postgres.new")):
        _check_space(home)
    sockets = usable_socket_directory(home, account, remembered.sockets if remembered else None)
    place = Place(directory, home, sockets)
    _remember(place)
    return place


def remembered_place(directory: Path) -> Place | None:
    """What the last supervisor of this directory wrote down, or None. Raises DataDirectoryUnusable."""
    try:
        noted = json.loads((directory / _MEMORY_NAME).read_text())
        place = Place(Path(noted["asked"]), Path(noted["home"]), Path(noted["sockets"]))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None
    except OSError as error:
        raise unusable(directory, error) from error
    return place if place.asked == directory else None  # a copied directory shares nothing with its original


def make_room(path: Path, account: Account) -> None:
    """A directory for one server, 0700 and the account's. Raises DataDirectoryUnusable for another's."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        owner = path.lstat().st_uid
        if owner == os.geteuid() and account.is_another:
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
        elif owner != account.uid:
            raise DataDirectoryUnusable(
                f"{path} belongs to {_name(owner)}, but the servers run as {account.name}: "
                f"start as {_name(owner)}, or give it over with `chown -R {account.name} {path}`."
            )
    except OSError as error:
        raise unusable(path, error) from error


@contextmanager
def temporary_data_directory() -> Iterator[Path]:
    """A data directory for a test or a trial, short and reachable by the servers' account, removed after."""
    outer = Path(tempfile.mkdtemp(prefix="hotline-"))
    outer.chmod(0o711)
    try:
        yield outer / "data"
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def unusable(path: Path, error: OSError) -> DataDirectoryUnusable:
    """The sentence for what the operating system refused."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DataDirectoryUnusable(
                f"The disk that holds {path} is full: free some space, then start again."
            )
        case errno.EROFS:
            return DataDirectoryUnusable(f"{path} is on a read-only disk: choose another HOTLINE_DATA_DIR.")
        case errno.EACCES | errno.EPERM:
            return DataDirectoryUnusable(
                f"{_name(os.geteuid())} may not use {path}: start as its owner, "
                "or choose another HOTLINE_DATA_DIR."
            )
        case errno.ENOTDIR | errno.EEXIST:
            return DataDirectoryUnusable(
                f"{path} is a file, not a directory: choose another HOTLINE_DATA_DIR."
            )
        case _:
            return DataDirectoryUnusable(f"The data directory {path} cannot be used: {error.strerror}.")


def _check_owner(directory: Path) -> None:
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        raise DataDirectoryUnusable(
            f"The data directory {directory} belongs to {_name(owner)}, and you are {_name(os.geteuid())}: "
            f"start as {_name(owner)}, or choose another HOTLINE_DATA_DIR."
        )


def _close_to_others(directory: Path, account: Account) -> None:
    mode = stat.S_IMODE(directory.stat().st_mode)
    if os.listdir(directory):  # perhaps somebody's home: its mode is not ours to change
        if mode & 0o022:
            raise DataDirectoryUnusable(
                f"Others may write to {directory}: close it with `chmod go-w {directory}`, "
                "or choose another HOTLINE_DATA_DIR."
            )
        return
    if account.is_another:
        os.chown(directory, -1, account.gid)
    directory.chmod(0o710 if account.is_another else 0o700)


def _check_writable(directory: Path) -> None:
    with tempfile.TemporaryFile(dir=directory) as probe:
        probe.write(b"\0")


def _check_space(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < _ENOUGH_SPACE:
        raise DataDirectoryUnusable(
            f"Only {free // 2**20} MB are free on the disk that holds {home}, and a new database takes "
            f"{_ENOUGH_SPACE // 2**20} MB: free some space, or choose another HOTLINE_DATA_DIR."
        )


def _home(directory: Path, account: Account, remembered: Place | None, report: Callable[[str], None]) -> Path:
    if can_enter(account, directory):
        return directory
    if (directory / "postgres").exists():
        raise DataDirectoryUnusable(
            f"The servers run as {account.name}, who cannot reach the data in {directory}: "
            "start them as the user they ran as before."
        )
    if remembered and _is_home(remembered.home, account):
        return remembered.home
    home = _new_home(account)
    report(
        f"The servers run as {account.name}, who cannot reach {directory}: "
        f"their data is in {home} instead, private to them."
    )
    return home


def _is_home(home: Path, account: Account) -> bool:
    try:
        owner = home.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(owner.st_mode) and owner.st_uid == os.geteuid() and can_enter(account, home)


def _new_home(account: Account) -> Path:
    for parent in (*REACHABLE_HOMES, Path(tempfile.gettempdir())):
        try:
            home = Path(tempfile.mkdtemp(prefix="hotline-", dir=parent))
        except OSError:
            continue
        os.chown(home, -1, account.gid)
        home.chmod(0o710)
        if can_enter(account, home):
            return home
        home.rmdir()
    raise DataDirectoryUnusable(
        f"No directory for data can be reached by {account.name}: "
        "choose a HOTLINE_DATA_DIR whose parents others may pass through."
    )


def _remember(place: Place) -> None:
    target = place.asked / _MEMORY_NAME
    new = target.with_suffix(".new")
    try:
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps({name: str(getattr(place, name)) for name in ("asked", "home", "sockets")}))
        new.replace(target)
    except OSError as error:
        raise unusable(place.asked, error) from error


def _hold(directory: Path, name: str, note: Mapping[str, str], pause: Callable[[float], object]) -> FileLock:
    path = directory / name
    for _ in range(_LOCK_TRIES):
        try:
            lock = FileLock.take(path)
        except OSError as error:
            raise unusable(directory, error) from error
        if lock is not None:
            now = datetime.now(UTC).isoformat("T", "seconds")
            lock.write(json.dumps({"pid": os.getpid(), "started_at": now, **note}))
            return lock
        pause(_LOCK_PAUSE_S)
    raise AlreadyRunning(directory, _holder(path))


def _holder(lock: Path) -> Holder | None:
    try:
        note = json.loads(lock.read_text())
        return Holder(
            int(note["pid"]), str(note["started_at"]), str(note.get("command", "")), str(note.get("url", ""))
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user number {uid}"
