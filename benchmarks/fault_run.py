"""One run: people, an alert, blows at their moments, calm, and the judge."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy import text

from benchmarks.fault_judge import Verdict, judge, judge_opt_outs
from benchmarks.fault_people import Person, codes_of, forget_everything, release, sign_up
from benchmarks.fault_plan import Blow, Plan, calmed
from benchmarks.fault_stage import Stage
from benchmarks.fault_time import (
    Stillness,
    let_consumers_be_missed,
    let_receipts_be_missed,
    let_time_pass,
)
from hotline.operations.progress import pause, resume
from hotline.store.database import Contended, DatabaseAway, transaction
from hotline.store.stream import STREAM

LONGEST_S: Final = 120.0
BEGINS_WITHIN_S: Final = 3.0
STORM_WITHIN_S: Final = 3.0
RECEIPTS_WITHIN_S: Final = 20.0
PAUSE_S: Final = 0.4
_KILLED: Final[dict[Blow, str]] = {
    "kill_send": "send",
    "kill_other_send": "other_send",
    "kill_receipts": "receipts",
    "kill_rest": "rest",
    "kill_web": "web",
}


@dataclass(slots=True)
class Played:
    """What came of one run. `faults` are sentences of whatever else went wrong."""

    plan: Plan
    verdict: Verdict
    seconds: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)  # seconds from the beginning to the end of each
    faults: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        return self.verdict.holds and not self.faults


def play(stage: Stage, plan: Plan) -> Played:
    """Play one plan on a stage whose runs before are over."""
    began_at = time.monotonic()
    stage.mark_logs()
    chance = random.Random(plan.seed ^ 0x5EED)
    stage.carrier.reset()
    forget_everything(stage.line)
    people = sign_up(stage.line, plan.recipients, plan.alerts, chance)
    stage.carrier.misbehave(**plan.carrier)
    broadcast_ids = release(stage.line, plan.alerts, plan.ends_in_s)
    stopping = chance.sample(people, plan.stops)
    played = Played(plan, Verdict())
    _storm(stage, plan, stopping, broadcast_ids, played.faults)
    stage.carrier.misbehave(**calmed(plan.carrier))
    played.parts["storm"] = time.monotonic() - began_at
    _come_to_rest(stage, played)
    played.parts["rest"] = time.monotonic() - began_at
    _hear_every_receipt(stage, plan, played)
    played.parts["receipts"] = time.monotonic() - began_at
    _judge(stage, plan, people, stopping, broadcast_ids, played)
    played.seconds = time.monotonic() - began_at
    played.logs = [] if played.holds else stage.said()
    return played


def _storm(
    stage: Stage, plan: Plan, stopping: Sequence[Person], broadcast_ids: Sequence[int], faults: list[str]
) -> None:
    """Every blow at its moment, each in a thread: a server that starts again holds up no other blow.

    The moments count from the first text that the carrier sees, and the carrier misbehaves until the last
    is on its way.
    """
    codes = codes_of(stage.line, broadcast_ids)
    _wait(lambda: stage.carrier.record(summary=True)["attempts"] > 0, BEGINS_WITHIN_S)
    began_at = time.monotonic()
    locks = {name: threading.Lock() for name in ("redis", "database", *_KILLED.values())}

    def strike(blow: Blow, at_s: float) -> None:
        time.sleep(max(0.0, began_at + at_s - time.monotonic()))
        try:
            _strike(stage, blow, codes, locks)
        except Exception as fault:
            faults.append(f"{blow}: {type(fault).__name__} {fault}")

    def stop(person: Person, at_s: float) -> None:
        time.sleep(max(0.0, began_at + at_s - time.monotonic()))
        stage.carrier.text(person.number, "STOP")

    threads = [threading.Thread(target=strike, args=(one.blow, one.at_s)) for one in plan.strikes]
    threads += [
        threading.Thread(target=stop, args=(one, 0.3 * (place + 1))) for place, one in enumerate(stopping)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _wait(lambda: not _is_any(stage, "pending"), STORM_WITHIN_S + plan.recipients * plan.alerts / 50)


def _wait(holds: Callable[[], bool], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


def _strike(stage: Stage, blow: Blow, codes: Sequence[str], locks: dict[str, threading.Lock]) -> None:
    match blow:
        case "kill_database":
            with locks["database"]:
                stage.servers.kill(stage.servers.postgres)
        case "kill_redis":
            with locks["redis"]:
                stage.servers.kill(stage.servers.redis)
        case "wipe_redis":
            with locks["redis"]:
                stage.servers.wipe_redis()
        case "flush_redis":
            with locks["redis"]:
                stage.redis.flushall()
        case "pause":
            _pause(stage, codes)
        case _:
            with locks[_KILLED[blow]]:
                stage.kill(_KILLED[blow])


def _pause(stage: Stage, codes: Sequence[str]) -> None:
    """A person comes back to it when the database is away."""
    for code in codes:
        try:
            pause(stage.line, code, "Ana", stage.line.clock())
        except (DatabaseAway, Contended):
            continue
    time.sleep(PAUSE_S)
    left = set(codes)
    until = time.monotonic() + LONGEST_S
    while left and time.monotonic() < until:
        for code in sorted(left):
            try:
                resume(stage.line, code, "Ana", stage.line.clock())
                left.discard(code)
            except (DatabaseAway, Contended):
                time.sleep(0.1)


def _come_to_rest(stage: Stage, played: Played) -> None:
    """Until every broadcast is finished. What waits for a clock is helped along when nothing else moves."""
    texts = played.plan.recipients * played.plan.alerts
    still, until = Stillness(stage), time.monotonic() + LONGEST_S + texts / 50
    while not _are_finished(stage):
        if time.monotonic() > until:
            played.faults.append(f"never finished: {_standing(stage)}")
            return
        if still.holds():
            let_time_pass(stage)
            still.begin_again()
        time.sleep(0.1 + texts / 50_000)


def _are_finished(stage: Stage) -> bool:
    try:
        with transaction(stage.line.database) as db:
            left = db.scalar(
                text(
                    "SELECT (SELECT count(*) FROM broadcast WHERE finished_at IS NULL)"
                    " + (SELECT count(*) FROM alert a JOIN broadcast b ON b.alert_id = a.id"
                    "    WHERE a.ends_at <= :now AND a.kind <> 'expired'"
                    "    AND NOT EXISTS (SELECT FROM alert f WHERE f.follows_id = a.id))"
                ),
                {"now": stage.line.clock()},
            )
            return bool(left == 0)
    except DatabaseAway:
        return False


def _standing(stage: Stage) -> dict[str, int]:
    with transaction(stage.line.database) as db:
        rows = db.execute(
            text(
                "SELECT status || coalesce(' ' || reason, '') AS standing, count(*) FROM delivery"
                " GROUP BY 1 ORDER BY 1"
            )
        )
        return {row.standing: int(row[1]) for row in rows}


def _hear_every_receipt(stage: Stage, plan: Plan, played: Played) -> None:
    """Until the carrier has nothing more to tell and the stream is in the database."""
    until = time.monotonic() + RECEIPTS_WITHIN_S
    while stage.carrier.in_flight() and time.monotonic() < until:
        time.sleep(0.05)
    while not _is_drained(stage) and time.monotonic() < until:
        let_consumers_be_missed(stage)
        time.sleep(0.1)
    if not _is_drained(stage):
        played.faults.append("the stream of receipts was never drained")
    record = stage.carrier.record(summary=True)
    may_miss = plan.loses_receipts or record["callbacks"].get("failed")
    if not may_miss and (left := _unreported(stage)):
        played.faults.append(f"{left} receipts came in and never arrived in the database")
    while _unreported(stage) and time.monotonic() < until:
        let_receipts_be_missed(stage)
        time.sleep(0.5)


def _is_drained(stage: Stage) -> bool:
    try:
        return int(stage.redis.xlen(STREAM)) == 0
    except RedisError:
        return False


def _is_any(stage: Stage, status: str) -> bool:
    """Is there such a delivery? Yes while the database is away."""
    try:
        with transaction(stage.line.database) as db:
            found = db.scalar(
                text("SELECT EXISTS (SELECT FROM delivery WHERE status = :status)"), {"status": status}
            )
            return bool(found)
    except DatabaseAway:
        return True


def _unreported(stage: Stage) -> int:
    with transaction(stage.line.database) as db:
        found = db.scalar(text("SELECT count(*) FROM delivery WHERE status IN ('accepted', 'sent')"))
    return int(found or 0)


def _judge(
    stage: Stage,
    plan: Plan,
    people: Sequence[Person],
    stopping: Sequence[Person],
    broadcast_ids: Sequence[int],
    played: Played,
) -> None:
    record = stage.carrier.record()
    failed = {error["sid"] for error in stage.carrier.errors()}
    played.verdict = judge(stage.line, record, people, broadcast_ids, ended_early=plan.ends_in_s is not None)
    played.verdict.strayed += judge_opt_outs(stage.line, record, [p.number for p in stopping], failed)
    played.statuses = Counter(_standing(stage))
    played.faults += [f"{name} ended by itself" for name in stage.dead()]
