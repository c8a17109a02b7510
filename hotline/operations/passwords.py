"""Hash passwords with argon2id, and see whether one is right; which takes as long when there is none.

Hashing is slow on purpose, so a flood at the door must hold neither the memory nor the threads of the rest of
the house: a few hash at once, a few more wait for a moment, everybody else is told at once to come again.
Strangers have a lane of their own: they keep nobody out who is signed in or known.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.domain.password import LONGEST, normal

# 46 MiB, one pass, one lane: the first choice of
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html; about 0.1 s on a small
# server. Raise it here: each password is hashed anew when its owner signs in next.
HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)

LONGEST_WAIT_S: Final = 2.0
TRY_AGAIN_S: Final = 3


class Crowded(Exception):
    """So many hash just now that this one is not even begun."""


class Lane:
    """So many hash at once, and so many more wait, for `longest_s` at most."""

    def __init__(self, at_once: int, waiting: int, longest_s: float = LONGEST_WAIT_S) -> None:
        self._longest_s = longest_s
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._at_once = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn to hash in. Raises Crowded."""
        if not self._places.acquire(blocking=False):
            raise Crowded
        try:
            if not self._at_once.acquire(timeout=self._longest_s):
                raise Crowded
            try:
                yield
            finally:
                self._at_once.release()
        finally:
            self._places.release()


# Together two at once, and eight threads of the console's forty at most.
STRANGERS: Final = Lane(at_once=1, waiting=2)
KNOWN: Final = Lane(at_once=1, waiting=4)


def hash_password(password: str) -> str:
    """The caller has a turn in a lane, or runs where there is no crowd."""
    return HASHER.hash(normal(password))


def is_right(password: str, stored: str | None) -> bool:
    """Without a stored hash (nobody of that name, not yet joined) one is compared all the same.

    The caller has a turn in a lane.
    """
    try:
        HASHER.verify(stored or _nobodys(HASHER), normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_stale(stored: str) -> bool:
    """Was it made with other parameters than today's?"""
    return HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=4)
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
