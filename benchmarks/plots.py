"""Two pictures: the rate over time of a broadcast with faults, and the cost of a text by size.

`python -m benchmarks.plots --into FOLDER --sizes 1000,10000,100000` measures both and draws them as PNG with
matplotlib (of the `dev` extra); where that is missing it leaves the numbers there as JSON and says so.
`--from FOLDER/numbers.json` draws what was measured before.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from redis import Redis

from benchmarks.sending import people, stage
from benchmarks.sending.points import Pool, Size
from benchmarks.sending.rows import cpu_us

PER_SECOND: Final = 225
STEP_S: Final = 0.25
CALM_S: Final = 4.0  # before the first fault and after each
AWAY_S: Final = 1.0  # from the death of the one worker until another is begun
BACK_WITHIN_S: Final = 60.0
SLOWER_S: Final = 0.3
SIZES: Final = (1_000, 10_000, 100_000)
DOTS: Final = 110


def rate_over_time(up: stage.Stage, pool: Pool, permitted: int) -> dict[str, Any]:
    """Segments that came at the carrier in each quarter of a second, and what was done when."""
    pool.fill(at_least=int(permitted * CALM_S * 6))
    up.carrier.tell(clear=1, latency=0.05, weigh="PRUEBA:2")
    limited = {"HOTLINE_SEGMENTS_PER_SECOND": str(permitted)}
    up.start("worker-rest", ["-m", "workers", "--role", "rest"], **limited)
    worker = up.start("worker-send", ["-m", "workers", "--role", "send"], **limited)
    _until_more(up, 0)
    began, faults = time.monotonic(), list[tuple[float, str]]()

    def happens(fault: str) -> None:
        faults.append((round(time.monotonic() - began, 2), fault))

    time.sleep(CALM_S)
    worker.send(signal.SIGKILL)
    happens("worker killed")
    time.sleep(AWAY_S)
    came = up.carrier.seen()["count"]
    worker = up.start("worker-send", ["-m", "workers", "--role", "send"], **limited)
    happens("another begins")
    _until_more(up, came)
    time.sleep(CALM_S)
    with Redis.from_url(up.redis_url) as redis:
        redis.flushall()
    happens("Redis wiped")
    time.sleep(CALM_S)
    up.carrier.tell(latency=0.05 + SLOWER_S)
    happens("carrier 300 ms slower")
    time.sleep(CALM_S)
    ends_s = time.monotonic() - began
    worker.stop()
    seen = up.carrier.seen(weigh="", latency=0)
    return {
        "step_s": STEP_S,
        "faults": faults,
        "permitted": permitted,
        "segments": _counted(seen["times"], seen["weights"], ends_s),
    }


def _until_more(up: stage.Stage, than: int) -> None:
    """Until the carrier has seen more. Raises SystemExit when it does not."""
    until = time.monotonic() + BACK_WITHIN_S
    while up.carrier.seen()["count"] <= than:
        if time.monotonic() > until:
            raise SystemExit("nothing is sent")
        time.sleep(0.05)


def _counted(times: Sequence[float], weights: Sequence[int], ends_s: float) -> list[int]:
    counted = [0] * int(ends_s / STEP_S)
    for at, weight in zip(times, weights, strict=True):
        place = int((at - times[0]) / STEP_S)
        if place < len(counted):
            counted[place] += weight
    return counted


def cost_by_size(up: stage.Stage, pool: Pool, sizes: Sequence[int]) -> dict[str, Any]:
    """Microseconds of a worker for each text, its row written and sent, by the size of the broadcast."""
    performer, costs = up.cast(1)[0], []
    for size in sizes:
        pool.retire()
        written = performer.do("write", count=size)
        sent = performer.do("engine", seconds=120.0)
        costs.append({"size": size, "written_us": written["seconds"] / size * 1e6, "sent_us": cpu_us(sent)})
        pool.forget()
    return {"costs": costs}


def measure(sizes: Sequence[int], permitted: int) -> dict[str, Any]:
    size = Size(rounds=1, seconds=1, rate_seconds=1, people=max(sizes), rows=0, far_seconds=1)
    with stage.raised(is_hurried=True) as up:
        people.subscribe(up.engine, size.people)
        pool = Pool(up, size)
        return {"rate": rate_over_time(up, pool, permitted), "cost": cost_by_size(up, pool, sizes)}


def draw(found: dict[str, Any], into: Path) -> None:
    """Raises ImportError where matplotlib is missing."""
    figure: Any = import_module("matplotlib.figure").Figure
    rate, picture = found["rate"], figure(figsize=(9, 3.5), layout="constrained")
    axes = picture.subplots()
    at = [place * rate["step_s"] for place in range(len(rate["segments"]))]
    axes.step(at, [count / rate["step_s"] for count in rate["segments"]], where="post")
    axes.axhline(rate["permitted"], linestyle=":")
    for when, fault in rate["faults"]:
        axes.axvline(when, color="grey", linewidth=0.8)
        axes.annotate(fault, (when, 0), rotation=90, fontsize=8, ha="right")
    axes.set(xlabel="seconds", ylabel="segments a second at the carrier", title="A broadcast with faults")
    picture.savefig(into / "rate.png", dpi=DOTS)
    costs, picture = found["cost"]["costs"], figure(figsize=(6, 3.5), layout="constrained")
    axes = picture.subplots()
    for name, label in (("written_us", "row written (wall)"), ("sent_us", "sent and settled (worker's CPU)")):
        axes.plot([one["size"] for one in costs], [one[name] for one in costs], marker="o", label=label)
    axes.set(
        xscale="log", xlabel="recipients", ylabel="µs for each text", ylim=(0, None), title="Cost by size"
    )
    axes.legend()
    picture.savefig(into / "cost.png", dpi=DOTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("benchmarks/pictures"))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="recipients, as 1000,10000")
    parser.add_argument("--rate", type=int, default=PER_SECOND, help="segments a second that are permitted")
    parser.add_argument("--from", dest="numbers", type=Path, help="draw these and measure nothing")
    given = parser.parse_args()
    into: Path = given.into
    into.mkdir(parents=True, exist_ok=True)
    if given.numbers:
        found = json.loads(given.numbers.read_text(encoding="utf-8"))
    else:
        found = measure([int(size) for size in given.sizes.split(",")], given.rate)
        (into / "numbers.json").write_text(json.dumps(found), encoding="utf-8")
    try:
        draw(found, into)
    except ImportError:
        print("matplotlib is not installed: the numbers are in numbers.json", file=sys.stderr)


if __name__ == "__main__":
    main()
