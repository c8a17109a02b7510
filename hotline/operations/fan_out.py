"""Write one delivery row for each recipient of a broadcast, in steps that can be interrupted."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.delivery import REACHED
from hotline.operations.line import Line
from hotline.store import broadcasts, enrolment
from hotline.store.broadcasts import Broadcast
from hotline.store.database import transaction
from hotline.store.enrolment import ZIPS_AT_ONCE, Stretch

# One step holds its locks for a fraction of a second; the first is small, so that the first texts go
# out while the rest is still being written.
FIRST_STEP: Final = 500
STEP: Final = 20_000


def fan_out(line: Line, broadcast_id: int, now: datetime, step: int = STEP) -> bool:
    """Write the next recipients; True when there is more to write. Two at once do no harm.

    A broadcast that is over before all are written goes on being written, as skipped: whoever should have
    got it is counted.
    """
    with transaction(line.database) as db:
        of = broadcasts.by_id(db, broadcast_id, lock=True)
        if of is None or of.is_written:
            return False
        over = over_for(of, now)
        size = step if of.total or over else min(FIRST_STEP, step)
        more = (
            _write_reached(db, of, size, over, now) if of.follows_id else _write_zips(db, of, size, over, now)
        )
    if not over:
        line.queue.wake("deliver")
    return more


def over_for(of: Broadcast, now: datetime) -> str | None:
    """Why nothing more of a broadcast goes out, as the reason of its rows; None while it may."""
    if of.state == "cancelled":
        return "superseded" if of.reason == "superseded" else "cancelled"
    return "expired" if of.ends_at <= now else None


def _write_zips(db: Connection, of: Broadcast, size: int, over: str | None, now: datetime) -> bool:
    """ZIP code after ZIP code in the broadcast's order, the nearest first, until the step is full."""
    zip_code, after = _place(of)
    begin = of.zips.index(zip_code)
    zips = of.zips[begin : begin + ZIPS_AT_ONCE]
    written = enrolment.write_zips(db, of, zips, Stretch(after, size, over), now)
    if written.read >= size:
        index, after = begin + written.at - 1, written.last
    else:
        index, after = begin + len(zips), 0
    is_over = index >= len(of.zips)
    place = "" if is_over else f"{of.zips[index]}:{after}"
    broadcasts.wrote(db, of.id, place, is_over, written.made, written.used)
    return not is_over


def _place(of: Broadcast) -> tuple[str, int]:
    if not of.written_to:
        return of.zips[0], 0
    zip_code, _, after = of.written_to.partition(":")
    return zip_code, int(after)


def _write_reached(db: Connection, of: Broadcast, size: int, over: str | None, now: datetime) -> bool:
    """Everyone the first broadcast reached. While that one still runs, whoever it reaches later too."""
    assert of.follows_id is not None
    stretch = Stretch(int(of.written_to or 0), size, over)
    written = enrolment.write_reached(db, of, sorted(REACHED), stretch, now)
    if written.read >= size:
        broadcasts.wrote(db, of.id, str(written.last), False, written.made, written.used)
        return True
    first = broadcasts.by_id(db, of.follows_id)
    is_over = over is not None or first is None or first.finished_at is not None
    broadcasts.wrote(db, of.id, "0", is_over, written.made, written.used)
    return False
