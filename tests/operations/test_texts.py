"""Approving and blocking texts, on a real database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.input import Text
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.flow.reply import Tell
from hotline.flow.session import Session
from hotline.flow.texts import REVIEW_DAYS
from hotline.operations.library import build_library
from hotline.operations.line import Line
from hotline.operations.texts import (
    Approval,
    Reason,
    ReviewRefused,
    approve,
    block,
    list_texts,
    production_ready,
)
from hotline.store import reviews
from hotline.store.database import transaction
from hotline.store.reviews import Review
from tests.lines import NOON, make_line

TODAY = NOON.date()
ONE = Approval("Ana Ruiz, attorney", TODAY, "Luz Paz", TODAY)
TWO = replace(ONE, second_by="Bo Lee, attorney")


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def decisions(line: Line) -> dict[str, Review]:
    with transaction(line.database) as db:
        return reviews.newest(db)


def statuses(line: Line, text_id: str, today: date = TODAY) -> set[str]:
    listed = list_texts(line.flow, decisions(line), today)
    return {state.status for state in listed if state.text_id == text_id}


def test_a_text_is_a_draft_until_it_is_approved(line: Line) -> None:
    assert statuses(line, "menu") == {"draft"}
    assert approve(line, "menu", ONE, NOON) == 4
    assert statuses(line, "menu") == {"approved"}


def test_a_review_lasts_as_long_as_the_law_it_tells_of_is_stable(line: Line) -> None:
    approve(line, "street", TWO, NOON)
    due = {review.due_on for review in decisions(line).values()}
    assert due == {TODAY + timedelta(days=REVIEW_DAYS["high"])} == {TODAY + timedelta(days=30)}
    assert statuses(line, "street", TODAY + timedelta(days=15)) == {"approved"}
    assert statuses(line, "street", TODAY + timedelta(days=16)) == {"due soon"}
    assert statuses(line, "street", TODAY + timedelta(days=31)) == {"overdue"}


@pytest.mark.parametrize("text_id", ["home", "verified", "report_result_other"])
def test_legal_texts_and_alerts_need_two_people(line: Line, text_id: str) -> None:
    with pytest.raises(ReviewRefused) as refused:
        approve(line, text_id, ONE, NOON)
    assert refused.value.reason == "no_second"
    assert approve(line, text_id, TWO, NOON)


@pytest.mark.parametrize(
    ("approval", "reason"),
    [
        (replace(TWO, second_by="ana  RUIZ, director"), "same_second"),
        (replace(TWO, reviewed_by="Ana Ruiz"), "no_reviewer"),
        (replace(TWO, reviewed_by=" , attorney"), "no_reviewer"),
        (replace(TWO, language_reviewed_by=" "), "no_language_reviewer"),
        (replace(TWO, reviewed_on=TODAY + timedelta(days=1)), "future"),
        (replace(TWO, language_reviewed_on=TODAY + timedelta(days=1)), "future"),
        (replace(TWO, reviewed_on=TODAY - timedelta(days=91)), "too_old"),
    ],
)
def test_a_review_that_is_not_whole_is_refused_and_nothing_is_written(
    line: Line, approval: Approval, reason: Reason
) -> None:
    with pytest.raises(ReviewRefused) as refused:
        approve(line, "home", approval, NOON)
    assert refused.value.reason == reason
    assert decisions(line) == {}


def test_a_text_that_does_not_exist_is_refused(line: Line) -> None:
    with pytest.raises(ReviewRefused, match="no such text"):
        block(line, "castle", "Ana Ruiz", NOON)


def test_one_language_and_channel_can_be_approved_alone(line: Line) -> None:
    assert approve(line, "home", TWO, NOON, languages=["es"], channels=["sms"]) == 1
    assert statuses(line, "home") == {"approved", "draft"}


def test_a_block_reaches_every_language_and_channel_and_wins(line: Line) -> None:
    approve(line, "home", TWO, NOON)
    assert block(line, "home", "Ana Ruiz", NOON) == 4
    assert statuses(line, "home") == {"blocked"}
    library = build_library(line.flow, line.network, "demo", {}, decisions(line), TODAY)
    assert not any(key[0] == "home" for key in library.wordings)
    approve(line, "home", TWO, NOON)
    assert statuses(line, "home") == {"approved"}


def test_another_wording_is_a_draft_again(line: Line, flow: Flow) -> None:
    approve(line, "menu", ONE, NOON)
    menu = flow.texts["menu"]
    changed = menu.model_copy(update={"sms": {**menu.sms, "es": menu.sms["es"] + " Hola."}})
    edited = flow.model_copy(update={"texts": {**flow.texts, "menu": changed}})
    listed = {
        (state.language, state.channel): state.status
        for state in list_texts(edited, decisions(line), TODAY)
        if state.text_id == "menu"
    }
    assert listed[("es", "sms")] == "draft"
    assert listed[("en", "sms")] == "approved"


def test_production_starts_when_every_required_text_of_the_line_is_approved(line: Line) -> None:
    required = [
        name for name, text in line.flow.texts.items() if text.kind == "required" and text.gate == "line"
    ]
    lacking = production_ready(line.flow, {}, TODAY)
    assert len(lacking) == len(required)
    assert any(sentence.startswith("text menu is not approved (") for sentence in lacking)
    for name in required:
        approve(line, name, ONE, NOON)
    assert production_ready(line.flow, decisions(line), TODAY) == []
    assert production_ready(line.flow, decisions(line), TODAY + timedelta(days=999)) == []


def test_a_blocked_required_text_keeps_production_from_starting(line: Line) -> None:
    for name, text in line.flow.texts.items():
        if text.kind == "required" and text.gate == "line":
            approve(line, name, ONE, NOON)
    block(line, "fault", "Ana Ruiz", NOON)
    assert [
        sentence for sentence in production_ready(line.flow, decisions(line), TODAY) if "fault" in sentence
    ]


def test_who_asks_for_a_blocked_text_of_the_line_gets_the_rights_essentials(line: Line) -> None:
    block(line, "help_reply", "Ana Ruiz", NOON)
    library = build_library(line.flow, line.network, "demo", {}, decisions(line), TODAY)
    session = Session(channel="sms", language="es", was_greeted=True)
    turn = advance(line.flow, library, session, Text("AYUDA"), Facts())
    assert [
        part.wording[:28] for reply in turn.replies if isinstance(reply, Tell) for part in reply.parts
    ] == ["TEST / PRUEBA: SUS DERECHOS:"]
