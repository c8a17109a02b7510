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
    "slow_account",  # the account sends faster than it may: every sender rests for a moment
    "hold",  # the carrier's queue of the sender is full: the sender waits until it has room
    "hold_minute",  # the sender's allowance of this minute is used up: wait for the next
    "hold_day",  # the sender's allowance of this day is used up: wait until midnight
    "hold_account",  # the account's allowance is used up: every sender waits until it is renewed
    "hold_text",  # the carrier will not send this one now: it waits, its sender goes on
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


@dataclass(frozen=True, slots=True)
class NotBegun:
    """Held back before its turn came: no byte of it left us, and nothing was against it."""


Outcome = Accepted | Refused | Unknown | NotBegun

# What a refusal makes of a delivery; `retry` and kin go back to wait, see `RETRY_LIMIT`.
STATUS_AFTER: Final[dict[Reaction, DeliveryStatus]] = {
    "permanent": "failed",
    "bad_number": "failed",
    "opted_out": "failed",
    "retry": "pending",
    "slow_down": "pending",
    "slow_account": "pending",
    "hold": "held",
    "hold_minute": "held",
    "hold_day": "held",
    "hold_account": "held",
    "hold_text": "held",
    "stop_batch": "failed",
    "stop_all": "pending",
    "fault": "failed",
}
