"""Which ZIP code is nearest: straight lines between the middles of ZIP codes."""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, hypot, radians

import zipcodes

_MILES_PER_DEGREE = 69.0


def nearest_first(zips: Sequence[str], origin: str | None) -> list[str]:
    """The ZIP codes ordered by distance from one of them (the first when none is named).

    ZIP codes that the data set does not know come last, in their order.
    """
    ordered = list(dict.fromkeys(zips))
    start = _middle(origin or ordered[0]) if ordered else None
    if start is None:
        return ordered
    return sorted(ordered, key=lambda zip_code: _miles(start, _middle(zip_code)))


def miles_between(zip_code: str, other: str) -> float | None:
    """How far the middles of two ZIP codes are from each other; None when one of them is not known."""
    here, there = _middle(zip_code), _middle(other)
    return _miles(here, there) if here and there else None


def _miles(here: tuple[float, float], there: tuple[float, float] | None) -> float:
    if there is None:
        return float("inf")
    north = (there[0] - here[0]) * _MILES_PER_DEGREE
    east = (there[1] - here[1]) * _MILES_PER_DEGREE * cos(radians(here[0]))
    return hypot(north, east)


@lru_cache(maxsize=4096)
def _middle(zip_code: str) -> tuple[float, float] | None:
    if len(zip_code) != 5 or not zip_code.isdigit():
        return None
    found: list[dict[str, str]] = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]
    return (float(found[0]["lat"]), float(found[0]["long"])) if found else None
