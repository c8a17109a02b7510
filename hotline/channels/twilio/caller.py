"""Places calls."""

import asyncio
from collections.abc import Sequence

from hotline.channels.twilio.outcomes import outcome_of
from hotline.channels.twilio.sender import RETRIES, certain
from hotline.channels.twilio.wire import Wire
from hotline.domain.outcome import Outcome
from hotline.domain.ports import Ring


class TwilioCaller:
    """A `Caller`. `caller_id` is the number that is shown; a messaging service cannot call."""

    def __init__(self, wire: Wire, caller_id: str, public_url: str) -> None:
        self._wire = wire
        self._caller_id = caller_id
        self._public_url = public_url.rstrip("/")
        self._url = wire.account.url("Calls.json")

    def ring(self, ring: Ring) -> Outcome:
        """Post once."""
        return self._wire.run(self._ring(ring))

    def ring_all(self, rings: Sequence[Ring]) -> list[Outcome]:
        """Post each once; outcomes in order. An interruption cancels what is under way."""
        return self._wire.run(self._rung(rings)) if rings else []

    async def _rung(self, rings: Sequence[Ring]) -> list[Outcome]:
        outcomes = await asyncio.gather(*map(self._ring, rings), return_exceptions=True)
        return [certain(outcome) for outcome in outcomes]

    async def _ring(self, ring: Ring) -> Outcome:
        return outcome_of(await self._wire.post(self._url, self._fields(ring)))

    def _fields(self, ring: Ring) -> list[tuple[str, str]]:
        """The form. `Record` never stands here: calls are not recorded."""
        return [
            ("To", ring.to.e164),
            ("From", self._caller_id),
            ("Url", self._public_url + ring.path),
            ("Method", "POST"),
            ("StatusCallback", self._public_url + ring.status_path + RETRIES),
            ("StatusCallbackMethod", "POST"),
            ("Timeout", str(ring.timeout_s)),
            # https://www.twilio.com/docs/voice/answering-machine-detection
            *([("MachineDetection", "DetectMessageEnd")] if ring.waits_for_machine else []),
        ]
