"""Short codes that are spoken and typed: no look-alikes, and no vowels that would make words."""

import re
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "234679CDFGHJKMNPQRTVWXYZ"
LENGTH: Final = 4

PickOne = Callable[[str], str]
"""Chance as an argument: `secrets.choice` in a door, a seeded choice in tests."""


def new_code(pick: PickOne) -> str:
    """Make a code such as `K7Q2` (one of about 330,000; the caller sees to uniqueness)."""
    return "".join(pick(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """Read a code as typed (`k7 q2`, `K7-Q2`); None when it is none."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if len(code) == LENGTH and all(c in ALPHABET for c in code) else None
