"""Time made short: what waits for a clock is made older while nothing is on its way.

In real time (`--real-time`) nothing is: there every wait of the hotline itself is short.

A lease lasts two minutes and a lost answer is looked for twice, a minute apart. Waiting that out would
make a run of five minutes, so that a run moves the stored times instead. It does so only when the carrier
has seen nothing new for a while: no request is then on its way, and the time would have passed without one.
"""

import time
from contextlib import suppress
from typing import Any, Final, cast

from redis.exceptions import RedisError
from sqlalchemy import text

from benchmarks.fault_stage import Stage
from hotline.store.database import Contended, DatabaseAway, transaction
from hotline.store.stream import GROUP, STREAM

# The two looks for a lost answer are so far apart at least, and the carrier's list is late by less than both.
STILL_S: Final = 0.6
# A worker that owns rows may be slow to begin: then longer.
STILL_WHILE_SENDING_S: Final = 1.5
BY: Final = "interval '125 seconds'"  # above a lease, and above the time between two looks
_AGE: Final = [
    f"UPDATE {table} SET leased_until = leased_until - {BY}, asked_at = asked_at - {BY},"
    f" not_before = not_before - {BY} WHERE status IN ('pending', 'held', 'sending', 'unknown')"
    for table in ("delivery", "message")
]
_AN_HOUR: Final = (
    "UPDATE delivery SET settled_at = settled_at - interval '61 minutes', misses = 0"
    " WHERE status IN ('accepted', 'sent')"
)


class Stillness:
    """Has the carrier seen nothing new for a while?"""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._seen = -1
        self._since = time.monotonic()

    def holds(self) -> bool:
        seen = int(self._stage.carrier.record(summary=True)["attempts"])
        if seen != self._seen:
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since >= (STILL_WHILE_SENDING_S if self._is_sending() else STILL_S)

    def begin_again(self) -> None:
        self._since = time.monotonic()

    def _is_sending(self) -> bool:
        try:
            with transaction(self._stage.line.database) as db:
                return bool(db.scalar(text("SELECT EXISTS (SELECT FROM delivery WHERE status = 'sending')")))
        except DatabaseAway:
            return True


def let_time_pass(stage: Stage) -> None:
    """Two minutes for everything that waits, and the next look of the timetable."""
    if stage.is_real_time:
        return
    try:
        with transaction(stage.line.database) as db:
            for statement in _AGE:
                db.execute(text(statement))
            db.execute(text(f"UPDATE sender_rest SET until = until - {BY}"))
    except (DatabaseAway, Contended):
        return
    stage.line.queue.wake("sweep")


def let_receipts_be_missed(stage: Stage) -> None:
    """An hour for everything the carrier took and never reported on, and the next look for it."""
    if stage.is_real_time:
        return
    with suppress(DatabaseAway, Contended), transaction(stage.line.database) as db:
        db.execute(text(_AN_HOUR))
    stage.line.queue.wake("fetch_receipts")


def let_consumers_be_missed(stage: Stage) -> None:
    """Half a minute for what a killed worker had read from the stream and never acknowledged."""
    if stage.is_real_time:
        return
    try:
        pending = cast(list[dict[str, Any]], stage.redis.xpending_range(STREAM, GROUP, "-", "+", 10_000))
        for one in pending:
            stage.redis.xclaim(
                STREAM, GROUP, one["consumer"], 0, [one["message_id"]], idle=60_000, justid=True
            )
    except RedisError:
        return
