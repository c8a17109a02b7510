"""A copy of the server programs for root's unprivileged account, when it cannot reach the originals."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from hotline.store.servers.account import Account, can_run
from hotline.store.servers.binaries import PostgresBinaries
from hotline.store.servers.errors import BinariesMissing

# Owned by root, not writable by others, and passable for the account: each is tried in turn.
COPY_PLACES: Final = (Path("/var/lib/hotline-programs"), Path("/var/tmp/hotline-programs-0"))  # noqa: S108


def reachable_postgres(
    binaries: PostgresBinaries,
    account: Account,
    report: Callable[[str], None],
    places: Iterable[Path] = COPY_PLACES,
) -> PostgresBinaries:
    """The programs themselves when the account can run them, else a copy. Raises BinariesMissing."""
    if not account.is_another or can_run(account, binaries.postgres):
        return binaries
    copy = _copy(binaries.site, sorted(binaries.needed()), account, binaries.postgres, report, places)
    return PostgresBinaries(binaries.version, copy / binaries.install.relative_to(binaries.site))


def reachable_redis(
    program: Path, account: Account, report: Callable[[str], None], places: Iterable[Path] = COPY_PLACES
) -> Path:
    """The program itself when the account can run it, else a copy. Raises BinariesMissing."""
    if not account.is_another or can_run(account, program):
        return program
    return _copy(program.parent, [program], account, program, report, places) / program.name


def _copy(
    base: Path,
    files: list[Path],
    account: Account,
    program: Path,
    report: Callable[[str], None],
    places: Iterable[Path],
) -> Path:
    names = [path.relative_to(base) for path in files]
    digest = _digest(base, names)
    for place in places:
        copy = place / digest
        if not _is_roots_own(place):
            continue
        if not _is_intact(copy, names, digest):
            report(f"{account.name} cannot reach {base}: copying the programs to {copy}, once.")
            _fill(base, names, copy)
        if can_run(account, copy / program.relative_to(base)):
            return copy
    raise BinariesMissing(
        f"The servers run as {account.name}, who cannot reach {program}, and no place was found for a copy: "
        "install the hotline where others may read it, or start it as an ordinary user."
    )


def _digest(base: Path, names: list[Path]) -> str:
    """Named by content: names, executable bits and bytes of all files."""
    whole = hashlib.sha256()
    for name in names:
        path = base / name
        is_executable = bool(path.stat().st_mode & stat.S_IXUSR)
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{name}\0{is_executable}\0{content}\n".encode())
    return whole.hexdigest()[:32]


def _is_roots_own(place: Path) -> bool:
    try:
        place.mkdir(mode=0o755, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _is_intact(copy: Path, names: list[Path], digest: str) -> bool:
    try:
        entries = [copy, *copy.rglob("*")]
        is_safe = all(_is_root_only(entry) for entry in entries)
        return is_safe and _digest(copy, names) == digest
    except OSError:
        return False


def _is_root_only(entry: Path) -> bool:
    found = entry.lstat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022 and not stat.S_ISLNK(found.st_mode)


def _fill(base: Path, names: list[Path], copy: Path) -> None:
    new = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
    try:
        for name in names:
            _copy_file(base / name, new / name)
        for folder in (new, *(path for path in new.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        shutil.rmtree(copy, ignore_errors=True)  # an earlier one that was not intact
        new.rename(copy)  # whole or not at all
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        if not copy.is_dir():  # else another run was quicker with the same content
            raise


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644)
