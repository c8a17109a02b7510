"""Incidents: what staff are checking, and the only steps there are."""

from datetime import timedelta
from typing import Final, Literal, get_args

IncidentState = Literal["reported", "verifying", "confirmed", "not_found", "other_agency", "unsure", "closed"]
INCIDENT_STATES: Final[tuple[IncidentState, ...]] = get_args(IncidentState)

# What is not here does not exist. Practice needs three ways beside the straight one (content.md 2.13): what
# is no report at all is closed unread; what nobody could settle, or was confirmed and may be over, is looked
# at once more.
STEPS: Final[dict[IncidentState, frozenset[IncidentState]]] = {
    "reported": frozenset({"verifying", "closed"}),
    "verifying": frozenset({"confirmed", "not_found", "other_agency", "unsure"}),
    "confirmed": frozenset({"verifying", "closed"}),
    "not_found": frozenset({"closed"}),
    "other_agency": frozenset({"closed"}),
    "unsure": frozenset({"verifying", "closed"}),
    "closed": frozenset(),
}
OPEN_STATES: Final[frozenset[IncidentState]] = frozenset(INCIDENT_STATES) - {"closed"}

# Of these an alert may already speak: they are never merged into another.
MERGEABLE: Final[frozenset[IncidentState]] = frozenset({"reported", "verifying", "unsure"})

# How a report reached us.
ReportSource = Literal["text", "call", "voicemail", "site", "staff"]
REPORT_SOURCES: Final[tuple[ReportSource, ...]] = get_args(ReportSource)

# What staff can put on record of an incident.
ObservationKind = Literal["on_scene", "first_hand", "photo_checked", "statement", "note"]

# What a verifier found on scene.
Finding = Literal["seen", "nothing", "other"]
FINDINGS: Final[tuple[Finding, ...]] = get_args(Finding)

# What stands in the timeline besides steps between states.
StepKind = Literal[
    "open", "state", "describe", "ask", "merge", "unmerge", "override_asked", "override", "alert"
]

LONGEST_REASON: Final = 500
SHORTEST_REASON: Final = 3
SHORTEST_OVERRIDE_REASON: Final = 15

# Two reports of one thing come within so long of each other.
SAME_WITHIN: Final = timedelta(hours=2)


def may_step(before: IncidentState, after: IncidentState) -> bool:
    return after in STEPS[before]
