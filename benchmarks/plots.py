"""Two pictures: the rate over time of a broadcast with faults, and the cost of a text by size.

`python -m benchmarks.plots --into FOLDER` measures both and draws them as SVG with matplotlib (of the `dev`
extra); where that is missing it leaves the numbers there as JSON and says so.
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

PER_SECOND: Final = 600
STEP_S: Final = 0.25
FAULTS: Final = (
    (4.0, "worker killed"),
    (5.0, "another begins"),
    (9.0, "Redis wiped"),
    (13.0, "carrier 300 ms slower"),
)
ENDS_S: Final = 17.0
SIZES: Final = (1_000, 10_000, 100_000)


def rate_over_time(up: stage.Stage, pool: Pool) -> dict[str, Any]:
    """Segments that came at the carrier in each quarter of a second, and what was done when."""
    pool.fill(at_least=int(PER_SECOND * ENDS_S * 1.2))
    up.carrier.tell(clear=1, latency=0.05, weigh="PRUEBA:2")
    limited = {"HOTLINE_SEGMENTS_PER_SECOND": str(PER_SECOND)}
    up.start("worker-rest", ["-m", "workers", "--role", "rest"], **limited)
    worker = up.start("worker-send", ["-m", "workers", "--role", "send"], **limited)
    while not up.carrier.seen()["count"]:
        time.sleep(0.05)
    began = time.monotonic()
    for at, fault in FAULTS:
        time.sleep(max(0.0, began + at - time.monotonic()))
        if fault == "worker killed":
            worker.send(signal.SIGKILL)
        elif fault == "another begins":
            worker = up.start("worker-send", ["-m", "workers", "--role", "send"], **limited)
        elif fault == "Redis wiped":
            with Redis.from_url(up.redis_url) as redis:
                redis.flushall()
        else:
            up.carrier.tell(latency=0.35)
    time.sleep(max(0.0, began + ENDS_S - time.monotonic()))
    worker.stop()
    seen = up.carrier.seen(weigh="", latency=0)
    return {
        "step_s": STEP_S,
        "faults": FAULTS,
        "permitted": PER_SECOND,
        "segments": _counted(seen["times"], seen["weights"]),
    }


def _counted(times: Sequence[float], weights: Sequence[int]) -> list[int]:
    counted = [0] * int(ENDS_S / STEP_S)
    for at, weight in zip(times, weights, strict=True):
        place = int((at - times[0]) / STEP_S)
        if place < len(counted):
            counted[place] += weight
    return counted


def cost_by_size(up: stage.Stage, pool: Pool) -> dict[str, Any]:
    """Microseconds of a worker for each text, its row written and sent, by the size of the broadcast."""
    performer, costs = up.cast(1)[0], []
    for size in SIZES:
        pool.retire()
        written = performer.do("write", count=size)
        sent = performer.do("engine", seconds=120.0)
        costs.append({"size": size, "written_us": written["seconds"] / size * 1e6, "sent_us": cpu_us(sent)})
        pool.forget()
    return {"costs": costs}


def measure() -> dict[str, Any]:
    size = Size(rounds=1, seconds=1, rate_seconds=1, people=max(SIZES), rows=0, far_seconds=1)
    with stage.raised() as up:
        people.subscribe(up.engine, size.people)
        pool = Pool(up, size)
        return {"rate": rate_over_time(up, pool), "cost": cost_by_size(up, pool)}


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
        axes.annotate(fault, (when, 0), rotation=90, fontsize=8)
    axes.set(xlabel="seconds", ylabel="segments a second at the carrier", title="A broadcast with faults")
    picture.savefig(into / "rate.svg")
    costs, picture = found["cost"]["costs"], figure(figsize=(6, 3.5), layout="constrained")
    axes = picture.subplots()
    for name, label in (("written_us", "row written (wall)"), ("sent_us", "sent and settled (worker's CPU)")):
        axes.plot([one["size"] for one in costs], [one[name] for one in costs], marker="o", label=label)
    axes.set(
        xscale="log", xlabel="recipients", ylabel="µs for each text", ylim=(0, None), title="Cost by size"
    )
    axes.legend()
    picture.savefig(into / "cost.svg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("benchmarks/pictures"))
    into: Path = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    found = measure()
    (into / "numbers.json").write_text(json.dumps(found), encoding="utf-8")
    try:
        draw(found, into)
    except ImportError:
        print("matplotlib is not installed: the numbers are in numbers.json", file=sys.stderr)


if __name__ == "__main__":
    main()
