"""Why an alert is not drafted or released, and who may do it."""

from typing import Final, Literal

from hotline.domain.person import Dispatcher
from hotline.operations.line import Line

Refusal = Literal[
    "unknown_alert",
    "unknown_area",
    "unknown_field",
    "missing_field",
    "cross_streets",
    "no_basis",
    "no_observer",
    "seen_at",
    "ends_at",
    "follows",
    "text_not_approved",
    "state",
    "second_person",
    "unknown_person",
    "nobody",
    "night",
]

# In English; the catalogs in `locales/` say them in other languages.
REFUSALS: Final[dict[Refusal, str]] = {
    "unknown_alert": "There is no such alert.",
    "unknown_area": "There is no such area in the network file.",
    "unknown_field": "This is not on the list of the network file.",
    "missing_field": "Something that the text needs is missing.",
    "cross_streets": "Give two streets and no house number, as 1st & Soto.",
    "no_basis": "Say what it stands on: only a test or an exercise goes out without a basis.",
    "no_observer": "Give the observer's name code.",
    "seen_at": "What was seen must be less than 30 minutes old.",
    "ends_at": "The end must lie ahead, and within 12 hours.",
    "follows": "This kind follows an alert that was released, and only that.",
    "text_not_approved": "The text is not approved in every language.",
    "state": "The alert was released or withdrawn already.",
    "second_person": "Another person than the author must release it, from their own phone.",
    "unknown_person": "There is no such dispatcher: give a name of HOTLINE_DISPATCHERS.",
    "nobody": "Nobody in this area would get it.",
    "night": "It is night there, and the alert would end before the morning.",
}


class AlertRefused(Exception):
    """An alert cannot be drafted or released. `reason` is one of a closed list, `detail` names what."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{REFUSALS[reason]} {detail}".strip())
        self.reason: Refusal = reason
        self.detail = detail


def person(line: Line, name: str) -> Dispatcher:
    """A dispatcher by their name, however it is typed. Raises AlertRefused."""
    found = [one for one in line.dispatchers if key_of(one.name) == key_of(name)]
    if not found:
        raise AlertRefused("unknown_person", name)
    return next((one for one in found if one.name == name.strip()), found[0])


def key_of(name: str) -> str:
    """What two spellings of a name share."""
    return name.strip().casefold()
