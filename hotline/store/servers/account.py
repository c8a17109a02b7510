"""Which user the servers run as: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from hotline.store.servers.errors import AccountUnusable

_ROOT: Final = 0
_SHELL: Final = "/bin/sh"


class Drop(TypedDict, total=False):
    """The arguments of subprocess.Popen that take on an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int
    name: str

    @property
    def is_another(self) -> bool:
        """Is it somebody else than we are now?"""
        return self.uid != os.geteuid()

    def drop(self) -> Drop:
        """Arguments for subprocess.Popen: nothing when it is us."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_another else {}


def own_account() -> Account:
    """Whoever runs this. Raises AccountUnusable for a uid without a name: initdb needs one."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise AccountUnusable(
            f"User number {uid} has no name on this machine, and PostgreSQL needs one: "
            "add a line for it to /etc/passwd, or set HOTLINE_DATABASE_URL and HOTLINE_REDIS_URL."
        ) from None
    return Account(uid, os.getegid(), entry.pw_name)


def servers_account(user: str = "nobody", *, production: bool = False) -> Account:
    """The account the servers take: our own, or as root that of `user`.

    Raises AccountUnusable as root in production, or when `user` is unknown or root itself.
    """
    if os.geteuid() != _ROOT:
        return own_account()
    if production:
        raise AccountUnusable(
            "In production the hotline does not run as root: make a user for it "
            "(useradd --system --create-home hotline) and start it as that user."
        )
    return _unprivileged(user)


def _unprivileged(user: str) -> Account:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise AccountUnusable(f"There is no user {user} on this machine to run the servers as.") from None
    if entry.pw_uid == _ROOT:
        raise AccountUnusable("The servers refuse to run as root: name an unprivileged user.")
    account = Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    if not can_enter(account, Path("/")):  # a user namespace may know the name and still not let us be it
        raise AccountUnusable(f"This machine does not let root become {user}: start as an ordinary user.")
    return account


def can_enter(account: Account, directory: Path) -> bool:
    """Can the account get into the directory through all its parents? Tried, not computed from modes."""
    return _succeeds(account, [_SHELL, "-c", 'cd -- "$1"', _SHELL, str(directory)])


def can_run(account: Account, program: Path) -> bool:
    """Can the account start the program (reach it, execute it, load its libraries)?"""
    return _succeeds(account, [str(program), "--version"])


def _succeeds(account: Account, command: list[str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  # our own fixed commands, no shell text from outside
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=30,
            check=False,
            **account.drop(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
