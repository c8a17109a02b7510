"""Numbers that can be trusted while a broadcast runs, and steering it: pause, resume, cancel."""

from dataclasses import dataclass
from datetime import datetime

from hotline.domain.delivery import DeliveryStatus
from hotline.operations.alerts import AlertRefused, find
from hotline.operations.line import Line
from hotline.operations.reactions import STOPPED
from hotline.store import audit, broadcasts, marks, tallies
from hotline.store.broadcasts import BroadcastState
from hotline.store.database import transaction
from hotline.store.tallies import Tally


@dataclass(frozen=True, slots=True)
class Progress:
    """`state` is `draft`, `asked` or `withdrawn` while nothing goes out. `minutes_left` is None when the
    rate of this moment cannot be told."""

    code: str
    state: str
    reason: str | None
    total: int
    tallies: tuple[Tally, ...]
    rate: float
    minutes_left: float | None
    ends_at: datetime
    is_written: bool

    def count(self, *statuses: DeliveryStatus) -> int:
        return sum(tally.count for tally in self.tallies if tally.status in statuses)

    @property
    def waiting(self) -> int:
        return self.count("pending", "held", "sending")

    @property
    def reasons(self) -> tuple[Tally, ...]:
        """Why some did not arrive, or have not left yet."""
        return tuple(tally for tally in self.tallies if tally.reason or tally.code)


def progress(line: Line, code: str, now: datetime) -> Progress:
    """Where an alert stands, from counters. Raises AlertRefused when there is none of this code."""
    with transaction(line.database) as db:
        of = find(line, db, code)
        out = broadcasts.of_alert(db, of.id)
        if out is None:
            return Progress(code, of.state, None, 0, (), 0.0, None, of.ends_at, is_written=False)
        stopped = marks.read(db, STOPPED)
        found = tuple(tallies.of(db, out.id))
        rate = tallies.accepted_per_s(db, out.id, now)
    waiting = sum(tally.count for tally in found if tally.status in {"pending", "sending"})
    left = waiting / rate / 60 if rate and out.is_written else 0.0 if not waiting else None
    reason = out.reason or (f"stopped {stopped}" if stopped else None)
    return Progress(code, out.state, reason, out.total, found, rate, left, out.ends_at, out.is_written)


def pause(line: Line, code: str, by: str, now: datetime) -> bool:
    """Take nothing more up; what is on its way arrives. False when it was not being sent."""
    return _move(line, code, by, now, ("sending", "held"), "paused", "by a person")


def resume(line: Line, code: str, by: str, now: datetime) -> bool:
    """Go on where it was paused."""
    moved = _move(line, code, by, now, ("paused", "held"), "sending", None)
    line.queue.wake("deliver")
    return moved


def cancel(line: Line, code: str, by: str, now: datetime) -> bool:
    """Send nothing more of it, for good. The sweeper marks what is left as skipped."""
    moved = _move(line, code, by, now, ("sending", "paused", "held"), "cancelled", "by a person")
    line.queue.wake("sweep")
    return moved


def resume_all(line: Line, by: str, now: datetime) -> None:
    """After the carrier let us send again: lift the stop that it caused."""
    with transaction(line.database) as db:
        marks.clear(db, STOPPED)
        audit.record(db, by, "sending.resume", "all", now)
    line.queue.wake("deliver")


def _move(
    line: Line,
    code: str,
    by: str,
    now: datetime,
    before: tuple[BroadcastState, ...],
    after: BroadcastState,
    reason: str | None,
) -> bool:
    with transaction(line.database) as db:
        out = broadcasts.of_alert(db, find(line, db, code).id)
        if out is None:
            raise AlertRefused("state", code)
        moved = broadcasts.move(db, out.id, before, after, reason)
        if moved:
            audit.record(db, by, f"broadcast.{after}", code, now)
    return moved
