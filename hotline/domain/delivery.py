"""The life of one delivery: one recipient of one broadcast, or one lone message."""

from typing import Final, Literal, get_args

DeliveryStatus = Literal[
    "pending",  # written, not yet taken up
    "held",  # waits for morning, for a rate, for the next day's budget
    "sending",  # a worker owns it; the request may be on its way
    "unknown",  # the request went out and no answer came: ask the carrier, never send blindly
    "accepted",  # the carrier answered 201
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "skipped",  # opted out, expired, cancelled: never asked of the carrier
]
STATUSES: Final[tuple[DeliveryStatus, ...]] = get_args(DeliveryStatus)

# What the carrier's receipts may move a delivery from (twilio.md 1.3: any order, doubled, before the
# answer). A late `delivered` wins over a failure; nothing else leaves a final state.
RECEIPT_MOVES: Final[dict[DeliveryStatus, frozenset[DeliveryStatus]]] = {
    "accepted": frozenset({"pending", "sending", "unknown"}),
    "sent": frozenset({"pending", "sending", "unknown", "accepted"}),
    "delivered": frozenset({"pending", "sending", "unknown", "accepted", "sent", "undelivered", "failed"}),
    "undelivered": frozenset({"pending", "sending", "unknown", "accepted", "sent"}),
    "failed": frozenset({"pending", "sending", "unknown", "accepted", "sent"}),
}
FINAL: Final[frozenset[DeliveryStatus]] = frozenset({"delivered", "undelivered", "failed", "skipped"})

# Who hears the follow-up of an alert: everyone the first one may have reached (and who did not opt
# out since). `failed` never left us or the carrier; `undelivered` may have been seen.
REACHED: Final[frozenset[DeliveryStatus]] = frozenset(
    {"accepted", "sent", "delivered", "unknown", "undelivered"}
)

# The carrier's words for our states (OpenAPI `message_enum_status`, v2010).
CARRIER_STATUSES: Final[dict[str, DeliveryStatus]] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "partially_delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}


def may_move(before: DeliveryStatus, after: DeliveryStatus) -> bool:
    """May a receipt move a delivery from `before` to `after`?"""
    return before in RECEIPT_MOVES.get(after, frozenset())
