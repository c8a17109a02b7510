"""One worker process: one role, one queue, one timetable."""

import logging
import os
import signal
from typing import Final

import structlog

from hotline.store.queue import Role
from workers.parts import Tools
from workers.timetable import Timetable, timetable_of
from workers.worker import OneQueueWorker

_log = structlog.get_logger()

# Where web and workers share a machine, whoever writes or calls is answered first (nice(2)).
NICENESS: Final = 10
_AGAIN_AFTER_S: Final = 1.0
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def give_way() -> None:
    """Leave the processors to the answers whenever these need them. For this process, and for good."""
    os.nice(NICENESS)


def work(tools: Tools, role: Role) -> None:
    """Work until asked to stop (SIGTERM, SIGINT); what is in flight is finished then.

    When Redis goes away the queue falls silent and the timetable goes on alone; when it is back, so is
    the queue.
    """
    _listen(tools)
    timetable = Timetable(tools, timetable_of(tools.line.timing)[role])
    timetable.start()
    _log.info("worker.begins", role=role)
    while not tools.stopping.is_set():
        _serve_queue(tools, role)
        _listen(tools)
        tools.stopping.wait(_AGAIN_AFTER_S)
    timetable.join()
    _log.info("worker.ends", role=role)


def _serve_queue(tools: Tools, role: Role) -> None:
    try:
        worker = OneQueueWorker(tools, role)
        worker.log.setLevel(logging.CRITICAL)  # RQ logs a lost connection again and again; we say it once
        worker.work(logging_level="CRITICAL")
    except Exception as fault:
        _log.warning("worker.queue_away", role=role, why=type(fault).__name__)


def _listen(tools: Tools) -> None:
    """RQ puts its own handlers while it works; these hold before and in between."""
    for number in _SIGNALS:
        signal.signal(number, lambda *_: tools.stopping.set())
