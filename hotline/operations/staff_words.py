"""Sentences for staff, in English; the catalogs in `locales/` say them in other languages."""

from typing import Final

from hotline.domain.language import Language
from hotline.domain.person import Role
from hotline.domain.ticket import TicketKind

URGENT: Final = "URGENT"
WAITED: Final = "{SECONDS} seconds"

KINDS: Final[dict[TicketKind, str]] = {
    "callback": "wants a call",
    "voicemail": "voicemail",
    "report": "new report",
    "opt_out_review": "may want to stop texts",
    "unanswered": "we do not understand this person's texts",
    "blocked_answer": "the carrier blocks our answers to this person",
    "food": "needs food",
    "accompaniment": "asks for someone to go along",
    "lawyer": "needs a lawyer",
    "detained": "someone was detained",
}

LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "es": "Spanish"}

TOPICS: Final[dict[str, str]] = {
    "door_now": "agents at the door now",
    "urgent": "an urgent message",
    "unsafe": "not in a safe place",
    "person": "wants to speak with a person",
    "report.start": "a report",
    "alerts": "alerts",
    "topic.home": "rights at home",
    "topic.work": "rights at work",
    "topic.street": "rights in the street",
    "topic.car": "rights in a car",
    "topic.transit": "rights on a bus or train",
    "topic.school": "rights at school",
    "topic.hospital": "rights in a hospital",
    "topic.court": "immigration court",
    "topic.arrest": "rights when arrested",
    "topic.find": "looks for someone detained",
    "topic.film": "recording agents",
    "topic.family": "family plan",
    "topic.fraud": "fraud",
    "topic.lawyer": "legal help",
    "topic.food": "food",
    "topic.walk": "someone to go along",
}

GO_ANSWERS: Final[dict[str, str]] = {
    "ringing": "Ticket {CODE}: we are calling you now. Press 1 when you answer.",
    "unknown": "There is no ticket {CODE}.",
    "closed": "Ticket {CODE} is closed already.",
    "taken": "Someone else has ticket {CODE} already. Thank you.",
    "no_contact": "Ticket {CODE}: the caller hid their number, so we cannot call back.",
    "asked_not_to": "Report {CODE}: the person did not agree to a call back.",
}

TAKE_ANSWERS: Final[dict[str, str]] = {
    "yours": "Ticket {CODE} is yours for 4 hours. To call the person: GO {CODE}",
    "unknown": GO_ANSWERS["unknown"],
    "closed": GO_ANSWERS["closed"],
    "taken": GO_ANSWERS["taken"],
}

DUTY_ANSWERS: Final[dict[str, str]] = {
    "on": "You are on duty. {WAITS} OFF when you stop.",
    "off": "You are off duty. Thank you. ON when you come back.",
}

PIN_ANSWERS: Final[dict[str, str]] = {
    "asked": "Answer with your PIN, within 10 minutes.",
    "none": "You have no PIN yet: ask an admin for one.",
    "locked": "Too many wrong PINs: commands from this phone are locked. An admin gives you a new PIN.",
}
PIN_GOOD: Final = "Thank you. This phone needs no PIN for 12 hours."
PIN_WRONG: Final = "That is not your PIN. Tries left: {LEFT}."
PIN_LOCKED_TOLD: Final = (
    "Five wrong PINs came from the phone of {NAME}: its commands are locked. Speak with {NAME}, then give a"
    " new PIN."
)
NOT_YOURS: Final = "This command is for dispatchers."

NOTHING_WAITS: Final = "Nothing waits."
TICKETS_WAIT: Final = "{COUNT} waiting:"
TICKET_WAITS: Final = "{CODE} {KIND} ({LANGUAGE})"
MORE_WAIT: Final = "and {COUNT} more."
WORD_WAITS: Final = "Alert {CODE} waits for your word."

ROLE_NAMES: Final[dict[Role, str]] = {
    "dispatcher": "dispatcher",
    "verifier": "verifier",
    "approver": "approver",
    "admin": "admin",
}
NO_DISPATCHER: Final = "There is no dispatcher: callers reach nobody. Add one with `hotline people add`."
