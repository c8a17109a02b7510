"""Ask the carrier for a batch that is ours and committed, and write what came of it."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.domain.call import CALLS
from hotline.domain.outcome import Outcome, Refused, Unknown
from hotline.domain.pace import NOT_SENT, settle, valid_s
from hotline.domain.ports import Outgoing
from hotline.operations.calling import place_calls
from hotline.operations.line import Line
from hotline.operations.reactions import STOPPED, Refusal, react
from hotline.operations.spending import charge_for
from hotline.store import deliveries, outbox, receipts
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, MessageKey, Parcel, Result
from hotline.store.receipts import Receipt

__all__ = ["STOPPED", "send"]

_log = structlog.get_logger()

# The number cannot be opened with the keys we have: it waits for the right one, and uses up no try.
_NO_NUMBER: Final = Refused(NOT_SENT, "retry", 60.0)


def send(line: Line, taken: Sequence[Parcel], broadcast_id: int | None) -> None:
    """Send a batch of one broadcast, or of lone messages, and settle each."""
    outcomes = _outcomes(line, taken)
    unread = sum(parcel.to is None for parcel in taken)
    if unread:
        _log.error("sending.cannot_open", rows=unread, setting="HOTLINE_SECRET_KEY")
    now = line.clock()
    results = [
        Result(
            parcel.key,
            parcel.fence,
            settle(outcome, str(parcel.key), parcel.attempt, now, parcel.ends_at, line.timing),
        )
        for parcel, outcome in zip(taken, outcomes, strict=True)
    ]
    refusals = [
        Refusal(parcel.key, parcel.sender, outcome.code, outcome.reaction, outcome.retry_after_s)
        for parcel, outcome in zip(taken, outcomes, strict=True)
        if isinstance(outcome, Refused)
    ]
    refused = {refusal.key for refusal in refusals}
    with transaction(line.database) as db:
        ours = _settle(db, results, broadcast_id, line)
        if taken[0].sender != CALLS:  # what moved a call before its answer was the end of that very call
            _adopt_late(db, results, ours, line)
        unused = sum(parcel.segments for parcel in taken if parcel.key in refused)
        charge_for(line, db, taken[0].sender, -unused, now)
        wakes = react(line, db, refusals, now)
    for job in wakes:
        line.queue.wake(job)


def _outcomes(line: Line, taken: Sequence[Parcel]) -> list[Outcome]:
    """One outcome for each parcel. Whatever breaks in the sender leaves us not knowing."""
    batch = [parcel for parcel in taken if parcel.to is not None]
    try:
        answers: Sequence[Outcome] = _ask(line, batch) if batch else []
        if len(answers) != len(batch):
            raise RuntimeError("the sender lost count")
    except Exception as fault:
        _log.exception("sending.broke", why=type(fault).__name__)
        answers = [Unknown(type(fault).__name__)] * len(batch)
    found = {one.key: answer for one, answer in zip(batch, answers, strict=True)}
    return [found.get(parcel.key, _NO_NUMBER) for parcel in taken]


def _ask(line: Line, batch: Sequence[Parcel]) -> Sequence[Outcome]:
    """A batch goes out from one sender: as calls, or as texts."""
    if batch[0].sender == CALLS:
        return place_calls(line, batch)
    return line.sender.send([_outgoing(line, parcel) for parcel in batch])


def _outgoing(line: Line, parcel: Parcel) -> Outgoing:
    assert parcel.to is not None
    valid = valid_s(line.clock(), parcel.ends_at)
    return Outgoing(str(parcel.key), parcel.to, parcel.body, parcel.sender, valid)


def _settle(
    db: Connection, results: Sequence[Result], broadcast_id: int | None, line: Line
) -> set[DeliveryKey | MessageKey]:
    now = line.clock()
    if broadcast_id is None:
        return {MessageKey(message_id) for message_id in outbox.settle(db, results, now)}
    return {DeliveryKey(broadcast_id, seq) for seq in deliveries.settle(db, broadcast_id, results, now)}


def _adopt_late(
    db: Connection, results: Sequence[Result], ours: set[DeliveryKey | MessageKey], line: Line
) -> None:
    """What the carrier took is taken, also when its row was no longer ours: it is not sent again."""
    late = [
        Receipt(result.key, result.settled.sid, "accepted")
        for result in results
        if result.key not in ours and result.settled.sid
    ]
    if late:
        receipts.apply(db, late, line.clock())
