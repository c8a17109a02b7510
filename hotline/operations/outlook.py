"""What there is to send now, in as few statements as will tell it."""

from dataclasses import dataclass
from datetime import datetime

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
        return Outlook(
            is_stopped=marks.read(db, STOPPED) is not None,
            resting=senders.resting(db, now),
            waiting=tuple(broadcasts.waiting(db, now)),
            lone=tuple(outbox.waiting_segments(db, BATCH, now)),
            segments_left=segments_left(line, db, now),
        )
