"""Hash passwords with argon2id, and see whether one is right; which takes as long when there is none."""

import threading
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.domain.password import LONGEST, normal

# 46 MiB, one pass, one lane: the first choice of
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html; about 0.1 s on a small
# server. Raise it here: each password is hashed anew when its owner signs in next.
HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)

# So many at once: signing in must not take the memory of a small server from the rest of it.
_AT_ONCE: Final = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return HASHER.hash(normal(password))


def is_right(password: str, stored: str | None) -> bool:
    """Without a stored hash (nobody of that name, not yet joined) one is compared all the same."""
    with _AT_ONCE:
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
