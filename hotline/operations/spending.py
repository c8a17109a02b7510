"""The daily spend limit: alerts wait when it is reached, answers and words to staff do not."""

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.catalogs import sentence
from hotline.domain.call import CALLS
from hotline.operations.line import Line
from hotline.operations.telling import tell_dispatchers
from hotline.store import broadcasts, marks, spend
from hotline.store.database import transaction

_log = structlog.get_logger()

REASON: Final = "spend_limit"
_TOLD: Final = "spend_limit_told"

# In English; the catalogs in `locales/` say it in other languages.
LIMIT_REACHED: Final = sentence(
    "The daily spend limit is reached: alerts wait until tomorrow, or until it is raised."
)


def charge(line: Line, db: Connection, segments: int, now: datetime) -> None:
    """Count segments that are being asked of the carrier; less than none gives back what was refused."""
    spend.charge(db, now.astimezone(line.hours.zone).date(), segments * line.limits.segment_price)


def price_of(line: Line, sender: str, segments: int) -> int:
    """In millionths of a dollar: of calls one segment stands for one call."""
    return segments * (line.limits.call_price if sender == CALLS else line.limits.segment_price)


def charge_for(line: Line, db: Connection, sender: str | None, segments: int, now: datetime) -> None:
    """Count what goes out from one sender, at its own price."""
    spend.charge(db, now.astimezone(line.hours.zone).date(), price_of(line, sender or "", segments))


def segments_left(line: Line, db: Connection, now: datetime) -> int | None:
    """How many segments the day's budget still pays for; None when there is no limit."""
    limit, price = line.limits.daily_spend, line.limits.segment_price
    if limit is None or price <= 0:
        return None
    return max(0, limit - spend.on_day(db, now.astimezone(line.hours.zone).date())) // price


def hold_for_spending(line: Line, broadcast_id: int, now: datetime) -> None:
    """Let a broadcast wait, and raise the alarm once a day."""
    day = now.astimezone(line.hours.zone).date().isoformat()
    with transaction(line.database) as db:
        broadcasts.move(db, broadcast_id, ("sending",), "held", REASON)
        is_first = marks.put(db, _TOLD, day, now)
        if is_first:
            tell_dispatchers(line, db, LIMIT_REACHED, now)
    if is_first:
        _log.error("spending.limit_reached", day=day)
        line.queue.wake("messages")


def resume_spending(line: Line, db: Connection, now: datetime) -> bool:
    """A new day, or a raised limit: what waited for money goes on."""
    left = segments_left(line, db, now)
    held = [of for of in broadcasts.running(db) if of.state == "held" and of.reason == REASON]
    if not held or left == 0:
        return False
    largest = max(broadcasts.largest_body(db, of.id) for of in held)
    if left is not None and left < largest:
        return False
    for of in held:
        broadcasts.move(db, of.id, ("held",), "sending", None)
    return True
