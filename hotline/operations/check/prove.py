"""Everything at once: the findings of every check, in the order of files."""

from collections.abc import Iterator

from hotline.flow.fault import Fault, Flaw
from hotline.operations.check.choices import double_meanings
from hotline.operations.check.clips import clip_flaws
from hotline.operations.check.forms import missing_forms
from hotline.operations.check.long import endless_sessions, unheard_writers
from hotline.operations.check.promises import features_off, unknown_commands, unknown_keys
from hotline.operations.check.reach import circles, unreachable
from hotline.operations.check.subject import Subject
from hotline.operations.check.walks import helpless_callers
from hotline.operations.check.wordings import wording_flaws


def check(subject: Subject) -> list[Fault]:
    """Every fault and warning of a flow that loads; none of weight `fault` means it may go live.

    What keeps a flow from loading at all (a loose link, a missing language, a reserved word) is
    told by hotline.flow.load.FlowFault. Walks are only taken where the ground holds.
    """
    found = list(_standing(subject))
    if not any(flaw.weight == "fault" for flaw in found):
        found += _walking(subject)
    return sorted({subject.sources.fault(flaw) for flaw in found})


def _standing(subject: Subject) -> Iterator[Flaw]:
    flow = subject.flow
    yield from unreachable(flow)
    yield from circles(flow)
    yield from missing_forms(flow)
    yield from double_meanings(flow)
    yield from features_off(flow, subject.network)
    yield from unknown_commands(flow)
    yield from unknown_keys(flow)
    yield from wording_flaws(subject)
    yield from clip_flaws(subject)


def _walking(subject: Subject) -> Iterator[Flaw]:
    yield from helpless_callers(subject)
    yield from endless_sessions(subject)
    yield from unheard_writers(subject)
