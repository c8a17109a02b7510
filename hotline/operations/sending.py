"""Ask the carrier for a batch that is ours and committed, and write what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.domain.call import CALLS
from hotline.domain.outcome import NotBegun, Outcome, Refused, Unknown
from hotline.domain.pace import NOT_SENT, settle, valid_s
from hotline.domain.ports import Outgoing
from hotline.operations.calling import place_calls
from hotline.operations.line import Line
from hotline.operations.permit import Permit
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


def send(line: Line, taken: Sequence[Parcel], broadcast_id: int | None, permit: Permit) -> int:
    """Send a batch of one broadcast, or of lone messages, and settle each; returns how many were asked for.

    What the permit closes on before it was begun is pending again at once, not after those under way.
    """
    asking = _Asking(line, taken, broadcast_id, permit)
    outcomes = asking.outcomes()
    unread = sum(parcel.to is None for parcel in taken)
    if unread:
        _log.error("sending.cannot_open", rows=unread, setting="HOTLINE_SECRET_KEY")
    asking.write([(parcel, outcomes[parcel.key]) for parcel in taken if parcel.key not in asking.returned])
    return sum(not isinstance(outcome, NotBegun) for outcome in outcomes.values())


@dataclass(slots=True)
class _Asking:
    """One batch, and the gate (hotline.domain.ports.Gate) for those of it whose number is known.

    `returned` are those that were written as not begun while others were under way.
    """

    line: Line
    taken: Sequence[Parcel]
    broadcast_id: int | None
    permit: Permit
    batch: list[Parcel] = field(init=False)
    returned: set[DeliveryKey | MessageKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.batch = [parcel for parcel in self.taken if parcel.to is not None]

    @property
    def is_closed(self) -> bool:
        return self.permit.is_closed

    def may_begin(self, place: int) -> bool:
        return self.permit.spend(self.batch[place].segments)

    def renew(self, place: int) -> bool:
        return self.permit.renew(self.batch[place].segments)

    def left(self, places: Sequence[int]) -> None:
        left = [self.batch[place] for place in places]
        try:
            self.write([(parcel, NotBegun()) for parcel in left])
        except Exception as fault:  # they are written with the others then
            _log.warning("sending.not_returned", rows=len(left), why=type(fault).__name__)
            return
        self.returned.update(parcel.key for parcel in left)
        if self.permit.is_stopping:  # others go on with them
            self.line.queue.wake("deliver")

    def outcomes(self) -> dict[DeliveryKey | MessageKey, Outcome]:
        """One for each parcel. Whatever breaks in the sender leaves us not knowing."""
        try:
            answers: Sequence[Outcome] = self._ask() if self.batch else []
            if len(answers) != len(self.batch):
                raise RuntimeError("the sender lost count")
        except Exception as fault:
            _log.exception("sending.broke", why=type(fault).__name__)
            answers = [Unknown(type(fault).__name__)] * len(self.batch)
        found = {one.key: answer for one, answer in zip(self.batch, answers, strict=True)}
        return {parcel.key: found.get(parcel.key, _NO_NUMBER) for parcel in self.taken}

    def _ask(self) -> Sequence[Outcome]:
        """A batch goes out from one sender: as calls, or as texts."""
        if self.batch[0].sender == CALLS:
            return place_calls(self.line, self.batch, self)
        return self.line.sender.send([_outgoing(self.line, parcel) for parcel in self.batch], self)

    def write(self, settled: Sequence[tuple[Parcel, Outcome]]) -> None:
        """Settle rows, and do what refusals ask for."""
        if not settled:
            return
        line, sender, now = self.line, settled[0][0].sender, self.line.clock()
        results = [_result(line, parcel, outcome) for parcel, outcome in settled]
        refusals = [
            Refusal(parcel.key, parcel.sender, outcome.code, outcome.reaction, outcome.retry_after_s)
            for parcel, outcome in settled
            if isinstance(outcome, Refused)
        ]
        unused = sum(
            parcel.segments for parcel, outcome in settled if isinstance(outcome, Refused | NotBegun)
        )
        with transaction(line.database) as db:
            ours = _settle(db, results, self.broadcast_id, line)
            if sender != CALLS:  # what moved a call before its answer was the end of that very call
                _adopt_late(db, results, ours, line)
            charge_for(line, db, sender, -unused, now)
            wakes = react(line, db, refusals, now)
        self.permit.give_back(sum(parcel.segments for parcel, outcome in settled if _is_unsent(outcome)))
        for job in wakes:
            line.queue.wake(job)


def _is_unsent(outcome: Outcome) -> bool:
    return isinstance(outcome, NotBegun) or outcome is _NO_NUMBER


def _result(line: Line, parcel: Parcel, outcome: Outcome) -> Result:
    now = line.clock()
    settled = settle(outcome, str(parcel.key), parcel.attempt, now, parcel.ends_at, line.timing)
    return Result(parcel.key, parcel.fence, settled)


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
