"""Secrets that are given out once: random, and kept as a hash only."""

import secrets
from hashlib import sha256
from typing import Final

BYTES: Final = 32


def new_token() -> str:
    """43 letters and digits (base64url) that nobody can guess."""
    return secrets.token_urlsafe(BYTES)


def hash_of(token: str) -> str:
    """What is kept of it. No key and no salt: 32 random bytes are in no table of guesses."""
    return sha256(token.encode()).hexdigest()
