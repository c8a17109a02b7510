"""Where webhooks work: their own threads, so that nothing else can starve them, and the answer
when something breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from prometheus_client import Counter
from starlette.responses import Response

from hotline.bootstrap import FaultDocuments
from hotline.operations.line import Line
from hotline.web.addresses import Addresses
from hotline.web.door import Door
from hotline.web.intake import Intake
from hotline.web.mouths import CallMouth, TextMouth

Result = TypeVar("Result")

FAULTS = Counter("hotline_faults_total", "Answers given because something inside broke", ["where", "kind"])
REFUSALS = Counter("hotline_refusals_total", "Requests turned away at the door", ["reason"])
log = structlog.get_logger("web")


@dataclass(frozen=True)
class Office:
    """Everything a webhook needs."""

    line: Line
    door: Door
    addresses: Addresses
    fault: FaultDocuments
    threads: CapacityLimiter
    media_base: str
    carrier_handles_words: bool
    receipts: Intake

    @property
    def text_mouth(self) -> TextMouth:
        return TextMouth(self.addresses)

    @property
    def call_mouth(self) -> CallMouth:
        return CallMouth(self.addresses, self.line.voice_number)

    def now(self) -> datetime:
        return self.line.clock()

    async def work(self, task: Callable[..., Result], *arguments: object) -> Result:
        """Run sync work on a webhook thread."""
        return await to_thread.run_sync(partial(task, *arguments), limiter=self.threads)

    def broken(self, where: str, fault: Exception, document: str) -> Response:
        """Count and log a fault by its kind, and answer kindly. The fault's text may hold data: left out."""
        kind = type(fault).__name__
        FAULTS.labels(where, kind).inc()
        log.error("webhook_fault", where=where, kind=kind)
        return twiml(document)


def twiml(document: str) -> Response:
    return Response(document, media_type="text/xml")
