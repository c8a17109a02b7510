"""Places calls."""

from hotline.channels.twilio.outcomes import outcome_of
from hotline.channels.twilio.sender import RETRIES
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
        return outcome_of(self._wire.run(self._wire.post(self._url, self._fields(ring))))

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
        ]
