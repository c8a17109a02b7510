"""Every table: ids are bigint inside, personal data is sealed (`_ct`) or hashed (`_hash`)."""

from hotline.store.tables.accounts import (
    account,
    invitation,
    known_device,
    passkey,
    proof,
    recovery,
    sign_in_failure,
    staff_session,
)
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
from hotline.store.tables.incidents import incident, incident_step, observation, verify_request
from hotline.store.tables.interfaces import api_answer, api_key, hook, hook_delivery
from hotline.store.tables.people import (
    carrier_block,
    consent,
    contact,
    number_health,
    subscription,
    suppression,
)
from hotline.store.tables.places import event, partner, report_site, site, site_contact, site_notice
from hotline.store.tables.staff import person

__all__ = [
    "MESSAGE_BLOCK",
    "account",
    "alert",
    "api_answer",
    "api_key",
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
    "event",
    "hook",
    "hook_delivery",
    "incident",
    "incident_step",
    "invitation",
    "known_device",
    "leg",
    "message",
    "message_ids",
    "metadata",
    "number_health",
    "observation",
    "partner",
    "passkey",
    "person",
    "proof",
    "recording",
    "recovery",
    "report",
    "report_site",
    "sender_rest",
    "session",
    "setting_mark",
    "sign_in_failure",
    "site",
    "site_contact",
    "site_notice",
    "spend",
    "staff_session",
    "subscription",
    "suppression",
    "text_review",
    "ticket",
    "turn",
    "verify_request",
]
