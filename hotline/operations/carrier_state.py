"""How the way to people's phones is doing: senders, what waits, what the carrier complains of, money."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hotline.domain.sender import Kind, kind_of
from hotline.operations.line import Line
from hotline.operations.progress import underway
from hotline.operations.reactions import STOPPED
from hotline.store import charting, marks, outbox, senders, spend
from hotline.store.database import transaction
from hotline.store.senders import Rest

CODES_OF: Final = timedelta(days=7)
MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class SenderState:
    """`rate` is in segments a second; `rest` is why and until when it may not go on."""

    name: str
    kind: Kind
    rate: float
    rest: Rest | None


@dataclass(frozen=True, slots=True)
class CarrierState:
    """`stopped` is the code with which the carrier stopped everything; money in millionths of a dollar."""

    senders: tuple[SenderState, ...]
    account_rest: Rest | None
    stopped: str | None
    codes: tuple[tuple[int, int], ...]
    last_arrival_at: datetime | None
    lone_waiting: int
    lone_since: datetime | None
    alerts_waiting: int
    spent: int
    limit: int | None

    @property
    def share_spent(self) -> float | None:
        """Of the day's limit; None without one."""
        return self.spent / self.limit if self.limit else None


def carrier_state(line: Line, now: datetime) -> CarrierState:
    """Look once. Raises DatabaseAway."""
    waiting = sum(one.waiting for one in underway(line, now))
    with transaction(line.database) as db:
        rests = {rest.sender: rest for rest in senders.rests(db, now)}
        return CarrierState(
            senders=tuple(_sender(line, name, rests.get(name)) for name in line.senders),
            account_rest=rests.get(senders.ACCOUNT),
            stopped=marks.read(db, STOPPED),
            codes=tuple(charting.codes_since(db, now - CODES_OF)),
            last_arrival_at=charting.last_arrival(db),
            lone_waiting=len(outbox.waiting_segments(db, MOST_COUNTED, now)),
            lone_since=outbox.oldest_waiting(db, now),
            alerts_waiting=waiting,
            spent=spend.on_day(db, now.astimezone(line.hours.zone).date()),
            limit=line.limits.daily_spend,
        )


def _sender(line: Line, name: str, rest: Rest | None) -> SenderState:
    return SenderState(name, kind_of(name), line.limits.rate_of([name]), rest)
