"""May an incident be called confirmed, and what is still missing: the same list as in the console."""

from itertools import groupby

from hotline.cli.console import out
from hotline.cli.words import say, when
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incident_view import Whole, whole
from hotline.operations.line import Line


def show_standing(line: Line, found: Whole) -> None:
    """What is missing on each way, or that nothing is; and whether an alert may speak of it."""
    if found.lacks:
        out.print(say("Not yet. One of these ways must be complete:"))
        for _, way in groupby(found.lacks, key=lambda lack: lack.way):
            said = (say(lack.sentence, COUNT=lack.count, MINUTES=lack.minutes) for lack in way)
            out.print(f"  • {' '.join(said)}", markup=False)
    else:
        seen = say("Last seen {TIME}.", TIME=when(found.last_seen_at, line.hours.zone))
        out.print(f"{say('Yes: nothing is missing.')} {seen if found.last_seen_at else ''}".strip())
    if found.may_alert:
        out.print(say("An alert may go out."), style="green")
    elif found.of.state == "confirmed" and found.into is None:
        out.print(say("It was seen too long ago for an alert: somebody must look again."), style="yellow")


def show_lacks_of(line: Line, code: str) -> None:
    """The same of an incident that stands in the way of something; nothing when there is none."""
    try:
        found = whole(line, code, line.clock())
    except IncidentRefused:
        return
    out.print(say("Incident {CODE}: may it be called confirmed?", CODE=found.of.code), style="bold")
    show_standing(line, found)
