"""The words in which staff are told of reports and incidents, in pages and in the terminal alike."""

from typing import Final

from hotline.catalogs import sentence
from hotline.domain.incident import Finding, IncidentState, ObservationKind, ReportSource, StepKind

STATES: Final[dict[IncidentState, str]] = {
    "reported": sentence("Reported"),
    "verifying": sentence("Being verified"),
    "confirmed": sentence("Confirmed"),
    "not_found": sentence("Not found"),
    "other_agency": sentence("Another agency"),
    "unsure": sentence("Unsure"),
    "closed": sentence("Closed"),
}
# The step to a state, as a button says it.
STEP_WORDS: Final[dict[IncidentState, str]] = {
    "reported": sentence("Reported"),
    "verifying": sentence("Verify (again)"),
    "confirmed": sentence("Confirm"),
    "not_found": sentence("Nothing was found"),
    "other_agency": sentence("It was another agency"),
    "unsure": sentence("We cannot tell"),
    "closed": sentence("Close"),
}

# What a step brings with it, said before it is taken.
STEP_HELP: Final[dict[IncidentState, str]] = {
    "reported": "",
    "verifying": sentence("It can be confirmed, or not, once somebody has looked."),
    "confirmed": sentence("An alert may be drafted from it. It can go back to being verified."),
    "not_found": sentence("This cannot be undone: a new report begins a new incident."),
    "other_agency": sentence("This cannot be undone: a new report begins a new incident."),
    "unsure": sentence("It can be verified again later."),
    "closed": sentence("This cannot be undone. What is written here is erased with its reports."),
}

SOURCES: Final[dict[ReportSource, str]] = {
    "text": sentence("By text"),
    "call": sentence("By call"),
    "voicemail": sentence("Voicemail"),
    "site": sentence("Site contact"),
    "staff": sentence("Written down by staff"),
}

OBSERVATIONS: Final[dict[ObservationKind, str]] = {
    "on_scene": sentence("On scene"),
    "first_hand": sentence("First-hand report"),
    "photo_checked": sentence("Photo checked"),
    "statement": sentence("Official statement"),
    "note": sentence("Note"),
}
FINDINGS: Final[dict[Finding, str]] = {
    "seen": sentence("Seen"),
    "nothing": sentence("Nothing there"),
    "other": sentence("Another agency"),
}

STEP_KINDS: Final[dict[StepKind, str]] = {
    "open": sentence("Opened"),
    "state": sentence("Step"),
    "describe": sentence("Place and activity written down"),
    "ask": sentence("Verifiers asked"),
    "merge": sentence("Merged with {CODE}"),
    "unmerge": sentence("Separated from {CODE}"),
    "override_asked": sentence("Emergency override asked for"),
    "override": sentence("Emergency override agreed to, asked for by {CODE}"),
    "alert": sentence("Alert {CODE} released"),
}

# Who says they saw it, as a report answers it.
SEEN: Final[dict[str, str]] = {
    "now": sentence("sees it now"),
    "earlier": sentence("saw it earlier"),
    "rumor": sentence("hearsay"),
}

ASKING: Final[dict[str, str]] = {
    "asking": sentence("Verifiers are being asked."),
    "enough": sentence("Two people are going."),
    "exhausted": sentence("Nobody is left to ask. Call somebody, or ask again later."),
}
ANSWERS: Final[dict[str | None, str]] = {
    None: sentence("no answer yet"),
    "go": sentence("goes"),
    "no": sentence("does not go"),
}

# Answers that were chosen, not written.
CHOSEN: Final[dict[str, str]] = {"yes": sentence("yes"), "no": sentence("no"), "unsure": sentence("Unsure")}

# The questions of a report, in the order in which they are asked.
QUESTIONS: Final[dict[str, str]] = {
    "words": sentence("In their words"),
    "safe": sentence("In a safe place"),
    "seen": sentence("Saw it themselves"),
    "place": sentence("Where"),
    "time": sentence("When"),
    "size": sentence("How many"),
    "activity": sentence("What they do"),
    "uniform": sentence("Letters on clothes or vehicles"),
    "equipment": sentence("Equipment"),
    "photo": sentence("Photo"),
    "detained": sentence("Was anyone taken"),
    "callback": sentence("May we call back"),
    "spoken": sentence("Spoken report"),
}
