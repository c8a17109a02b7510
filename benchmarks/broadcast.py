"""The broadcast engine's speed: nine points, each a ratio measured in one run on one machine.

`python benchmarks/broadcast.py [--quick] [--json] [--only 14]`. A stand-in carrier that only counts answers
on loopback, in its own process. Rounds alternate between the engine and what it is held against, so that a
noisy neighbour hits both; ratios are medians of the rounds. benchmarks/README.md keeps the tables.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

if __name__ == "__main__" and __package__ in {None, ""}:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # started by its path: the project is its root

from benchmarks.sending import people, points, receiving, stage
from benchmarks.sending.budget import TooLate, at_most, since_start, slowness
from benchmarks.sending.points import LONG, QUICK, SLOW_QUICK, Pool, Size
from benchmarks.sending.rows import Row, not_measured

Step = Callable[[stage.Stage, Size, Pool], list[Row]]
ALL: Final = "123456789"
QUICK_ENDS_S: Final = 46.0  # after the start of the process; then everything is ended, which takes a moment
# What a point takes in the quick form where nobody else works: one that could not be over in time is not
# begun, and one that takes longer is cut off at the end.
NEEDS_S: Final = {"1": 7, "2": 5, "4": 8, "5": 8, "3": 5, "6": 4, "7": 4, "9": 5, "8": 4}
SLOW: Final = 1.6  # from here on the quick form is done with fewer people and rounds
TOO_SLOW: Final = "no time was left on this machine: leave out --quick"


def steps(doors: receiving.Doors) -> dict[str, Step]:
    """The points in the order they are measured; the last is about rows that nobody sends."""
    return {
        "1": points.one_worker,
        "2": points.ways_people_write_it,
        "4": points.rates,
        "3": points.far_away,
        "9": points.three_hosts,
        "7": partial(receiving.turns, doors=doors),
        "6": partial(receiving.receipts, doors=doors),
        "5": points.urgent,
        "8": points.written,
    }


def measure(size: Size, only: str, ends_s: float | None) -> list[Row]:
    """Raise the stage and measure; what there is no time for is said to be not measured."""
    rows: dict[str, list[Row]] = {
        number: [not_measured(number, 1.0, TOO_SLOW)] for number in ALL if number in only
    }
    with suppress(TooLate), at_most(None if ends_s is None else ends_s - since_start()):
        _measure(size, only, ends_s, rows)
    return sorted((row for found in rows.values() for row in found), key=lambda row: str(row["name"]))


def _measure(size: Size, only: str, ends_s: float | None, rows: dict[str, list[Row]]) -> None:
    pace = slowness() if ends_s else 1.0
    if ends_s and pace > SLOW:
        size = SLOW_QUICK
    with stage.raised(is_hurried=ends_s is not None) as up:
        up.cast(4)
        doors = receiving.Doors(up)
        if pace <= SLOW:
            doors.open()
        people.subscribe(up.engine, size.people)
        for performer in up.performers:
            performer.do("ready")
        pool = Pool(up, size)
        print(f"up after {since_start():.1f} s, {pace:.1f} times slower", file=sys.stderr)
        for number, step in steps(doors).items():
            if number not in rows or (ends_s and since_start() + NEEDS_S[number] > ends_s):
                continue
            began = time.monotonic()
            rows[number] = step(up, size, pool)
            print(
                f"{number}: {time.monotonic() - began:.1f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr
            )
        rows["memory"] = points.memory(up, size, pool)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 50 s")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default=ALL, help="points to measure, such as 14")
    given = parser.parse_args()
    rows = measure(QUICK, given.only, QUICK_ENDS_S) if given.quick else measure(LONG, given.only, None)
    if given.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(" | ".join(f"{name} {value}" for name, value in row.items()))
    if (
        given.quick
    ):  # nothing is left to end, and a slow machine takes seconds to clear away the program itself
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
