"""Why an alert is refused at a command: the reason, what it is about, and what may be chosen instead."""

from collections.abc import Iterable

from hotline.cli.console import Refusal
from hotline.cli.standing import show_lacks_of
from hotline.cli.words import say
from hotline.domain.alert import BASES
from hotline.operations.alert_refusals import REFUSALS, AlertRefused
from hotline.operations.line import Line
from hotline.operations.notice_values import list_of


def refusal(line: Line, refused: AlertRefused) -> Refusal:
    """What to raise. Of an incident that is not confirmed it first shows what is missing."""
    if refused.reason == "unverified" and refused.detail:
        show_lacks_of(line, refused.detail)
    sentence = f"{say(REFUSALS[refused.reason])} {refused.detail}".strip()
    choices = ", ".join(_choices(line, refused))
    return Refusal(f"{sentence} {say('Choose from {CHOICES}.', CHOICES=choices)}" if choices else sentence)


def _choices(line: Line, refused: AlertRefused) -> Iterable[str]:
    lists = {
        "agency": line.network.agencies,
        "activity": line.network.activities,
        "change": line.network.activities,
        "actual": line.network.other_agencies,
    }
    match refused.reason:
        case "unknown_area":
            return sorted(line.network.areas)
        case "unknown_field" | "missing_field":
            field = refused.detail.lower()
            return sorted(lists.get(field) or list_of(line, field))
        case "no_basis":
            return BASES
        case "second_person" | "unknown_person" | "role":
            return [person.name for person in line.people().people]
        case _:
            return []
