"""Why something cannot be done with an incident, and who works on one."""

from typing import Final, Literal

from hotline.domain.person import Person, Role
from hotline.operations.line import Line

IncidentRefusal = Literal[
    "unknown_incident",
    "unknown_report",
    "unknown_person",
    "unknown_field",
    "unknown_zip",
    "role",
    "no_step",
    "reason",
    "not_confirmed",
    "cross_streets",
    "confirmed_place",
    "not_described",
    "only_hearsay",
    "text_not_approved",
    "merged",
    "not_mergeable",
    "not_merged",
    "seen_at",
    "no_words",
    "no_picture",
    "override_reason",
    "override_not_asked",
    "override_needless",
    "second_person",
]

# In English; the catalogs in `locales/` say them in other languages.
INCIDENT_REFUSALS: Final[dict[IncidentRefusal, str]] = {
    "unknown_incident": "There is no such incident.",
    "unknown_report": "This incident has no such report.",
    "unknown_person": "There is no such person in the network.",
    "unknown_field": "This is not on the list of the network file.",
    "unknown_zip": "There is no such ZIP code.",
    "role": "Your role does not allow this.",
    "no_step": "This step does not exist from where the incident stands.",
    "reason": "Write down why, in a few words.",
    "not_confirmed": "It cannot be confirmed yet: something is still missing.",
    "cross_streets": "Give two streets and no house number, as 1st & Soto.",
    "confirmed_place": "It is confirmed where it was seen. Open another incident for another place.",
    "not_described": "Say first where it is and what is seen: verifiers must know where to look.",
    "only_hearsay": "All we have is hearsay, and nobody is sent out for that.",
    "text_not_approved": "The text to verifiers is not approved in every language.",
    "merged": "It was merged into another incident: work on that one.",
    "not_mergeable": "These two cannot be merged.",
    "not_merged": "It is not merged into another.",
    "seen_at": "The time lies ahead, or more than a day back.",
    "no_words": "Write down what was said or seen, and by whom.",
    "no_picture": "This report has no picture.",
    "override_reason": "An emergency override needs a written reason of at least 15 letters.",
    "override_not_asked": "Nobody has asked for an override of this incident in the last 30 minutes.",
    "override_needless": "This incident needs no override, or stands where none is possible.",
    "second_person": "Another person must agree: not who asked for it, and not from the same phone.",
}

OVERRIDES: Final[frozenset[Role]] = frozenset({"approver"})  # as in domain/permission.py


class IncidentRefused(Exception):
    """It cannot be done. `reason` is one of a closed list, `detail` names what."""

    def __init__(self, reason: IncidentRefusal, detail: str = "") -> None:
        super().__init__(f"{INCIDENT_REFUSALS[reason]} {detail}".strip())
        self.reason: IncidentRefusal = reason
        self.detail = detail


def worker(line: Line, name: str, roles: frozenset[Role] = frozenset()) -> Person:
    """Somebody of the network by their name, with one of the roles. Raises IncidentRefused."""
    found = line.people().named(name)
    if found is None:
        raise IncidentRefused("unknown_person", name)
    if roles and not roles & found.roles:
        raise IncidentRefused("role", found.name)
    return found
