"""The rows that come out, and the arithmetic behind them."""

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def row(name: str, ratio: float | None, goal: float | None, holds: bool, **more: object) -> Row:
    rounded = None if ratio is None else round(ratio, 3)
    return {"name": name, "ratio": rounded, "goal": goal, "holds": bool(holds), **more}


def at_least(name: str, ratio: float, goal: float, **more: object) -> Row:
    return row(name, ratio, goal, ratio >= goal, **more)


def at_most(name: str, value: float, goal: float, **more: object) -> Row:
    return row(name, value, goal, value <= goal, **more)


def not_measured(name: str, goal: float, why: str) -> Row:
    return row(name, None, goal, False, why=f"not measured: {why}")


def per_s(told: Mapping[str, float]) -> float:
    return told["texts"] / told["seconds"]


def cpu_us(told: Mapping[str, float]) -> float:
    """Microseconds of this process's own time for each text: what a busy neighbour changes least."""
    return told["cpu"] / max(1.0, told["texts"]) * 1e6


def median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios of rounds that stood beside each other."""
    return statistics.median(one / max(other, 1e-9) for one, other in zip(over, under, strict=True))


def between(times: Sequence[float], weights: Sequence[int], begin: float, end: float) -> int:
    """What came from `begin` to `end`; `times` rise."""
    first, last = bisect_left(times, begin), bisect_right(times, end)
    return sum(weights[first:last]) if weights else last - first


def most_in_a_second(times: Sequence[float], weights: Sequence[int]) -> int:
    """The most that came in any second, wherever it begins."""
    most = inside = left = 0
    for right, at in enumerate(times):
        inside += weights[right] if weights else 1
        while at - times[left] >= 1.0:
            inside -= weights[left] if weights else 1
            left += 1
        most = max(most, inside)
    return most
