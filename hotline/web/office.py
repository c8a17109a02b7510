"""Where webhooks work: what they need, and threads of their own that nothing else can starve."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from prometheus_client import Counter
from redis.exceptions import RedisError

from hotline.bootstrap import FaultDocuments
from hotline.operations.line import Line
from hotline.store.spool import Refused
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
    threads: ThreadPoolExecutor
    media_base: str
    carrier_handles_words: bool
    receipts: Intake
    text_mouth: TextMouth
    call_mouth: CallMouth

    def now(self) -> datetime:
        return self.line.clock()

    async def work(self, task: Callable[..., Result], *arguments: object) -> Result:
        """Run sync work on a webhook thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, partial(task, *arguments))

    async def keep_refusal(self, refused: Refused) -> None:
        """Keep what the database could not take; a loss is counted."""
        if await self.receipts.keep(self.line.keyring, refused):
            log.warning("refusal_kept", sid=refused.sid)
        else:
            self.count_fault("refusal", RedisError())

    def count_fault(self, where: str, fault: Exception) -> None:
        """Count and log a fault by its kind alone: its text may hold what a person wrote."""
        kind = type(fault).__name__
        FAULTS.labels(where, kind).inc()
        log.error("webhook_fault", where=where, kind=kind)
