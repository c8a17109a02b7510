"""Erase a contact here at once, and at the carrier as soon as it lets us."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierUnreachable
from hotline.operations.line import Line
from hotline.store import calls, consents, contacts, counters, deletions, recordings, reports
from hotline.store.database import transaction
from hotline.store.deletions import Deletion

_log = structlog.get_logger()

BATCH: Final = 20
MOST: Final = 200
CLAIM: Final = timedelta(minutes=30)
FIRST_WAIT: Final = timedelta(minutes=10)
LONGEST_WAIT: Final = timedelta(hours=12)
UNREADABLE: Final = "deletions_unreadable"  # counter: what no key of ours opens cannot be asked for


def erase_contact(
    line: Line, db: Connection, number: PhoneNumber, contact_id: int, at_carrier_from: datetime
) -> None:
    """Erase everything of a contact but the suppression hash and the consent proof."""
    contacts.lock(db, contact_id)
    sids = recordings.take_of_contact(db, line.keyring, contact_id)
    deletions.ask(db, line.keyring, "recording", sids, at_carrier_from)
    deletions.ask(db, line.keyring, "number", [number.e164], at_carrier_from)
    reports.erase_of_contact(db, line.keyring, contact_id, at_carrier_from)
    _remove(line, db, contact_id, line.keyring.lookups(number), at_carrier_from)


def erase_unreadable(line: Line, db: Connection, contact_id: int, at_carrier_from: datetime) -> None:
    """Erase here a contact whose number no key of ours opens; of the carrier's copies only the calls."""
    contacts.lock(db, contact_id)
    _remove(line, db, contact_id, contacts.hashes_of(db, contact_id), at_carrier_from)


def _remove(
    line: Line, db: Connection, contact_id: int, hashes: Sequence[bytes], at_carrier_from: datetime
) -> None:
    consents.forget_words(db, line.keyring, hashes)
    alerted = calls.sids_of(db, contact_id)
    sids = {*alerted, *contacts.remove(db, contact_id, line.clock())}
    deletions.ask(db, line.keyring, "call", sorted(sids), at_carrier_from)


def delete_at_carrier(
    line: Line, now: datetime, most: int = MOST, stopping: threading.Event | None = None
) -> int:
    """Ask the carrier to delete what is due, at most so many, until `stopping` is set. Returns how many
    things are gone there.

    No transaction is open while the carrier is asked: what is due is claimed first, and a claim that
    nobody settles (a crash) is due again when it ends. What no key opens is counted, logged by its id and
    set aside, and the others go on.
    """
    gone = asked = 0
    while asked < most:
        with transaction(line.database) as db:
            claimed = deletions.claim(db, line.keyring, now, now + CLAIM, BATCH)
            if claimed.unreadable:
                counters.add(db, UNREADABLE, now.date(), len(claimed.unreadable))
        for deletion_id in claimed.unreadable:
            _log.error("deletion.unreadable", id=deletion_id)
        for deletion in claimed.deletions:
            if stopping and stopping.is_set():
                return gone
            is_gone = _delete(line, deletion)
            with transaction(line.database) as db:
                if is_gone:
                    deletions.done(db, deletion.id)
                else:
                    deletions.postpone(db, deletion.id, now + _wait(deletion.attempt))
            gone += is_gone
        asked += claimed.rows
        if claimed.rows < BATCH:
            return gone
    line.queue.wake("deletions")
    return gone


def _wait(attempt: int) -> timedelta:
    """Ten minutes, then twice as long each time, at most half a day."""
    return min(FIRST_WAIT * (1 << min(attempt - 1, 8)), LONGEST_WAIT)


def _delete(line: Line, deletion: Deletion) -> bool:
    try:
        match deletion.kind:
            case "message":
                return line.records.delete_message(deletion.subject)
            case "recording":
                return line.records.delete_recording(deletion.subject)
            case "call":
                return line.records.delete_call(deletion.subject)
            case "number":
                return _delete_history(line, PhoneNumber(deletion.subject))
    except CarrierUnreachable:
        return False


def _delete_history(line: Line, number: PhoneNumber) -> bool:
    """Every message from or to the number; done when none is left."""
    results = [line.records.delete_message(message.sid) for message in line.records.messages_with(number)]
    return all(results)
