"""Places calls."""

from collections.abc import Sequence

from hotline.channels.twilio.outcomes import outcome_of
from hotline.channels.twilio.rounds import Round
from hotline.channels.twilio.sender import RETRIES
from hotline.channels.twilio.wire import Begin, Wire
from hotline.domain.outcome import Outcome
from hotline.domain.ports import Gate, Ring


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

    def ring_all(self, rings: Sequence[Ring], gate: Gate | None = None) -> list[Outcome]:
        """Post each once; outcomes in order. An interruption cancels what is under way."""
        return self._wire.run(self._rung(rings, gate)) if rings else []

    async def _rung(self, rings: Sequence[Ring], gate: Gate | None) -> list[Outcome]:
        async def ask(place: int, begins: Begin) -> Outcome:
            return await self._ring(rings[place], begins)

        return await Round(len(rings), ask, gate).run(self._wire.at_once)

    async def _ring(self, ring: Ring, begins: Begin | None = None) -> Outcome:
        return outcome_of(await self._wire.post(self._url, self._fields(ring), begins))

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
