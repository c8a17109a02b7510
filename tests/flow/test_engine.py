"""The engine where transcripts do not reach: changed flows, loops, repeatability, loading."""

from pathlib import Path
from typing import Any

import pytest

from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.input import Arrived, Digits, Silence, Speech, Text
from hotline.flow.library import TEST_CALL, TEST_PREFIX, Key, Library, TextMissing
from hotline.flow.load import FlowFault, Written, build_flow, load_flow, read_folder, sources_of
from hotline.flow.reply import Choose, Connect, Tell
from hotline.flow.session import Session, Turn
from hotline.flow.walk import EndlessWalk
from tests.flow.shipped import FLOW, ROOT
from tests.transcripts.naming import LIBRARY

FACTS = Facts(code="K7Q2")


def said(turn: Turn) -> str:
    return " | ".join(part.wording for reply in turn.replies for part in getattr(reply, "parts", ()))


def test_the_same_input_gives_the_same_turn() -> None:
    session = Session(channel="sms", language="es")
    assert advance(FLOW, LIBRARY, session, Text("reportar"), FACTS) == advance(
        FLOW, LIBRARY, session, Text("reportar"), FACTS
    )


def test_a_session_from_before_a_change_of_the_flow_starts_again_kindly() -> None:
    session = Session(channel="sms", language="es", node="gone.by.now", was_greeted=True)
    assert "CASA:" in said(advance(FLOW, LIBRARY, session, Text("casa"), FACTS))


def test_a_call_from_before_a_change_of_the_flow_comes_to_a_person() -> None:
    session = Session(channel="voice", language="es", node="gone.by.now")
    turn = advance(FLOW, LIBRARY, session, Digits("1"), FACTS)
    assert isinstance(turn.replies[-1], Connect)


def test_a_session_of_an_older_version_with_more_fields_is_read() -> None:
    assert Session.model_validate_json('{"channel": "sms", "forgotten": 1}').node is None


def test_every_text_of_a_demo_is_marked_and_a_call_says_it_first() -> None:
    texted = advance(FLOW, LIBRARY, Session(channel="sms"), Text("casa"), FACTS)
    assert all(
        part.wording.startswith(TEST_PREFIX)
        for r in texted.replies
        if isinstance(r, Tell)
        for part in r.parts
    )
    called = advance(FLOW, LIBRARY, Session(channel="voice"), Arrived(), FACTS)
    assert said(called).startswith(TEST_CALL)
    assert TEST_CALL not in said(advance(FLOW, LIBRARY, called.session, Silence(), FACTS))


def test_a_required_text_that_may_not_be_said_is_told_to_the_caller_of_the_engine() -> None:
    library = Library({("home", "en", "sms"): "HOME"}, {"en": {}, "es": {}})
    with pytest.raises(TextMissing):
        advance(FLOW, library, Session(channel="sms"), Text("casa"), FACTS)


def test_a_withheld_topic_gives_the_rights_essentials_and_the_way_to_a_person() -> None:
    key: Key = ("home", "es", "sms")
    wordings = {k: v for k, v in LIBRARY.wordings.items() if k != key}
    library = Library(wordings, LIBRARY.values, frozenset({key}))
    turn = advance(
        FLOW, library, Session(channel="sms", language="es", was_greeted=True), Text("casa"), FACTS
    )
    assert "SUS DERECHOS" in said(turn)
    assert "PERSONA" in said(turn)


def test_speech_chooses_by_the_words_of_a_menu_and_is_forgiving() -> None:
    session = Session(channel="voice", language="es", node="main")
    turn = advance(FLOW, LIBRARY, session, Speech("¡Derechos!"), FACTS)
    assert turn.session.node == "rights.menu"


def test_speech_that_means_nothing_is_a_wrong_key() -> None:
    session = Session(channel="voice", language="es", node="main")
    turn = advance(FLOW, LIBRARY, session, Speech("ehm"), FACTS)
    assert turn.session.wrong == 1
    assert isinstance(turn.replies[-1], Choose)


def test_numbers_are_read_digit_by_digit() -> None:
    session = Session(channel="voice", language="en", node="main")
    turn = advance(FLOW, LIBRARY, session, Digits("0"), Facts(is_open=False))
    assert "2 1 3 5 5 5 0 1 0 1" in said(turn)


def test_a_flow_that_loops_without_waiting_stops_itself() -> None:
    raw: dict[str, Any] = read_folder(ROOT / "flows").raw
    raw["nodes"]["topic.home"] = {"kind": "goto", "goto": "topic.home"}
    looping = build_flow(Written(raw, sources_of(ROOT / "flows")))
    with pytest.raises(EndlessWalk):
        advance(looping, LIBRARY, Session(channel="sms", language="es"), Text("casa"), FACTS)


def test_one_node_in_two_files_does_not_load(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("start: one\nnodes: {one: {kind: end}}\n")
    with pytest.raises(FlowFault, match=r"b\.yaml: defined twice: one"):
        load_flow(tmp_path)


def test_yes_and_no_stay_words_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.yaml").write_text("no: {class: topic, sms: {en: no, es: no}}\n")
    assert read_folder(tmp_path).raw["texts"]["no"]["sms"] == {"en": "no", "es": "no"}


def test_each_node_and_text_knows_its_file() -> None:
    sources = sources_of(ROOT / "flows")
    assert sources.nodes["report.where"] == "report.yaml"
    assert sources.texts["home"] == "texts/rights.yaml"
    assert set(sources.nodes) == set(FLOW.nodes)
    assert set(sources.texts) == set(FLOW.texts)
