"""The broadcast engine's speed: nine points, each a ratio measured in one run on one machine.

`python benchmarks/broadcast.py [--quick] [--json] [--only 14]`. A stand-in carrier that only counts answers
on loopback, in its own process. Rounds alternate between the engine and what it is held against, so that a
noisy neighbour hits both; ratios are medians of the rounds. benchmarks/README.md keeps the tables.
"""

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

if __name__ == "__main__" and __package__ in {None, ""}:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # started by its path: the project is its root

from benchmarks.sending import people, points, receiving, stage
from benchmarks.sending.points import LONG, QUICK, Pool, Size
from benchmarks.sending.rows import Row, not_measured

Step = Callable[[stage.Stage, Size, Pool], list[Row]]
ALL: Final = "123456789"
QUICK_ENDS_S: Final = 46.0
# What a point takes in the quick form: one that could not be over in time is not begun.
NEEDS_S: Final = {"1": 7, "2": 5, "4": 8, "5": 8, "3": 5, "6": 4, "7": 4, "9": 5, "8": 4}


def steps(ports: tuple[int, int]) -> dict[str, Step]:
    """The points in the order they are measured; the last is about rows that nobody sends."""
    return {
        "1": points.one_worker,
        "2": points.ways_people_write_it,
        "4": points.rates,
        "3": points.far_away,
        "9": points.three_hosts,
        "7": partial(receiving.turns, ports=ports),
        "6": partial(receiving.receipts, ports=ports),
        "5": points.urgent,
        "8": points.written,
    }


def measure(size: Size, only: str, ends_s: float) -> list[Row]:
    """Raise the stage and measure; what there is no time for is said to be not measured."""
    began, rows = time.monotonic(), list[Row]()
    with stage.raised() as up:
        up.cast(4)
        ports = receiving.open_doors(up)
        people.subscribe(up.engine, size.people)
        for performer in up.performers:
            performer.do("ready")
        receiving.wait_for_doors(ports)
        pool = Pool(up, size)
        for number, step in steps(ports).items():
            if number in only:
                rows += _measured(
                    number, step, (up, size, pool), time.monotonic() - began + NEEDS_S[number] > ends_s
                )
        rows += points.memory(up, size, pool)
    return sorted(rows, key=lambda row: str(row["name"]))


def _measured(number: str, step: Step, given: tuple[stage.Stage, Size, Pool], is_late: bool) -> list[Row]:
    if is_late:
        return [not_measured(number, 1.0, "no time was left on this machine: leave out --quick")]
    began = time.monotonic()
    rows = step(*given)
    print(f"{number}: {time.monotonic() - began:.1f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 50 s")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default=ALL, help="points to measure, such as 14")
    given = parser.parse_args()
    rows = measure(*((QUICK, given.only, QUICK_ENDS_S) if given.quick else (LONG, given.only, math.inf)))
    if given.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(" | ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
