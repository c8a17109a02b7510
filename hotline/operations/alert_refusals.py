"""Why an alert is not drafted or released, and who may do it."""

from typing import Final, Literal

from hotline.domain.person import Person, Role
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
    "role",
    "unverified",
    "unknown_incident",
    "nobody",
    "night",
    "place",
    "day",
    "url",
    "untranslated",
    "too_soon",
    "first_approver",
]

DRAFT: Final[frozenset[Role]] = frozenset({"dispatcher", "approver"})
RELEASE: Final[frozenset[Role]] = frozenset({"approver"})

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
    "unknown_person": "There is no such person: see `hotline people list`.",
    "role": "This takes a dispatcher or an approver to draft, and an approver to release:",
    "unverified": "Nothing unverified goes out: its incident is not confirmed, or was seen too long ago.",
    "unknown_incident": "There is no such incident.",
    "nobody": "Nobody in this area would get it.",
    "night": "It is night there, and the alert would end before the morning.",
    "place": "Give the name of a place in at most 40 letters, without a house number.",
    "day": "Give a day and times that lie ahead, the end after the beginning.",
    "url": "Give the address of the source: it begins with https:// and has at most 80 letters.",
    "untranslated": "A word of the network file is missing in a language.",
    "too_soon": "The last one of this kind went out too short a time ago. To wait:",
    "first_approver": "Whoever agreed first cannot be the second one too.",
}


class AlertRefused(Exception):
    """An alert cannot be drafted or released. `reason` is one of a closed list, `detail` names what."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{REFUSALS[reason]} {detail}".strip())
        self.reason: Refusal = reason
        self.detail = detail


def drafter(line: Line, name: str) -> Person:
    """Who may draft an alert or ask for its release. Raises AlertRefused."""
    return _with_role(line, name, DRAFT)


def approver(line: Line, name: str) -> Person:
    """Who may release one. Raises AlertRefused."""
    return _with_role(line, name, RELEASE)


def _with_role(line: Line, name: str, roles: frozenset[Role]) -> Person:
    """Somebody by their name, however it is typed."""
    found = line.people().named(name)
    if found is None:
        raise AlertRefused("unknown_person", name)
    if not found.roles & roles:
        raise AlertRefused("role", found.name)
    return found
