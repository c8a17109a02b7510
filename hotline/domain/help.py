"""Help requests: food, someone to go along, a lawyer, someone detained. Never a status or a nationality."""

import re
from typing import Final, Literal, get_args

from hotline.domain.words import contains_phrase, fold

HelpKind = Literal["food", "accompaniment", "lawyer", "detained"]
HELP_KINDS: Final[tuple[HelpKind, ...]] = get_args(HelpKind)

# What a call or a text of the flow is about -> the help that it asks for.
HELP_OF_TOPIC: Final[dict[str, HelpKind]] = {
    "topic.food": "food",
    "topic.walk": "accompaniment",
    "topic.lawyer": "lawyer",
    "topic.find": "detained",
}
TOPIC_OF_HELP: Final[dict[HelpKind, str]] = {kind: topic for topic, kind in HELP_OF_TOPIC.items()}

# How a ticket ends; the list is fixed so that nobody writes a person's story into it.
Closing = Literal["helped", "handed_over", "not_reached", "not_needed", "could_not_help", "mistake"]
CLOSINGS: Final[tuple[Closing, ...]] = get_args(Closing)

NOTE_AT_MOST: Final = 200
PARTNER_AT_MOST: Final = 80
PARTNER_CONTACT_AT_MOST: Final = 200

_A_NUMBER: Final = re.compile(r"\bA[\s#-]*\d{3}[\s-]?\d{3}[\s-]?\d{2,3}\b", re.IGNORECASE)
_STATUS: Final = (
    "undocumented",
    "no papers",
    "without papers",
    "illegal",
    "immigration status",
    "indocumentado",
    "indocumentada",
    "sin papeles",
    "no tiene papeles",
    "ilegal",
    "estatus migratorio",
)


def names_status(note: str) -> bool:
    """Does a note say what must never be written down: an A-number, or words about somebody's status?"""
    said = fold(note)
    return bool(_A_NUMBER.search(note)) or any(contains_phrase(said, phrase) for phrase in _STATUS)
