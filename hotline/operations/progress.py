"""Numbers that can be trusted while a broadcast runs, and steering it: pause, resume, cancel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hotline.domain.delivery import STATUSES, DeliveryStatus
from hotline.operations.alerts import AlertRefused, find
from hotline.operations.line import Line
from hotline.operations.reactions import STOPPED
from hotline.store import audit, broadcasts, marks, tallies
from hotline.store.broadcasts import Broadcast, BroadcastState
from hotline.store.database import transaction
from hotline.store.tallies import Counts, Share, Tally

# What is finished stays in the metrics for so long, so that its last numbers are fetched too.
SHOWN_FOR: Final = timedelta(minutes=10)
ARRIVING: Final[frozenset[DeliveryStatus]] = frozenset({"accepted", "sent", "delivered", "undelivered"})


@dataclass(frozen=True, slots=True)
class Progress:
    """`state` is `draft`, `asked` or `withdrawn` while nothing goes out. `rate` is what the carrier took in
    each of the last seconds. `minutes_left`, to the last text, is None when it cannot be told (paused).
    `languages` and `areas` (how the ZIP code begins) split the same people in two ways."""

    code: str
    state: str
    reason: str | None
    total: int
    tallies: tuple[Tally, ...]
    rate: float
    minutes_left: float | None
    ends_at: datetime
    is_written: bool
    languages: tuple[Share, ...] = ()
    areas: tuple[Share, ...] = ()
    began_at: datetime | None = None

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
        return _progress(line, db, code, out, marks.read(db, STOPPED), now)


def underway(line: Line, now: datetime) -> list[Progress]:
    """Every broadcast that runs or has just finished, as `progress` tells each."""
    with transaction(line.database) as db:
        stopped = marks.read(db, STOPPED)
        return [
            _progress(line, db, broadcasts.alert_code(db, of.id), of, stopped, now)
            for of in broadcasts.shown(db, now - SHOWN_FOR)
        ]


def _progress(
    line: Line, db: Connection, code: str, out: Broadcast, stopped: str | None, now: datetime
) -> Progress:
    counts = tallies.read(db, out.id, now)
    reason = out.reason or (f"stopped {stopped}" if stopped else None)
    is_moving = out.state == "sending" and not stopped
    left = _minutes_left(line, db, out, counts) if is_moving or not _waiting(counts) else None
    return Progress(
        code,
        out.state,
        reason,
        out.total,
        counts.tallies,
        counts.accepted_per_s,
        left,
        out.ends_at,
        out.is_written,
        counts.languages,
        counts.areas,
        out.created_at,
    )


def _waiting(counts: Counts) -> int:
    return sum(tally.count for tally in counts.tallies if tally.status in {"pending", "sending"})


def _minutes_left(line: Line, db: Connection, out: Broadcast, counts: Counts) -> float | None:
    """By the rate of this moment, and not before the slowest sender could be through with its share."""
    waiting = _waiting(counts)
    if not waiting:
        return 0.0 if out.is_written else None
    if not out.is_written:
        return None
    segments = broadcasts.segments_of(db, out.id)
    to_send = sum(
        segments.get(share.name, 1) * (share.counts.get("pending", 0) + share.counts.get("sending", 0))
        for share in counts.languages
    )
    slowest = to_send / len(out.senders) / min(line.limits.rate_of([one]) for one in out.senders)
    measured = waiting / counts.accepted_per_s if counts.accepted_per_s else 0.0
    return max(slowest, measured) / 60


def picture(found: Progress) -> dict[str, Any]:
    """What a page or an event draws, ready for JSON; read in one statement over counters, so it may be
    asked for every second. No word of it is of a person.

        {"code": "K7Q2", "state": "sending", "reason": null, "is_written": true,
         "began_at": "2026-03-02T20:00:00+00:00", "ends_at": "...", "total": 1200,
         "counts": {"pending": 200, "delivered": 800, ...},        only what is not 0
         "rate": 12.5,              texts taken by the carrier, a second
         "minutes_left": 0.3,       null: cannot be told
         "reasons": [{"status": "failed", "reason": "permanent", "code": 30006, "count": 3}, ...],
         "languages": [{"name": "es", "waiting": 90, "sent": 600, "delivered": 500, "failed": 2}, ...],
         "areas": [{"name": "900", "waiting": 90, ...}, ...]}      how the ZIP code begins; "" is unknown

    `sent` is whatever the carrier took, delivered or not; `failed` has undelivered and unknown in it.
    """
    return {
        "code": found.code,
        "state": found.state,
        "reason": found.reason,
        "is_written": found.is_written,
        "began_at": found.began_at.isoformat() if found.began_at else None,
        "ends_at": found.ends_at.isoformat(),
        "total": found.total,
        "counts": {status: found.count(status) for status in STATUSES if found.count(status)},
        "rate": found.rate,
        "minutes_left": found.minutes_left,
        "reasons": [
            {"status": one.status, "reason": one.reason, "code": one.code, "count": one.count}
            for one in found.reasons
        ],
        "languages": [_share(share) for share in found.languages],
        "areas": [_share(share) for share in found.areas],
    }


def _share(share: Share) -> dict[str, str | int]:
    def count(statuses: Iterable[DeliveryStatus]) -> int:
        return sum(share.counts.get(status, 0) for status in statuses)

    return {
        "name": share.name,
        "waiting": count(("pending", "held", "sending")),
        "sent": count(ARRIVING),
        "delivered": count(("delivered",)),
        "failed": count(("failed", "undelivered", "unknown")),
    }


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
