"""Alerts by call: how a call stands, who picked up, and what becomes of a delivery when it ends."""

from datetime import timedelta
from typing import Final, Literal

from hotline.domain.delivery import DeliveryStatus

# Stands where a text has the number or messaging service that it goes out from: calls are one more
# sender of the engine, with a rate of its own. Workers that do not know it never take its rows.
CALLS: Final = "calls"

Listener = Literal["person", "machine", "nobody"]

# https://www.twilio.com/docs/voice/answering-machine-detection: `unknown` is taken for a person.
_MACHINES: Final = frozenset(
    {"machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"}
)
_FAX: Final = "fax"

CallEnd = Literal["heard", "again", "failed"]

# CallStatus when a call is over (OpenAPI `call_enum_status`). Whoever was busy or away is called once more.
CALL_ENDS: Final[dict[str, CallEnd]] = {
    "completed": "heard",
    "busy": "again",
    "no-answer": "again",
    "failed": "again",
    "canceled": "failed",
}
# Where a call stands when the carrier is asked about it.
CALL_STATUSES: Final[dict[str, DeliveryStatus]] = {
    "queued": "accepted",
    "initiated": "accepted",
    "ringing": "accepted",
    "in-progress": "accepted",
    "completed": "delivered",
    "busy": "undelivered",
    "no-answer": "undelivered",
    "canceled": "failed",
    "failed": "failed",
}
TRIES: Final = 2
CALL_AGAIN_AFTER: Final = timedelta(minutes=3)
RING_S: Final = 30

MOST_TIMES: Final = 3  # heard once, and twice again
AGAIN_KEY: Final = "1"
STOP_KEY: Final = "9"
# The words of an opt-out by key, as the ledger keeps them.
STOP_WORDS: Final = f"tecla {STOP_KEY}"
# What a call says besides the alert; none is made before these are approved too.
CALL_TEXTS: Final = ("v_alert_keys", "v_alert_last", "v_alert_stopped")


def listener(answered_by: str) -> Listener:
    """Who picked up, in the carrier's word for it."""
    if answered_by in _MACHINES:
        return "machine"
    return "nobody" if answered_by == _FAX else "person"
