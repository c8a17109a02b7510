"""Reviews that end are told before and after."""

from datetime import timedelta

import pytest

from hotline.flow.fault import Weight
from hotline.flow.texts import wording_hash
from hotline.operations.check import review_faults
from hotline.store.reviews import Decision, Review
from tests.flow.shipped import FLOW
from tests.lines import NOON
from tests.operations.check.breaking import SHIPPED

TODAY = NOON.date()


def reviewed(days_left: int | None, decision: Decision = "approved") -> dict[str, Review]:
    digest = wording_hash("home", "es", "sms", FLOW.texts["home"].sms["es"])
    due = None if days_left is None else TODAY + timedelta(days=days_left)
    return {digest: Review(digest, "home", "es", "sms", decision, "Ana", TODAY, "Luz", TODAY, "Bo", due)}


@pytest.mark.parametrize(("days_left", "weight"), [(-1, "fault"), (0, "warning"), (14, "warning")])
def test_a_review_that_ends_is_told_with_file_text_and_language(days_left: int, weight: Weight) -> None:
    (told,) = review_faults(FLOW, reviewed(days_left), TODAY, SHIPPED.sources)
    assert (told.file, told.node, told.language, told.weight) == ("texts/rights.yaml", "home", "es", weight)


@pytest.mark.parametrize("decisions", [{}, reviewed(15), reviewed(None), reviewed(-1, "blocked")])
def test_nothing_else_is_told(decisions: dict[str, Review]) -> None:
    assert review_faults(FLOW, decisions, TODAY, SHIPPED.sources) == []
