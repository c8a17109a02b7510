"""Sentences for staff, in English; the catalogs in `locales/` say them in other languages."""

from typing import Final

from hotline.domain.language import Language
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
