"""Erase what is older than its period, here and at the carrier; a hash and a consent stay as proof."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.hook import KEPT as TELLINGS_KEPT
from hotline.operations.erasure import erase_contact, erase_unreadable
from hotline.operations.idempotency import KEPT as ANSWERS_KEPT
from hotline.operations.line import Line
from hotline.store import (
    audit,
    contacts,
    deletions,
    expiry,
    hooks,
    idempotency,
    incidents,
    recordings,
    reports,
    sign_in,
)
from hotline.store.database import Contended, transaction
from hotline.store.deletions import DeletionKind
from hotline.store.sealing import CannotOpen

STEP: Final = 200  # rows in one transaction
MOST_STEPS: Final = 50  # of one kind in one run; then the next run is woken
COUNTER_DAYS: Final = 400

Step = Callable[[Connection], int]


def run(line: Line, now: datetime, stopping: threading.Event | None = None) -> dict[str, int]:
    """Erase in bounded steps, each a transaction of its own; again at once is the same as once.

    Returns how many of each kind, and wakes another run when one of them is not done.
    """
    erased: Counter[str] = Counter()
    is_done = True
    for name, step in _steps(line, now):
        is_done &= _all(line, name, step, erased, stopping)
    with transaction(line.database) as db:
        audit.record(db, "system", "retention.run", now.date().isoformat(), now, dict(erased))
    line.queue.wake("deletions")
    if not is_done:
        line.queue.wake("retention")
    return dict(erased)


def _all(line: Line, name: str, step: Step, erased: Counter[str], stopping: threading.Event | None) -> bool:
    """Repeat one step until nothing is left; False when that takes too long for one run, or for one that
    was asked to stop."""
    for _ in range(MOST_STEPS):
        if stopping and stopping.is_set():
            return False
        try:
            with transaction(line.database) as db:
                count = step(db)
        except Contended:  # a turn of theirs got in the way
            return False
        erased[name] += count
        if count < STEP:
            return True
    return False


def _steps(line: Line, now: datetime) -> Iterator[tuple[str, Step]]:
    """Recordings and messages come before the contacts that they belong to."""
    limits = line.limits

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    def at_carrier(kind: DeletionKind, take: Callable[[Connection], list[str]]) -> Step:
        return lambda db: _forget(line, db, kind, take(db), now)

    long_ago = ago(limits.message_days)
    yield (
        "recordings",
        at_carrier(
            "recording", lambda db: recordings.take_before(db, line.keyring, ago(limits.recording_days), STEP)
        ),
    )
    yield "messages", at_carrier("message", lambda db: expiry.messages(db, long_ago, STEP))
    yield "deliveries", at_carrier("message", lambda db: expiry.deliveries(db, long_ago, STEP))
    yield "calls", at_carrier("call", lambda db: expiry.calls(db, long_ago, STEP))
    yield "turns", lambda db: expiry.turns(db, ago(limits.turn_days), STEP)
    yield "sessions", lambda db: expiry.sessions(db, now, STEP)
    yield "reports", lambda db: reports.erase_before(db, line.keyring, ago(limits.report_days), now, STEP)
    yield "incidents", lambda db: incidents.empty_before(db, line.keyring, ago(limits.report_days), now, STEP)
    yield "legs", at_carrier("call", lambda db: expiry.legs(db, long_ago, STEP))
    yield "tickets", lambda db: _tickets(line, db, ago(limits.ticket_days), now)
    yield "contacts", lambda db: _contacts(line, db, ago(limits.contact_days), now)
    yield "answers", lambda db: idempotency.forget(db, now - ANSWERS_KEPT, STEP)
    yield "hook calls", lambda db: hooks.forget(db, now - TELLINGS_KEPT, STEP)
    yield "health", lambda db: expiry.health(db, ago(limits.contact_days), STEP)
    yield "sign-ins", lambda db: sign_in.forget(db, now, STEP)
    yield "counters", lambda db: min(expiry.counters(db, ago(COUNTER_DAYS).date()), STEP - 1)


def _forget(line: Line, db: Connection, kind: DeletionKind, sids: list[str], now: datetime) -> int:
    """Ask the carrier to delete its copies; counts what was taken, also what never had a sid."""
    calls = [sid for sid in sids if sid.startswith("CA")]  # some alerts go out as calls
    deletions.ask(db, line.keyring, "call", calls, now)
    deletions.ask(db, line.keyring, kind, [sid for sid in sids if sid and sid not in calls], now)
    return len(sids)


def _tickets(line: Line, db: Connection, before: datetime, now: datetime) -> int:
    """A ticket's calls back go with it, here and at the carrier."""
    count, sids = expiry.tickets(db, before, STEP)
    _forget(line, db, "call", sids, now)
    return count


def _contacts(line: Line, db: Connection, before: datetime, now: datetime) -> int:
    """Conversations are locked before contacts, as a turn does; who was seen meanwhile is let be."""
    unseen = expiry.unseen_contacts(db, before, STEP)
    for contact_id in unseen:
        contacts.lock(db, contact_id)
    ids = expiry.still_unseen(db, before, unseen)
    for contact_id in ids:
        try:
            number = contacts.number_of(db, line.keyring, contact_id)
        except CannotOpen:  # sealed with a key that was dropped: what is here goes all the same
            number = None
        if number is None:
            erase_unreadable(line, db, contact_id, now)
        else:
            erase_contact(line, db, number, contact_id, now)
    return len(ids)
