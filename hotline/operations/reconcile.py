"""The lost answer: ask the carrier's own list before anything is sent again."""

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
from hotline.store.parcels import DeliveryKey, Lost, MessageKey
from hotline.store.receipts import Receipt, apply

_log = structlog.get_logger()

BATCH: Final = 50
AT_ONCE: Final = 8


def reconcile(line: Line) -> int:
    """Look up what is unknown and due; returns how many the carrier was asked about.

    Found: its sid and state are ours. Absent twice, a minute apart: it may be sent again. Absent and
    past its end: it stays unknown, and is reported so. A carrier that cannot be asked decides nothing.
    """
    lost = _due(line)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        return sum(pool.map(lambda one: _look_up(line, one), lost))


def _due(line: Line) -> list[Lost]:
    now = line.clock()
    with transaction(line.database) as db:
        lost = outbox.to_look_up(db, line.keyring, BATCH, now)
        for of in broadcasts.running(db):
            bodies = broadcasts.bodies_of(db, line.keyring, of.id)
            lost += lookups.to_look_up(db, line.keyring, of, bodies, BATCH - min(BATCH, len(lost)), now)
    return lost


def _look_up(line: Line, lost: Lost) -> bool:
    """Was the carrier asked?"""
    if lost.to is None and _is_sealed(line, lost):
        return False  # nobody can be asked, so nothing is known
    try:
        listed = _listed(line, lost.to, lost) if lost.to else []
    except CarrierUnreachable as fault:
        _log.warning("reconcile.carrier_unreachable", key=str(lost.key), why=type(fault).__name__)
        return False
    now = line.clock()
    with transaction(line.database) as db:
        free = sids.not_ours(db, [one.sid for one in listed if _is_it(one, lost)], lost.key)
        found = next((one for one in listed if one.sid in free), None)
        if found:
            statuses = CALL_STATUSES if lost.sender == CALLS else CARRIER_STATUSES
            status = statuses.get(found.status, "accepted")
            apply(db, [Receipt(lost.key, found.sid, status, found.error_code)], now)
            return True
    _absent(line, lost, now)
    return True


def _is_sealed(line: Line, lost: Lost) -> bool:
    """Is there a number that only our keys do not open? An erased contact has none."""
    with transaction(line.database) as db:
        return isinstance(lost.key, MessageKey) or bool(recipients.of(db, [lost.key]))


def _listed(line: Line, to: PhoneNumber, lost: Lost) -> list[CarrierMessage]:
    ask = line.records.called if lost.sender == CALLS else line.records.sent_to
    return list(ask(to, lost.asked_at - CLOCK_SLACK))


def _is_it(listed: CarrierMessage, lost: Lost) -> bool:
    """The same words to the same number from our sender. A messaging service shows the number it chose.

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
            (lookups if isinstance(lost.key, DeliveryKey) else outbox).missed(db, lost, now)
            return
        if isinstance(lost.key, DeliveryKey):
            moved = lookups.never_found(db, lost, now) if is_over else lookups.absent(db, lost, now)
        else:
            moved = outbox.never_found(db, lost) if is_over else outbox.absent(db, lost)
    if moved and not is_over:
        line.queue.wake("deliver")
