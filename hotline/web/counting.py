"""Write what turns counted every few seconds, on a thread of the web process: no turn waits for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

import structlog

from hotline.operations import flow_counts
from hotline.operations.line import Line
from hotline.store.database import Contended, DatabaseAway

EVERY_S: Final = 3.0
_log = structlog.get_logger("web")


@contextmanager
def counting(line: Line, every_s: float = EVERY_S) -> Iterator[None]:
    """While inside, counts reach the database; once more at the end. A process that is killed loses the
    last seconds of them."""
    over = threading.Event()
    thread = threading.Thread(target=_run, args=(line, over, every_s), name="counting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _run(line: Line, over: threading.Event, every_s: float) -> None:
    swept_on: date | None = None
    while True:
        is_last = over.wait(every_s)
        try:
            flow_counts.flush(line.database, line.counts, line.hours.zone)
            today = line.clock().date()
            if swept_on != today and not is_last:
                flow_counts.sweep(line.database, line.clock(), line.hours.zone)
                swept_on = today
        except (DatabaseAway, Contended):
            pass  # kept, or a few seconds of counts are lost
        except Exception as fault:
            _log.error("counting.failed", kind=type(fault).__name__)
        if is_last:
            return
