"""What there is to send now, in as few statements as will tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.call import CALLS
from hotline.domain.lease import BATCH
from hotline.operations.line import Line
from hotline.operations.reactions import STOPPED
from hotline.operations.spending import segments_left
from hotline.store import broadcasts, marks, outbox, senders
from hotline.store.broadcasts import Waiting
from hotline.store.database import transaction


@dataclass(frozen=True, slots=True)
class Outlook:
    """`lone` are the segments of each lone message, the oldest first; `resting` senders may not go on;
    `segments_left` is what the day's budget still pays for (None: there is no limit)."""

    is_stopped: bool
    resting: frozenset[str]
    waiting: tuple[Waiting, ...]
    lone: tuple[int, ...]
    segments_left: int | None


def look(line: Line, now: datetime) -> Outlook:
    """Look once. Raises hotline.store.database.DatabaseAway."""
    with transaction(line.database) as db:
        waiting = tuple(broadcasts.waiting(db, now))
        return Outlook(
            is_stopped=marks.read(db, STOPPED) is not None,
            resting=_resting(line, senders.resting(db, now), waiting),
            waiting=waiting,
            lone=tuple(outbox.waiting_segments(db, BATCH, now)),
            segments_left=segments_left(line, db, now),
        )


def _resting(line: Line, resting: frozenset[str], waiting: Sequence[Waiting]) -> frozenset[str]:
    """When the account rests every sender of texts does; calls have a limit of their own."""
    if senders.ACCOUNT not in resting:
        return resting
    texting = {sender for one in waiting for sender in one.senders if sender != CALLS}
    return resting | texting | frozenset(line.senders)
