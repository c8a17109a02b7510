"""The nine points of the broadcast engine's speed, each measured on a stage that is up."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import text

from benchmarks.sending import people
from benchmarks.sending.rows import (
    Row,
    at_least,
    at_most,
    between,
    cpu_us,
    median_ratio,
    most_in_a_second,
    not_measured,
    per_s,
)
from benchmarks.sending.stage import Stage


@dataclass(frozen=True, slots=True)
class Size:
    """How long and how large: quick, or long."""

    rounds: int
    seconds: float  # of one stretch of sending
    rate_seconds: float
    people: int  # with numbers that can be opened
    rows: int  # deliveries written in one go, to measure the writing
    far_seconds: float


QUICK = Size(rounds=2, seconds=0.5, rate_seconds=2.2, people=40_000, rows=100_000, far_seconds=1.2)
SLOW_QUICK = Size(rounds=2, seconds=0.4, rate_seconds=2.2, people=12_000, rows=40_000, far_seconds=1.2)
LONG = Size(rounds=7, seconds=4.0, rate_seconds=60.0, people=400_000, rows=1_000_000, far_seconds=10.0)
FAR_S = 0.1
EDGE_S = 0.1
HOST_IN_FLIGHT = 50


@dataclass
class Pool:
    """Deliveries waiting to be sent: a newsletter that is written anew when it runs low."""

    stage: Stage
    size: Size
    broadcast: int = 0
    broadcasts: int = 0

    def fill(self, at_least: int) -> None:
        """Have so many waiting."""
        if self._waiting() >= at_least:
            return
        self.retire()
        performer = self.stage.cast(1)[0]
        told = performer.do("write", count=self.size.people)
        self.broadcast = told["broadcast"]

    def _waiting(self) -> int:
        with self.stage.engine.connect() as db:
            found = db.scalar(
                text("SELECT count(*) FROM delivery WHERE broadcast_id = :id AND status = 'pending'"),
                {"id": self.broadcast},
            )
        return int(found or 0)

    def forget(self) -> None:
        """Rows that were written to be counted, not sent."""
        with self.stage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("TRUNCATE delivery, delivery_tally"))
        self.broadcast = 0

    def retire(self) -> None:
        with self.stage.engine.begin() as db:
            db.execute(
                text("UPDATE broadcast SET finished_at = now(), state = 'done' WHERE finished_at IS NULL")
            )


def one_worker(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """1. Durable against the bare loop of the same client; through RQ against without."""
    performer = stage.cast(1)[0]
    bare, plain, queued = [], [], []
    pool.fill(at_least=size.people // 2)
    stage.carrier.tell(clear=1, latency=0)
    performer.do("bare", count=500)
    performer.do("engine", seconds=0.3)
    count = int(per_s(performer.do("bare", count=1500)) * size.seconds)
    for _ in range(size.rounds):
        bare.append(_within(stage, lambda: performer.do("bare", count=count)))
        plain.append(_within(stage, lambda: performer.do("engine", seconds=size.seconds)))
        queued.append(_within(stage, lambda: performer.do("through_rq", seconds=size.seconds)))
        pool.fill(at_least=int(size.people * 0.3))
    stage.speed = sorted(_speeds(plain))[size.rounds // 2]
    return [
        at_least(
            "1 one worker, durable / bare loop of the same client",
            median_ratio(_speeds(plain), _speeds(bare)),
            0.75,
            per_second=round(stage.speed),
            bare_per_second=round(sorted(_speeds(bare))[size.rounds // 2]),
            cpu_ratio=round(median_ratio(_costs(bare), _costs(plain)), 3),
            cpu_us=round(cpu_us(plain[0]), 1),
            bare_cpu_us=round(cpu_us(bare[0]), 1),
        ),
        at_least(
            "1 through RQ jobs / the engine without RQ",
            median_ratio(_speeds(queued), _speeds(plain)),
            0.95,
            cpu_ratio=round(median_ratio(_costs(plain), _costs(queued)), 3),
        ),
    ]


def _within(stage: Stage, act: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What came of an act, its speed taken at the carrier and without its first and last moments: a stretch
    of the engine is 20 s in the program and a fraction of one here."""
    stage.carrier.tell(clear=1)
    told = act()
    times: list[float] = stage.carrier.seen()["times"]
    begin, end = times[0] + EDGE_S, times[-1] - EDGE_S
    return told | {"texts": told["texts"], "speed": between(times, [], begin, end) / (end - begin)}


def _speeds(told: Sequence[dict[str, float]]) -> list[float]:
    return [one["speed"] for one in told]


