"""The lost answer: ask the carrier's own list before anything is sent again."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

import structlog

from hotline.domain.call import CALL_STATUSES, CALLS
from hotline.domain.delivery import CARRIER_STATUSES
from hotline.domain.lease import CLOCK_SLACK, MISSES_TO_BE_ABSENT
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, CarrierUnreachable
from hotline.operations.line import Line
from hotline.store import broadcasts, lookups, outbox, recipients, sids
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, Key, Lost, MessageKey
from hotline.store.receipts import Receipt, apply

_log = structlog.get_logger()

BATCH: Final = 500
AT_ONCE: Final = 8
WORK_S: Final = 20.0
# From so many on the carrier's whole list is read once, before each number is asked about.
MANY: Final = 50


def reconcile(line: Line, work_s: float = WORK_S, stopping: threading.Event | None = None) -> int:
    """Look up what is unknown and due, for so long or until `stopping` is set; returns how many the carrier
    was asked about.

    Found: its sid and state are ours. Absent twice, a minute apart: it may be sent again. Absent and
    past its end: it stays unknown, and is reported so. A carrier that cannot be asked decides nothing.
    Only the list of one number can say that a text is absent: the list by time hides what still waits.
    """
    until = time.monotonic() + work_s

    def is_over() -> bool:
        return time.monotonic() > until or bool(stopping and stopping.is_set())

    lost = _due(line)
    found = _adopt_listed(line, lost) if len(lost) >= MANY else set()
    left = [one for one in lost if one.key not in found]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        return len(found) + sum(pool.map(lambda one: _look_up(line, one, is_over), left))


def _adopt_listed(line: Line, lost: Sequence[Lost]) -> set[Key]:
    """Those texts that the carrier's list of all texts shows, now ours."""
    texts = [one for one in lost if one.sender != CALLS and one.to]
    if not texts:
        return set()
    try:
        listed = list(line.records.sent_since(min(one.asked_at for one in texts) - CLOCK_SLACK))
    except CarrierUnreachable as fault:
        _log.warning("reconcile.carrier_unreachable", key="all", why=type(fault).__name__)
        return set()
    by_number: dict[str, list[CarrierMessage]] = {}
    for message in listed:
        by_number.setdefault(message.to, []).append(message)
    return {one.key for one in texts if one.to and _adopt(line, one, by_number.get(one.to.e164, []))}


def _due(line: Line) -> list[Lost]:
    now = line.clock()
    with transaction(line.database) as db:
        lost = outbox.to_look_up(db, line.keyring, BATCH, now, line.timing)
        for of in broadcasts.running(db):
            bodies = broadcasts.bodies_of(db, line.keyring, of.id)
            room = BATCH - min(BATCH, len(lost))
            lost += lookups.to_look_up(db, line.keyring, of, bodies, room, now, line.timing)
    return lost


def _look_up(line: Line, lost: Lost, is_over: Callable[[], bool]) -> bool:
    """Was the carrier asked?"""
    if is_over():
        return False  # its turn comes again in a minute
    if lost.to is None and _is_sealed(line, lost):
        return False  # nobody can be asked, so nothing is known
    try:
        listed = _listed(line, lost.to, lost) if lost.to else []
    except CarrierUnreachable as fault:
        _log.warning("reconcile.carrier_unreachable", key=str(lost.key), why=type(fault).__name__)
        return False
    if not _adopt(line, lost, listed):
        _absent(line, lost, line.clock())
    return True


def _adopt(line: Line, lost: Lost, listed: Sequence[CarrierMessage]) -> bool:
    """Is it among these, and not another row's? Then it is ours from now on."""
    candidates = [one for one in listed if _is_it(one, lost)]
    if not candidates or lost.to is None:
        return False
    with transaction(line.database) as db:
        hashes = line.keyring.lookups(lost.to)
        free = sids.not_ours(db, [one.sid for one in candidates], lost.key, hashes)
        found = next((one for one in candidates if one.sid in free), None)
        if found is None:
            return False
        statuses = CALL_STATUSES if lost.sender == CALLS else CARRIER_STATUSES
        status = statuses.get(found.status, "accepted")
        apply(db, [Receipt(lost.key, found.sid, status, found.error_code)], line.clock())
        return True


def _is_sealed(line: Line, lost: Lost) -> bool:
    """Is there a number that only our keys do not open? An erased contact has none."""
    with transaction(line.database) as db:
        return isinstance(lost.key, MessageKey) or bool(recipients.of(db, [lost.key]))


def _listed(line: Line, to: PhoneNumber, lost: Lost) -> list[CarrierMessage]:
    ask = line.records.called if lost.sender == CALLS else line.records.sent_to
    return list(ask(to, lost.asked_at - CLOCK_SLACK))


def _is_it(listed: CarrierMessage, lost: Lost) -> bool:
    """The same words to the same number from our sender, not older than the request. A messaging service
    shows the number it chose. That is certain without a code in the text: what another row of ours has
    taken does not count (`sids.not_ours`), and two texts that are the same in all of this are the same to
    the person, so which row takes which changes nothing.

    A call has no words: any that no other row has is it.
    """
    if lost.sender == CALLS:
        return listed.created_at >= lost.asked_at - CLOCK_SLACK
    same_sender = lost.sender is None or lost.sender.startswith("MG") or listed.sender in {"", lost.sender}
    return listed.body == lost.body and same_sender and listed.created_at >= lost.asked_at - CLOCK_SLACK


def _absent(line: Line, lost: Lost, now: datetime) -> None:
    is_over = lost.ends_at is not None and lost.ends_at <= now
    with transaction(line.database) as db:
        if lost.misses + 1 < MISSES_TO_BE_ABSENT:
            (lookups if isinstance(lost.key, DeliveryKey) else outbox).missed(db, lost, now, line.timing)
            return
        if isinstance(lost.key, DeliveryKey):
            moved = lookups.never_found(db, lost, now) if is_over else lookups.absent(db, lost, now)
        else:
            moved = outbox.never_found(db, lost) if is_over else outbox.absent(db, lost)
    if moved and not is_over:
        line.queue.wake("deliver")
