"""Nobody twice, nobody missed, whatever is killed: seeded runs against the carrier's own record.

`python benchmarks/faults.py --runs 20 --seed 1 [--json]`. Each run texts a few hundred people while
processes, Redis and the database are killed and the carrier misbehaves. A run that fails is played again by
`--runs 1 --seed <its seed>`; blows come at the same moments, though two machines never interleave alike.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__" and not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fault_plan import draw
from benchmarks.fault_run import Played, play
from benchmarks.fault_stage import PER_SECOND, open_stage

SHOWN = 5
SHOWN_LINES = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 when a run failed."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is ended in order
    played = play_all(
        given.seed,
        given.runs,
        given.recipients,
        given.seconds,
        given.keep_going,
        given.verbose,
        given.rate,
        given.real_time,
    )
    if given.json:
        print(json.dumps(summary(played)))
    else:
        print(", ".join(f"{name} {value}" for name, value in summary(played).items()))
    return 0 if all(one.holds for one in played) else 1


def play_all(
    seed: int,
    runs: int,
    recipients: int | None = None,
    seconds: float | None = None,
    keep_going: bool = True,
    verbose: bool = False,
    rate: int = PER_SECOND,
    is_real_time: bool = False,
) -> list[Played]:
    """So many runs from this seed on, or as many as begin within `seconds`."""
    until = time.monotonic() + seconds if seconds else float("inf")
    played: list[Played] = []
    with open_stage(rate, is_real_time) as stage:
        for one in range(seed, seed + runs):
            if time.monotonic() > until:
                break
            plan = draw(one, recipients)
            played.append(play(stage, plan))
            tell(played[-1], verbose)
            if not played[-1].holds and not keep_going:
                break
    return played


def summary(played: Sequence[Played]) -> dict[str, object]:
    return {
        "runs": len(played),
        "recipients": sum(one.plan.recipients * one.plan.alerts for one in played),
        "twice": sum(len(one.verdict.twice) for one in played),
        "never": sum(len(one.verdict.never) for one in played),
        "unknown": sum(one.verdict.unknown for one in played),
        "seeds_failed": [one.plan.seed for one in played if not one.holds],
        "strayed": sum(len(one.verdict.strayed) + len(one.faults) for one in played),
        "failed": sum(one.verdict.failed for one in played),
        "peak_per_sender": max((one.verdict.peak for one in played), default=0.0),
        "runs_a_minute": round(60 * len(played) / max(0.001, sum(one.seconds for one in played)), 1),
    }


def tell(played: Played, verbose: bool = False) -> None:
    """A line for each run, and everything about one that failed."""
    verdict = played.verdict
    mark = "ok" if played.holds else "FAILED"
    said = f"seed {played.plan.seed} {mark} {played.seconds:.1f} s, {dict(played.statuses)}"
    if played.holds and not verbose:
        print(said, file=sys.stderr)
        return
    parts = ", ".join(f"{name} by {at:.1f} s" for name, at in played.parts.items())
    print(said, f"peak {verdict.peak:.0f}; {parts}", file=sys.stderr)
    print("  plan:", json.dumps(played.plan.told()), file=sys.stderr)
    named = {
        "twice": verdict.twice,
        "never": verdict.never,
        "strayed": verdict.strayed,
        "fault": played.faults,
    }
    for name, found in named.items():
        for sentence in found[:SHOWN]:
            print(f"  {name}: {sentence}", file=sys.stderr)
        if len(found) > SHOWN:
            print(f"  {name}: and {len(found) - SHOWN} more", file=sys.stderr)
    for line in played.logs[:SHOWN_LINES]:
        print(f"  log: {line}", file=sys.stderr)
    if not played.holds:
        print(f"  again: python benchmarks/faults.py --runs 1 --seed {played.plan.seed}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each next is one more")
    parser.add_argument("--recipients", type=int, help="in place of the number a seed draws")
    parser.add_argument("--seconds", type=float, help="begin no run after so long")
    parser.add_argument("--rate", type=int, default=PER_SECOND, help="segments a second of each sender")
    parser.add_argument("--real-time", action="store_true", help="short leases and looks; nothing is aged")
    parser.add_argument("--keep-going", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="tell the plan of every run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
