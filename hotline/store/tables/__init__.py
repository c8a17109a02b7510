"""Every table: ids are bigint inside, personal data is sealed (`_ct`) or hashed (`_hash`)."""

from hotline.store.tables.alerts import (
    alert,
    broadcast,
    broadcast_body,
    delivery,
    delivery_tally,
    sender_rest,
    spend,
)
from hotline.store.tables.base import MESSAGE_BLOCK, message_ids, metadata
from hotline.store.tables.conversations import leg, message, recording, report, session, ticket, turn
from hotline.store.tables.house import audit, carrier_deletion, counter, setting_mark, text_review
from hotline.store.tables.people import (
    carrier_block,
    consent,
    contact,
    number_health,
    subscription,
    suppression,
)

__all__ = [
    "MESSAGE_BLOCK",
    "alert",
    "audit",
    "broadcast",
    "broadcast_body",
    "carrier_block",
    "carrier_deletion",
    "consent",
    "contact",
    "counter",
    "delivery",
    "delivery_tally",
    "leg",
    "message",
    "message_ids",
    "metadata",
    "number_health",
    "recording",
    "report",
    "sender_rest",
    "session",
    "setting_mark",
    "spend",
    "subscription",
    "suppression",
    "text_review",
    "ticket",
    "turn",
]
