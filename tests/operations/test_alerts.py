from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hotline.domain.alert import ALERT_KINDS, TEMPLATES
from hotline.flow.library import Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import REFUSALS, AlertRefused, draft, fields_of, find, wordings
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.lines import ANA, NOON, Clock, make_line
from tests.people import PLACE, draft_actual, draft_test, follow_up, release, subscribe


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def texts(line: Line, code: str) -> Mapping[str, str]:
    with transaction(line.database) as db:
        return {language: w.text for language, w in wordings(line, db, find(line, db, code)).items()}


def reason_of(line: Line, **changes: Any) -> str:
    with pytest.raises(AlertRefused) as refused:
        draft_actual(line, **changes)
    return refused.value.reason


def test_an_alert_is_worded_in_every_language_from_the_lists(line: Line) -> None:
    said = texts(line, draft_actual(line))
    en, es = (line.network.activities["parking_lot"][language] for language in ("en", "es"))
    assert f"ICE agents seen near 1st & Soto, Boyle Heights: {en}." in said["en"]
    assert f"agentes de ICE cerca de 1st & Soto, Boyle Heights: {es}." in said["es"]
    assert "VERIFIED 11:55 am" in said["en"]
    assert "ends at 1:30 pm" in said["en"]


def test_every_kind_can_be_drafted_and_said(line: Line) -> None:
    subscribe(line, 1)
    first = draft_actual(line)
    release(line, first)
    drafts = [
        draft_test(line),
        draft(line, NOON, "exercise", {}, ANA.name, area="westlake"),
        follow_up(line, "update", first, change="arrests"),
        follow_up(line, "all_clear", first),
        follow_up(line, "correction", first, actual="police"),
        draft(line, NOON, "expired", {}, "system", follows=first),
    ]
    for code in drafts:
        said = texts(line, code)
        assert set(said) == {"en", "es"}
        assert all("{" not in one for one in said.values())
    assert set(TEMPLATES) == set(ALERT_KINDS)


def test_a_follow_up_speaks_of_the_first_ones_place_and_time(line: Line) -> None:
    subscribe(line, 1)
    first = draft_actual(line)
    release(line, first)
    line.clock.pass_(minutes=20)  # type: ignore[attr-defined]
    said = texts(line, follow_up(line, "all_clear", first))
    assert "near 1st & Soto, Boyle Heights. The 11:55 am notice is closed." in said["en"]


def test_without_a_basis_only_a_test_or_an_exercise(line: Line) -> None:
    assert reason_of(line, basis=None) == "no_basis"
    assert reason_of(line, basis="somebody said so") == "no_basis"
    assert reason_of(line, observer=None) == "no_observer"
    assert reason_of(line, seen_at=None) == "seen_at"
    assert draft_test(line)


@pytest.mark.parametrize(("minutes", "passes"), [(0, True), (30, True), (31, False), (-1, False)])
def test_what_was_seen_is_fresh(line: Line, minutes: int, passes: bool) -> None:
    seen_at = NOON - timedelta(minutes=minutes)
    if passes:
        assert draft_actual(line, seen_at=seen_at)
    else:
        assert reason_of(line, seen_at=seen_at) == "seen_at"


@pytest.mark.parametrize("minutes", [0, -5, 721])
def test_the_end_lies_ahead_and_not_too_far(line: Line, minutes: int) -> None:
    assert reason_of(line, ends_at=NOON + timedelta(minutes=minutes)) == "ends_at"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (PLACE | {"agency": "the men in green"}, "unknown_field"),
        (PLACE | {"activity": "john doe was taken"}, "unknown_field"),
        (PLACE | {"note": "free text"}, "unknown_field"),
        (PLACE | {"cross_streets": "1234 Soto St"}, "cross_streets"),
        ({"agency": "ice", "activity": "court"}, "missing_field"),
    ],
)
def test_nothing_but_the_lists_and_checked_fields(line: Line, values: dict[str, str], reason: str) -> None:
    with pytest.raises(AlertRefused) as refused:
        draft(
            line,
            NOON,
            "actual",
            values,
            ANA.name,
            area="westlake",
            basis="verifier_on_scene",
            observer="V7",
            seen_at=NOON,
        )
    assert refused.value.reason == reason
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM alert")) == 0


def test_an_unknown_area_is_refused(line: Line) -> None:
    assert reason_of(line, area="atlantis") == "unknown_area"


def test_a_follow_up_needs_something_released_to_follow(line: Line) -> None:
    first = draft_actual(line)
    for follows in (first, "ZZZZ"):
        with pytest.raises(AlertRefused):
            follow_up(line, "all_clear", follows)
    assert reason_of(line, follows=first) == "follows"


def test_a_text_missing_in_one_language_stops_the_alert(line: Line) -> None:
    whole = line.library()
    without = Library(
        {key: wording for key, wording in whole.wordings.items() if key != ("verified", "es", "sms")},
        whole.values,
    )
    assert reason_of(replace(line, library=lambda: without)) == "text_not_approved"


def test_what_was_seen_is_sealed_at_rest(line: Line) -> None:
    draft_actual(line)
    with transaction(line.database) as db:
        stored = bytes(db.execute(text("SELECT values_ct FROM alert")).scalar_one())
    assert b"Soto" not in stored


def test_each_kind_says_which_fields_it_needs(line: Line) -> None:
    assert fields_of(line, "actual") == {"agency", "activity", "cross_streets"}
    assert fields_of(line, "test") == frozenset()


def test_every_refusal_has_a_sentence() -> None:
    for reason, sentence in REFUSALS.items():
        assert sentence in str(AlertRefused(reason))
