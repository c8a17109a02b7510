"""Keep things moving: find work that nobody was woken for, end what is over, mend counters."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.operations.alert_ends import remind_authors
from hotline.operations.alerts import SYSTEM, AlertRefused, draft
from hotline.operations.giving_back import free_overdue
from hotline.operations.incidents import adopt_left
from hotline.operations.line import Line
from hotline.operations.quiet import ends_quiet
from hotline.operations.release import start
from hotline.operations.spending import resume_spending
from hotline.operations.verifying import keep_asking
from hotline.store import alerts, broadcasts, deliveries, lookups, outbox, spend, standing, tallies
from hotline.store.broadcasts import Broadcast
from hotline.store.database import transaction

_log = structlog.get_logger()

STEP: Final = 20_000
# After its end a broadcast whose lost answers cannot be looked up (the carrier is away) waits so long.
LOOKING_ENDS_AFTER: Final = timedelta(hours=24)


def sweep(line: Line) -> list[tuple[str, int | None]]:
    """One round over everything that runs; wakes and returns the jobs that have something to do."""
    now = line.clock()
    wakes: list[tuple[str, int | None]] = []
    with transaction(line.database) as db:
        running = broadcasts.running(db)
    for of in running:
        wakes += _sweep_one(line, of, now)
    with transaction(line.database) as db:
        free_overdue(line, db, now)
        outbox.lose(db, now)
        resume_spending(line, db, now)
        tallies.fold(db, now)
        spend.fold(db)
        if outbox.waiting_segments(db, 1, now) or deliveries.has_work(db, now):
            wakes.append(("deliver", None))
        if outbox.has_unknown(db) or any(lookups.has_unknown(db, of.id) for of in running):
            wakes.append(("reconcile", None))
    remind_authors(line, now)
    expire_alerts(line, now)
    adopt_left(line, now)
    keep_asking(line, now)
    for job, identifier in wakes:
        line.queue.wake(job, identifier)
    return wakes


def _sweep_one(line: Line, of: Broadcast, now: datetime) -> list[tuple[str, int | None]]:
    with transaction(line.database) as db:
        standing.lose(db, of.id, now, STEP)
        standing.wake_held(db, of.id, now, STEP)
        if line.limits.has_quiet_hours and not of.is_urgent:
            _hold_for_night(db, of, now)
        if of.ends_at <= now:
            standing.skip(db, of.id, "expired", now, STEP)
            if of.ends_at + LOOKING_ENDS_AFTER <= now:
                standing.stop_looking(db, of.id, now, STEP)
        elif of.state == "cancelled":
            standing.skip(db, of.id, "superseded" if of.reason == "superseded" else "cancelled", now, STEP)
    with transaction(line.database) as db:
        if broadcasts.finish(db, of.id, now):
            if tallies.recount(db, of.id, now):
                _log.error("sweep.tallies_strayed", broadcast=of.id)
            tallies.fold_finished(db, of.id, now)
            return []
    return [] if of.is_written else [("fan_out", of.id)]


def _hold_for_night(db: Connection, of: Broadcast, now: datetime) -> None:
    by_end: dict[datetime, list[str]] = {}
    for zip_code in of.zips:
        until = ends_quiet(zip_code, now)
        if until:
            by_end.setdefault(until, []).append(zip_code)
    for until, zips in by_end.items():
        standing.hold(db, of.id, "night", until, zips, now, STEP)


def expire_alerts(line: Line, now: datetime) -> list[str]:
    """Tell whoever was reached by an alert that is over and was not renewed; returns the codes.

    The one alert that two people need not release: it says only that the notice has ended
    (content.md 2.13).
    """
    with transaction(line.database) as db:
        over = alerts.ended_unanswered(db, line.keyring, now)
    return [code for of in over if (code := _expire(line, of.code, now))]


def _expire(line: Line, follows: str, now: datetime) -> str | None:
    try:
        code = draft(line, now, "expired", {}, SYSTEM, follows=follows)
    except AlertRefused as refused:
        _log.warning("sweep.cannot_expire", alert=follows, reason=refused.reason)
        return None
    with transaction(line.database) as db:
        written = alerts.by_code(db, line.keyring, code, lock=True)
        assert written is not None
        broadcast_id = start(line, db, written, SYSTEM, now)
    line.queue.wake("fan_out", broadcast_id)
    return code
