"""What came of asking the carrier for something: a closed vocabulary, and what we do about each."""

from dataclasses import dataclass
from typing import Final, Literal

from hotline.domain.delivery import DeliveryStatus

Reaction = Literal[
    "permanent",  # this message can never arrive: failed, not retried
    "bad_number",  # the number does not exist or takes no texts: failed, the number rests after two
    "opted_out",  # the person told the carrier to stop: failed, suppressed in our ledger
    "retry",  # not processed or a passing trouble: again later, bounded
    "slow_down",  # not processed because we ask too much at once: again soon, with fewer in flight
    "hold",  # the sender's daily or hourly allowance is used up: wait until it is renewed
    "stop_batch",  # filtered as spam: pause this broadcast and call a person
    "stop_all",  # the account or sender may not send: stop everything and say why
    "fault",  # our own request is wrong: failed, and a defect to report
]

RETRY_LIMIT: Final = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it (201) under this sid."""

    sid: str
    status: DeliveryStatus = "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier answered no. `code` is its error code; it did not process the request."""

    code: int
    reaction: Reaction
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No certain answer (timeout, reset, 5xx): it may have been accepted. Never resend blindly."""

    why: str


Outcome = Accepted | Refused | Unknown

# What a refusal makes of a delivery; `retry` and kin go back to wait, see `RETRY_LIMIT`.
STATUS_AFTER: Final[dict[Reaction, DeliveryStatus]] = {
    "permanent": "failed",
    "bad_number": "failed",
    "opted_out": "failed",
    "retry": "pending",
    "slow_down": "pending",
    "hold": "held",
    "stop_batch": "failed",
    "stop_all": "pending",
    "fault": "failed",
}
