"""Receipts: in at the rate of sending, forward only, none lost by a crash between stream and database."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.domain.call import CALL_STATUSES
from hotline.domain.delivery import CARRIER_STATUSES
from hotline.domain.outcome import Reaction
from hotline.domain.ports import CarrierUnreachable
from hotline.flow.effect import OpenTicket
from hotline.operations.line import Line
from hotline.operations.reactions import Refusal, react
from hotline.operations.tickets import open_ticket
from hotline.store import contacts, health, receipts
from hotline.store.database import transaction
from hotline.store.parcels import Key
from hotline.store.receipts import Moved, Receipt
from hotline.store.stream import Entry, ReceiptStream

_log = structlog.get_logger()

BATCH: Final = 500  # above about a thousand PostgreSQL turns from the index to the whole table
WAIT_MS: Final = 200
WORK_S: Final = 20.0
# An opt-out is in the database before the carrier has its answer (decisions 30).
AT_ONCE: Final[frozenset[Reaction]] = frozenset({"opted_out", "stop_all"})
_CARRIER_STOP: Final = 21610
_RETRIABLE: Final[frozenset[Reaction]] = frozenset({"retry", "slow_down"})
FETCH_BATCH: Final = 100
FETCH_AT_ONCE: Final = 8


def must_be_at_once(receipt: Receipt) -> bool:
    """Must this be in the database before the carrier has its answer (an opt-out), not in the stream?"""
    return _with_reaction(receipt).reaction in AT_ONCE


def settle(line: Line, arrived: Sequence[Receipt]) -> int:
    """Write receipts into the rows and do what they ask for; how many rows moved."""
    now = line.clock()
    with transaction(line.database) as db:
        moved = receipts.apply(db, [_with_reaction(receipt) for receipt in arrived], now)
        wakes = react(line, db, [_refusal(one) for one in moved if _asks(one)], now)
        _recover(db, moved)
        blocked = [one for one in moved if one.receipt.reaction == "opted_out" and one.kind == "turn"]
        for one in blocked:
            _open_ticket(line, db, one)
    for job in {*wakes, *(["messages"] if blocked else [])}:
        line.queue.wake(job)
    return len(moved)


def drain(
    line: Line,
    stream: ReceiptStream,
    stopping: threading.Event | None = None,
    work_s: float = WORK_S,
) -> int:
    """Bring the stream into the database until it is empty, the time is over or `stopping` is set.

    Acknowledged after the commit: a crash in between brings a batch twice, which is the same as once.
    Raises redis.exceptions.RedisError and hotline.store.database.DatabaseAway.
    """
    until, count = time.monotonic() + work_s, 0
    while time.monotonic() < until and not (stopping and stopping.is_set()):
        entries = stream.abandoned(BATCH) or stream.read(BATCH, WAIT_MS)
        if not entries:
            break
        _drain(line, stream, entries)
        count += len(entries)
    return count


def _drain(line: Line, stream: ReceiptStream, entries: Sequence[Entry]) -> None:
    found = [entry.receipt for entry in entries if entry.receipt]
    if len(found) < len(entries):
        _log.error("receipts.unreadable", count=len(entries) - len(found))
    if found:
        settle(line, found)
    stream.acknowledge(entries)


def fetch_missing(line: Line, stopping: threading.Event | None = None, work_s: float = WORK_S) -> int:
    """Ask the carrier about what it took an hour ago and never reported on; how many rows moved."""
    until, count = time.monotonic() + work_s, 0
    while time.monotonic() < until and not (stopping and stopping.is_set()):
        now = line.clock()
        with transaction(line.database) as db:
            due = receipts.unfinished(db, line.timing.fetch_after, FETCH_BATCH, now)
        with ThreadPoolExecutor(FETCH_AT_ONCE, thread_name_prefix="fetch") as pool:
            found = [one for one in pool.map(partial(_fetched, line, until, stopping), due) if one]
        count += settle(line, found) if found else 0
        if len(due) < FETCH_BATCH:
            break
    return count


def _fetched(
    line: Line, until: float, stopping: threading.Event | None, due: tuple[Key, str]
) -> Receipt | None:
    if time.monotonic() > until or (stopping and stopping.is_set()):
        return None  # its turn comes again
    key, sid = due
    is_call = sid.startswith("CA")
    try:
        found = line.records.call(sid) if is_call else line.records.message(sid)
    except CarrierUnreachable:
        return None
    statuses = CALL_STATUSES if is_call else CARRIER_STATUSES
    if found is None or found.status not in statuses:
        return None
    return Receipt(key, sid, statuses[found.status], found.error_code)


def _with_reaction(receipt: Receipt) -> Receipt:
    if receipt.code == _CARRIER_STOP and receipt.reaction is None:
        return Receipt(receipt.key, receipt.sid, receipt.status, receipt.code, "opted_out")
    return receipt


def _asks(moved: Moved) -> bool:
    return moved.receipt.reaction is not None and moved.receipt.reaction not in _RETRIABLE


def _refusal(moved: Moved) -> Refusal:
    receipt = moved.receipt
    assert receipt.reaction is not None
    return Refusal(receipt.key, moved.sender, receipt.code or 0, receipt.reaction)


def _recover(db: Connection, moved: Sequence[Moved]) -> None:
    """Something was delivered: nothing is held against these numbers any more."""
    hashes = [one.phone_hash for one in moved if one.receipt.status == "delivered" and one.phone_hash]
    if hashes:
        health.recovered(db, hashes)


def _open_ticket(line: Line, db: Connection, moved: Moved) -> None:
    """The carrier blocked an answer that was asked for: a person must know (decisions 3)."""
    if moved.contact_id is not None:
        wanted = OpenTicket("blocked_answer", "blocked_answer", is_urgent=True)
        language = contacts.language_of(db, moved.contact_id)
        open_ticket(line, db, line.library(), wanted, moved.contact_id, language, line.clock())
