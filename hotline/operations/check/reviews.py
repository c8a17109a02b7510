"""Reviews that are over or soon will be."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from hotline.flow.fault import Fault, Flaw, Sources
from hotline.flow.model import Flow
from hotline.operations.library import forms_of
from hotline.store.reviews import Review

SOON_DAYS: Final = 14


def review_faults(flow: Flow, decisions: Mapping[str, Review], today: date, sources: Sources) -> list[Fault]:
    """Approved wordings whose review is over (fault) or ends within two weeks (warning)."""
    return sorted(sources.fault(flaw) for flaw in _due(flow, decisions, today))


def _due(flow: Flow, decisions: Mapping[str, Review], today: date) -> Iterator[Flaw]:
    for text_id, language, channel, _, digest in forms_of(flow):
        review = decisions.get(digest)
        if review is None or review.decision != "approved" or review.due_on is None:
            continue
        if review.due_on < today:
            yield Flaw("text", text_id, f"{channel}: its review ended on {review.due_on}", language)
        elif review.due_on <= today + timedelta(days=SOON_DAYS):
            yield Flaw("text", text_id, f"{channel}: its review ends on {review.due_on}", language, "warning")
