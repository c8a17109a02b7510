"""The jobs: at most one id in, one operation called. A job is a wake-up: what to do is in the database."""

from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
from redis.exceptions import RedisError

from hotline.operations import deliver as delivering
from hotline.operations import erasure, late_refusals, receipts, retention, tickets
from hotline.operations import fan_out as fanning_out
from hotline.operations import hooks as telling
from hotline.operations import reconcile as reconciling
from hotline.operations import sweep as sweeping
from hotline.store import deliveries, outbox
from hotline.store.database import DatabaseAway, transaction
from hotline.store.queue import begun
from workers.parts import Tools, tools

_log = structlog.get_logger()

WORK_S: Final = 20.0


def deliver() -> None:
    """Send texts and broadcasts for at most 20 s, then wake the next."""
    _do("deliver", None, _deliver)


def drain() -> None:
    """Bring receipts from Redis into the database for at most 20 s, then wake the next."""
    _do("drain", None, _drain)


def fetch_receipts() -> None:
    """Ask the carrier for what it never reported."""
    _beside("fetch_receipts", None, lambda of: receipts.fetch_missing(of.line, of.stopping))


def fan_out(broadcast_id: int) -> None:
    """Write the recipients of a broadcast."""
    _do("fan_out", broadcast_id, lambda of: _fan_out(of, broadcast_id))


def reconcile() -> None:
    """Look up texts whose answer never came."""
    _beside("reconcile", None, _reconcile)


def sweep() -> None:
    """Find work that nobody was woken for, and end what is over."""
    _do("sweep", None, lambda of: sweeping.sweep(of.line))


def ring(ticket_id: int) -> None:
    """Ring the dispatcher who took a ticket."""
    _beside("ring", ticket_id, lambda of: tickets.ring_back(of.line, ticket_id, of.line.clock()))


def deletions() -> None:
    """Ask the carrier to delete what we no longer keep."""
    _beside(
        "deletions",
        None,
        lambda of: erasure.delete_at_carrier(of.line, of.line.clock(), stopping=of.stopping),
    )


def retention_of_the_day() -> None:
    """Erase what is older than its period."""
    _do("retention", None, lambda of: retention.run(of.line, of.line.clock(), of.stopping))


def tell_hooks() -> None:
    """One round of telling other programs what happened, then wake the next."""
    _beside("hooks", None, _tell_hooks)


def _do(job: str, identifier: int | None, work: Callable[[Tools], object]) -> None:
    """Do one job, and no other of this process meanwhile."""
    given = tools()
    begun(given.redis, job, identifier)
    with given.working:
        _try(job, work, given)


def _beside(job: str, identifier: int | None, work: Callable[[Tools], object]) -> None:
    """Begin a job that waits for other machines: an alert's recipients are written, and what is over is
    ended, while the carrier or another program hangs."""
    given = tools()
    begun(given.redis, job, identifier)
    name = job if identifier is None else f"{job}-{identifier}"
    given.beside.begin(name, partial(_try, job, work, given))


def _try(job: str, work: Callable[[Tools], object], given: Tools) -> None:
    """A database that is away is no failed job: the timetable comes back to it."""
    try:
        work(given)
    except DatabaseAway as fault:
        _log.warning("job.database_away", job=job, why=str(fault))
    except RedisError as fault:
        _log.warning("job.redis_away", job=job, why=type(fault).__name__)


def _deliver(given: Tools) -> None:
    _write_late(given)
    asked = delivering.deliver(given.line, given.rates, given.stopping, WORK_S)
    with transaction(given.line.database) as db:
        now = given.line.clock()
        is_waiting = bool(outbox.waiting_segments(db, 1, now)) or deliveries.has_work(db, now)
    if is_waiting and asked:  # what cannot go now is left to the timetable, not asked for in a circle
        given.line.queue.wake("deliver")


def _write_late(given: Tools) -> None:
    """Whoever refused while the database was away is written down before anything more is sent."""
    try:
        late_refusals.write_late(given.line, given.spool)
    except RedisError as fault:  # sending goes on without Redis
        _log.warning("job.redis_away", job="deliver", why=type(fault).__name__)


def _reconcile(given: Tools) -> None:
    """More may be due than one job looks up; a carrier that cannot be asked is left to the sweep."""
    if reconciling.reconcile(given.line, stopping=given.stopping) >= reconciling.BATCH:
        given.line.queue.wake("reconcile")


def _tell_hooks(given: Tools) -> None:
    """One round, which is over when the slowest has answered or its time is."""
    told = telling.deliver(given.line, given.hooks, given.line.clock)
    if told and telling.is_waiting(given.line, given.line.clock()):
        given.line.queue.wake("hooks")


def _drain(given: Tools) -> None:
    receipts.drain(given.line, given.stream, given.stopping, WORK_S)
    if given.stream.length():
        given.line.queue.wake("drain")


def _fan_out(given: Tools, broadcast_id: int) -> None:
    while fanning_out.fan_out(given.line, broadcast_id, given.line.clock()):
        if given.stopping.is_set():
            given.line.queue.wake("fan_out", broadcast_id)
            return
