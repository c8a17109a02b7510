"""The words in which pages speak of reports and incidents, and the colours that help."""

from typing import Final

from hotline.catalogs import sentence
from hotline.domain.incident import IncidentState
from hotline.domain.person import Role
from hotline.operations.incident_words import (
    ANSWERS,
    ASKING,
    CHOSEN,
    FINDINGS,
    OBSERVATIONS,
    QUESTIONS,
    SEEN,
    SOURCES,
    STATES,
    STEP_HELP,
    STEP_KINDS,
    STEP_WORDS,
)

__all__ = [
    "ANSWERS",
    "ASKING",
    "CHOSEN",
    "FINDINGS",
    "OBSERVATIONS",
    "QUESTIONS",
    "ROLES",
    "SEEN",
    "SOURCES",
    "STATES",
    "STEP_HELP",
    "STEP_KINDS",
    "STEP_WORDS",
    "TONES",
]

TONES: Final[dict[IncidentState, str]] = {
    "reported": "busy",
    "verifying": "busy",
    "confirmed": "bad",
    "not_found": "calm",
    "other_agency": "calm",
    "unsure": "busy",
    "closed": "calm",
}

ROLES: Final[dict[Role, str]] = {
    "dispatcher": sentence("Dispatchers"),
    "verifier": sentence("Verifiers"),
    "approver": sentence("Approvers"),
    "admin": sentence("Admins"),
}