def _costs(told: Sequence[dict[str, float]]) -> list[float]:
    return [cpu_us(one) for one in told]


def ways_people_write_it(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """2. The engine beside an SDK loop and one job for each text."""
    performer = stage.cast(1)[0]
    ours, sdk, each = [], [], []
    pool.fill(at_least=size.people // 2)
    performer.do("sdk", count=20)
    for _ in range(size.rounds):
        ours.append(_within(stage, lambda: performer.do("engine", seconds=size.seconds))["speed"])
        sdk.append(per_s(performer.do("sdk", count=int(400 * size.seconds))))
        each.append(per_s(performer.do("rq_each", count=int(100 * size.seconds))))
    rows = [
        at_least("2 engine / Twilio SDK in a loop", median_ratio(ours, sdk), 7, sdk_per_second=round(sdk[0])),
        at_least(
            "2 engine / one RQ job for each text", median_ratio(ours, each), 50, rq_per_second=round(each[0])
        ),
    ]
    return [*rows, *_celery(stage, size, ours)]


def _celery(stage: Stage, size: Size, ours: list[float]) -> list[Row]:
    name = "2 engine / one Celery job for each text"
    if find_spec("celery") is None:
        return [not_measured(name, 20, "celery is not installed (no part of the hotline)")]
    each = import_module("benchmarks.sending.celery_jobs").measured(stage, count=int(300 * size.seconds))
    return [at_least(name, sorted(ours)[len(ours) // 2] / each, 20, celery_per_second=round(each))]


def far_away(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """3. The carrier 100 ms away: as many as fit in flight, and the processor's share at 2,000 a second."""
    performer, costs = stage.cast(1)[0], list[float]()
    rows: list[Row] = []
    for in_flight, goal in ((100, 0.97), (500, 0.95)):
        pool.fill(at_least=int(in_flight / FAR_S * size.far_seconds * 1.5))
        stage.carrier.tell(clear=1, latency=FAR_S)
        told = performer.do("engine", seconds=size.far_seconds + 0.5, in_flight=in_flight)
        used = _turns(stage, in_flight) / (in_flight / FAR_S)
        rows.append(
            at_least(
                f"3 carrier 100 ms away, {in_flight} in flight / what fits",
                used,
                goal,
                most_in_flight=stage.carrier.seen()["most_in_flight"],
                cpu_us=round(cpu_us(told), 1),
            )
        )
        costs.append(cpu_us(told))
    stage.carrier.tell(latency=0)
    rows.append(at_most("3 share of a core at 2,000 texts a second", min(costs) * 2000 / 1e6, 0.5))
    return rows


def _turns(stage: Stage, in_flight: int) -> float:
    """Requests a second, from how long a place in flight took to be free again: what goes out comes in waves,
    and how many of them fall into a second is chance."""
    times: list[float] = stage.carrier.seen()["times"]
    steady = times[in_flight * 2 : -in_flight]
    turns = [later - one for one, later in zip(steady, steady[in_flight:], strict=False)]
    return in_flight / statistics.mean(turns) if turns else 0.0


def rates(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """4. What is permitted is used, and never more, at the carrier's own clock."""
    performers, rows = stage.cast(4), []
    for permitted in (225, 2000):
        pool.fill(at_least=int(permitted * size.rate_seconds))
        burst = int(permitted * BURST_S) + 2
        stage.carrier.tell(clear=1, latency=0.02, weigh="PRUEBA:2,TEST:1")
        begun = [
            one.begin("engine", seconds=size.rate_seconds + 0.6, rate=permitted, in_flight=100)
            for one in performers
        ]
        told = [one.end() for one in begun]
        seen = stage.carrier.seen(weigh="", latency=0)
        times, weights = seen["times"], seen["weights"]
        begin = times[0] + 0.5
        used = between(times, weights, begin, begin + size.rate_seconds - 0.5) / (size.rate_seconds - 0.5)
        most = most_in_a_second(times, weights)
        rows += [
            at_least(
                f"4 {permitted} segments a second permitted, four workers: share used",
                used / permitted,
                0.99,
                texts=[one["texts"] for one in told],
                came=len(times),
                took=round(times[-1] - times[0], 2),
                cpu=round(sum(one["cpu"] / one["seconds"] for one in told), 2),
            ),
            at_most(
                f"4 {permitted}: the most in any second, less the burst of {burst} / permitted",
                (most - burst) / permitted,
                1.0,
                most=most,
            ),
        ]
    return rows


BURST_S = 0.1  # what the bucket holds (hotline.store.rates: 0.06 s) and what a way to the carrier may differ
URGENT_PER_SECOND = 800


def urgent(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """5. An urgent alert in the middle of a newsletter, with the program's own workers."""
    pool.fill(at_least=int(size.people * 0.2))
    stage.carrier.tell(clear=1, latency=0.02)
    limited = {"HOTLINE_SEGMENTS_PER_SECOND": str(URGENT_PER_SECOND)}
    roles = ("send", "rest")
    children = [stage.start(f"worker-{role}", ["-m", "workers", "--role", role], **limited) for role in roles]
    _until_sending(stage)
    seen = [_alert(stage, f"URGENTE{number}") for number in range(3)]
    for child in children:
        child.stop()
    stage.carrier.tell(latency=0, mark="")
    waits = sorted(wait for wait, _ in seen)
    return [
        at_most(
            "5 urgent in the middle of a newsletter: first text after ms", waits[1], 250, worst=waits[-1]
        ),
        at_least(
            "5 urgent: share of the rate while it runs", statistics.median(share for _, share in seen), 0.95
        ),
    ]


def _alert(stage: Stage, mark: str) -> tuple[float, float]:
    """Milliseconds from its release to its first text, and its share of what came while it ran."""
    stage.carrier.tell(clear=1, mark=mark)
    zips = people.zips_for(people.PER_ZIP)
    began = time.monotonic()
    broadcast_id = people.broadcast(stage.engine, zips, urgent=True, mark=mark, one_segment=True)
    stage.wake("fan_out", broadcast_id)
    time.sleep(people.PER_ZIP / URGENT_PER_SECOND + 0.4)
    seen = stage.carrier.seen()
    marked = seen["marked"]
    if not marked:
        return 10_000.0, 0.0
    # Batches that were on their way when it came are not held back: a moment for them.
    begin, end = marked[0] + 0.05, marked[-1]
    share = between(marked, [], begin, end) / max(1, between(seen["times"], [], begin, end))
    return (marked[0] - began) * 1000, share


def _until_sending(stage: Stage) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and not stage.carrier.seen()["count"]:
        time.sleep(0.05)


def written(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """8. Deliveries written: the cost of each, at two sizes."""
    performer, count = stage.cast(1)[0], size.rows // 10
    people.subscribe_unsealed(stage.engine, 10_000_000, size.rows, EVERYBODY)
    people.subscribe_unsealed(stage.engine, 10_000_000 + size.rows, count, FEWER)
    costs: dict[str, list[float]] = {EVERYBODY: [], FEWER: []}
    performer.do("write", count=count, zips=[FEWER])
    for _ in range(size.rounds // 2):
        for zip_code, amount in ((FEWER, count), (EVERYBODY, size.rows)):
            told = performer.do("write", count=amount, zips=[zip_code])
            costs[zip_code].append(told["seconds"] / amount * 1e6)
            pool.retire()
    pool.forget()
    large, small = min(costs[EVERYBODY]), min(costs[FEWER])
    return [
        at_most("8 a million deliveries written, s (from the cost of each)", large, 5.0, rows=size.rows),
        at_most(
            f"8 cost of a delivery at {size.rows:,} / at {count:,}",
            large / small,
            1.1,
            us=[round(small, 2), round(large, 2)],
        ),
    ]


EVERYBODY, FEWER = "99999", "99998"


def three_hosts(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    """9. Three worker hosts against one, the carrier's distance being the limit."""
    performers = stage.cast(3)
    pool.fill(at_least=int(4 * HOST_IN_FLIGHT / FAR_S * (size.far_seconds + 1)))
    speeds = []
    for hosts in (1, 3):
        stage.carrier.tell(clear=1, latency=FAR_S)
        begun = [
            one.begin("engine", seconds=size.far_seconds + 0.5, in_flight=HOST_IN_FLIGHT)
            for one in performers[:hosts]
        ]
        for one in begun:
            one.end()
        speeds.append(_turns(stage, HOST_IN_FLIGHT * hosts))
    stage.carrier.tell(latency=0)
    return [
        at_least(
            "9 three hosts / one, the carrier 100 ms away",
            speeds[1] / speeds[0],
            2.85,
            per_second=[round(one) for one in speeds],
        )
    ]


def memory(stage: Stage, size: Size, pool: Pool) -> list[Row]:
    most = max(one.do("memory")["mb"] for one in stage.performers)
    return [at_most("8 memory of a worker after all this, MB", most, 200)]
