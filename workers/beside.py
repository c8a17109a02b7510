"""Jobs that wait for other machines, each in a thread of its own: who hangs there holds up nobody here."""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

_log = structlog.get_logger()

# What is under way when the process is asked to stop: a request to the carrier takes 35 s at the most, and
# the whole of it must be over before the process is killed (`stop_grace_period` in compose.yaml).
ENDS_WITHIN_S: Final = 40.0


class Beside:
    """One thread for each job at the most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def begin(self, job: str, work: Callable[[], object]) -> bool:
        """Begin it; False while it works already: the timetable, or its own end, comes back to it."""
        with self._lock:
            known = self._threads.get(job)
            if known and known.is_alive():
                return False
            self._threads = {name: thread for name, thread in self._threads.items() if thread.is_alive()}
            self._threads[job] = threading.Thread(target=_do, args=(job, work), name=job, daemon=True)
            self._threads[job].start()
            return True

    def join(self, within_s: float = ENDS_WITHIN_S) -> bool:
        """Wait for all of them, at most so long; have they ended?"""
        until = time.monotonic() + within_s
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)


def _do(job: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as fault:
        _log.exception("job.failed", job=job, why=type(fault).__name__)
