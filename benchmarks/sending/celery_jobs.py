"""One Celery job for each text, measured where Celery happens to be installed."""

import os
import signal
import sys
import time
from importlib import import_module
from typing import Any, Final

from sqlalchemy import create_engine

from benchmarks.sending import jobs
from benchmarks.sending.stage import Stage
from hotline.settings import environment, read_settings
from hotline.store.servers.children import StopStep

LONGEST_S: Final = 15.0
PROCESSES: Final = 2

app: Any = import_module("celery").Celery("naive", broker=os.environ.get("NAIVE_BROKER", "memory://"))
app.conf.task_ignore_result = True


def _open() -> None:
    settings = read_settings(environment())
    jobs.use(settings, create_engine(settings.database_url), is_first=False)


@app.task  # type: ignore[untyped-decorator]
def one_text(number: int) -> None:
    if not jobs.is_open():
        _open()
    jobs.one_text(number)


def measured(stage: Stage, count: int) -> float:
    """Texts a second of a worker with two processes, from the first that came at the carrier to the last."""
    broker = stage.redis_url.replace("unix://", "redis+socket://")
    jobs.make_table(stage.engine)
    app.conf.broker_url = broker
    command = [
        "-m",
        "celery",
        "-A",
        "benchmarks.sending.celery_jobs",
        "worker",
        "-c",
        str(PROCESSES),
        "-l",
        "ERROR",
    ]
    worker = stage.start("celery", command, NAIVE_BROKER=broker)
    for number in range(count):
        one_text.delay(number)
    stage.carrier.tell(clear=1)
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until and stage.carrier.seen()["count"] < count:
        time.sleep(0.1)
    times = stage.carrier.seen()["times"]
    worker.stop([StopStep(signal.SIGKILL, 10.0)])
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else sys.float_info.max
