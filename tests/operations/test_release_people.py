"""Who may draft and release: by their roles, and always two of them."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import SYSTEM, AlertRefused, draft, find
from hotline.operations.line import Line
from hotline.operations.release import answer_release, ask_release
from hotline.store.database import transaction
from tests.lines import ANA, BO, Clock, make_line, roster_of
from tests.people import draft_actual, draft_test, phone, release, subscribe, word_for


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


@pytest.mark.parametrize("spelling", ["ana", " Ana ", "ANA"])
def test_a_name_is_the_same_however_it_is_typed(line: Line, spelling: str) -> None:
    subscribe(line, 1)
    code = draft(line, line.clock(), "test", {}, spelling, area="boyle_heights")
    with transaction(line.database) as db:
        assert find(line, db, code).author == ANA.name
    for second in ("Ana", "ana"):
        with pytest.raises(AlertRefused) as refused:
            ask_release(line, code, BO.name, second, line.clock())
        assert refused.value.reason == "second_person"
    assert ask_release(line, code, spelling, " bo", line.clock()).second == BO.name


def test_a_stranger_can_neither_draft_nor_ask(line: Line) -> None:
    subscribe(line, 1)
    with pytest.raises(AlertRefused) as drafting:
        draft(line, line.clock(), "test", {}, "Carla", area="boyle_heights")
    with pytest.raises(AlertRefused) as asking:
        ask_release(line, draft_test(line), "Carla", BO.name, line.clock())
    assert (drafting.value.reason, asking.value.reason) == ("unknown_person", "unknown_person")


def test_a_draft_of_who_left_the_list_cannot_be_released(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    cleo = replace(BO, id=3, name="Cleo", phone=phone(99))
    with pytest.raises(AlertRefused) as refused:
        ask_release(replace(line, people=roster_of(BO, cleo)), code, BO.name, cleo.name, line.clock())
    assert refused.value.reason == "unknown_person"


def test_a_verifier_can_neither_draft_nor_release(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    only = replace(BO, roles=frozenset({"verifier"}))
    after = replace(line, people=roster_of(ANA, only))
    with pytest.raises(AlertRefused) as drafting:
        draft(after, line.clock(), "test", {}, BO.name, area="boyle_heights")
    with pytest.raises(AlertRefused) as releasing:
        ask_release(after, code, ANA.name, BO.name, line.clock())
    assert (drafting.value.reason, releasing.value.reason) == ("role", "role")


def test_who_is_no_approver_any_more_releases_nothing_by_a_word_of_before(line: Line) -> None:
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    after = replace(line, people=roster_of(ANA, replace(BO, roles=frozenset({"dispatcher"}))))
    with transaction(line.database) as db:
        answered = answer_release(after, db, BO, word_for(line), line.clock())
    assert answered is not None
    assert not answered.wakes
    assert "cannot go out" in answered.words


def test_nobody_drafts_as_the_system_what_two_people_must_release(line: Line) -> None:
    with pytest.raises(AlertRefused) as refused:
        draft(line, line.clock(), "test", {}, SYSTEM, area="boyle_heights")
    assert refused.value.reason == "unknown_person"


def test_nobody_releases_what_the_system_drafted(line: Line) -> None:
    subscribe(line, 1)
    first = draft_actual(line)
    release(line, first)
    code = draft(line, line.clock(), "expired", {}, SYSTEM, follows=first)
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, line.clock())
    assert refused.value.reason == "unknown_person"
