"""Long wordings cut into pieces that the carrier takes, at the end of a sentence where there is one."""

import re
from collections.abc import Callable
from itertools import chain
from typing import Final

_SENTENCE: Final = re.compile(r".*?(?:[.!?…]+[\"”»)]*\s+|\n+|\Z)", re.DOTALL)
_WORD: Final = re.compile(r"\S*\s*")

Size = Callable[[str], int]


def cut(text: str, limit: int, size: Size = len) -> list[str]:
    """Cut into stripped pieces of at most `limit`, as `size` measures: sentences, else words, else anywhere.

    A text without a letter gives no piece.
    """
    if size(text) <= limit:
        return [text.strip()] if text.strip() else []
    pieces = _packed(_SENTENCE.findall(text), limit, size)
    return [piece.strip() for piece in pieces if piece.strip()]


def _packed(units: list[str], limit: int, size: Size) -> list[str]:
    """Join as many units as fit, and break a unit that is too large by itself."""
    packed: list[str] = [""]
    for unit in chain.from_iterable(_fitting(whole, limit, size) for whole in units):
        if size(packed[-1] + unit) > limit:
            packed.append("")
        packed[-1] += unit
    return packed


def _fitting(unit: str, limit: int, size: Size) -> list[str]:
    if size(unit) <= limit:
        return [unit]
    words = _WORD.findall(unit)
    smaller = words if len([word for word in words if word]) > 1 else list(unit)
    return _packed(smaller, limit, size)
