"""Write one delivery row for each recipient of a broadcast, in steps that can be interrupted."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.delivery import REACHED
from hotline.operations.line import Line
from hotline.store import broadcasts, enrolment
from hotline.store.broadcasts import Broadcast
from hotline.store.database import transaction
from hotline.store.enrolment import Written

# One step holds its locks for a fraction of a second; the first is small, so that the first texts go
# out while the rest is still being written.
FIRST_STEP: Final = 500
STEP: Final = 50_000


def fan_out(line: Line, broadcast_id: int, now: datetime, step: int = STEP) -> bool:
    """Write the next recipients; True when there is more to write. Two at once do no harm."""
    with transaction(line.database) as db:
        of = broadcasts.by_id(db, broadcast_id, lock=True)
        if of is None or of.is_written or of.state == "cancelled" or of.ends_at <= now:
            _close(db, of)
            return False
        size = min(FIRST_STEP, step) if of.total == 0 else step
        more = _write_reached(db, of, size, now) if of.follows_id else _write_zips(db, of, size, now)
    line.queue.wake("deliver")
    return more


def _close(db: Connection, of: Broadcast | None) -> None:
    """Nobody more is written to what is over."""
    if of is not None and not of.is_written:
        broadcasts.wrote(db, of.id, of.written_to, True, 0, 0)


def _write_zips(db: Connection, of: Broadcast, size: int, now: datetime) -> bool:
    """ZIP code after ZIP code in the broadcast's order, the nearest first, until the step is full."""
    zip_code, after = _place(of)
    index, made, used = of.zips.index(zip_code), 0, 0
    while index < len(of.zips) and used < size:
        limit = size - used
        written = enrolment.write_zip(db, of, of.next_seq + used, of.zips[index], after, limit, now)
        made, used = made + written.made, used + written.used
        if written.last is None or written.read < limit:
            index, after = index + 1, 0
        else:
            after = written.last
    is_over = index >= len(of.zips)
    place = "" if is_over else f"{of.zips[index]}:{after}"
    broadcasts.wrote(db, of.id, place, is_over, made, used)
    return not is_over


def _place(of: Broadcast) -> tuple[str, int]:
    if not of.written_to:
        return of.zips[0], 0
    zip_code, _, after = of.written_to.partition(":")
    return zip_code, int(after)


def _write_reached(db: Connection, of: Broadcast, size: int, now: datetime) -> bool:
    """Everyone the first broadcast reached. While that one still runs, whoever it reaches later too."""
    assert of.follows_id is not None
    after = int(of.written_to or 0)
    written: Written = enrolment.write_reached(db, of, sorted(REACHED), after, size, now)
    if written.read == size and written.last is not None:
        broadcasts.wrote(db, of.id, str(written.last), False, written.made, written.used)
        return True
    first = broadcasts.by_id(db, of.follows_id)
    is_over = first is None or first.finished_at is not None
    broadcasts.wrote(db, of.id, "0", is_over, written.made, written.used)
    return False
