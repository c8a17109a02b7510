"""Links, channels and bounds, each broken once."""

import time

import pytest

from hotline.flow import calling, texting
from tests.operations.check.breaking import (
    Bulky,
    Case,
    Change,
    at,
    both,
    faults,
    found,
    gone,
    says,
    topic,
)


def test_the_shipped_flow_has_no_fault_and_is_proved_in_under_five_seconds() -> None:
    started = time.monotonic()
    listed = faults(lambda raw: None)
    assert [str(fault) for fault in listed if fault.weight == "fault"] == []
    assert time.monotonic() - started < 5


LINKS: list[Case] = [
    (
        at("nodes", "topic.home", "goto", value="nowhere"),
        "rights.yaml",
        "topic.home",
        "",
        "nowhere does not exist",
    ),
    (at("nodes", "main", "silence", value="nowhere"), "main.yaml", "main", "", "nowhere does not exist"),
    (
        at("nodes", "erase.ask", "give_up", value="gone"),
        "alerts.yaml",
        "erase.ask",
        "",
        "gone does not exist",
    ),
    (at("start", value="nowhere"), "flows", "start", "", "nowhere does not exist"),
    (
        at("words", "nodes", "person", value="nobody"),
        "words.yaml",
        "nodes.person",
        "",
        "nobody does not exist",
    ),
    (at("words", "urgent", 0, "goto", value="nowhere"), "words.yaml", "urgent", "", "nowhere does not exist"),
    (at("topics", 0, "goto", value="nowhere"), "flows", "nowhere", "", "nowhere does not exist"),
    (
        at("nodes", "topic.home", "text", value="hut"),
        "rights.yaml",
        "topic.home",
        "",
        "text hut does not exist",
    ),
    (at("nodes", "lonely", value={"kind": "end"}), "flows", "lonely", "", "nothing leads here"),
    (at("nodes", "topic.home", "kind", value="sing"), "rights.yaml", "topic.home", "", "sing"),
    (at("nodes", "topic.home", "colour", value="red"), "rights.yaml", "topic.home", "", "colour"),
]

LANGUAGES_AND_CHANNELS: list[Case] = [
    (gone("texts", "home", "sms", "es"), "texts/rights.yaml", "home", "es", "sms is missing"),
    (says("home", "voice", "  ", "en"), "texts/rights.yaml", "home", "en", "voice is missing"),
    (gone("texts", "home", "sms"), "main.yaml", "urgent.home", "es", "says home by text"),
    (gone("texts", "v_rights", "voice"), "rights.yaml", "rights.menu", "en", "says v_rights by call"),
    (gone("texts", "zip_unknown", "voice"), "alerts.yaml", "alerts.zip", "en", "says zip_unknown by call"),
    (gone("texts", "unknown"), "texts/line.yaml", "unknown", "es", "the line itself says it by text"),
    (
        gone("texts", "v_wrong_key"),
        "texts/voice.yaml",
        "v_wrong_key",
        "en",
        "the line itself says it by call",
    ),
    (gone("texts", "all_clear"), "texts/alerts.yaml", "all_clear", "en", "the line itself says it by text"),
    (gone("nodes", "rights.menu", "prompt"), "rights.yaml", "rights.menu", "", "menu without a prompt"),
    (
        at("nodes", "report.spoken", "answer", "type", value="text"),
        "report.yaml",
        "report.spoken",
        "",
        "which a caller cannot give",
    ),
    (
        gone("nodes", "alerts.confirm", "answer", "choices", 0, "key"),
        "alerts.yaml",
        "alerts.confirm",
        "",
        "has no key",
    ),
    (
        gone("nodes", "notices.which", "answer", "choices", 0, "key"),
        "lists.yaml",
        "notices.which",
        "",
        "has no key",
    ),
    (
        gone("nodes", "notices.which", "answer", "choices", 0, "kinds"),
        "lists.yaml",
        "notices.which",
        "",
        "names no list",
    ),
    (
        at("nodes", "notices.which", "answer", "choices", 0, "kinds", value=["alert"]),
        "lists.yaml",
        "notices.which",
        "",
        "alert is no list",
    ),
    (
        gone("texts", "list_food", "voice"),
        "lists.yaml",
        "notices.which",
        "es",
        "says list_food by call",
    ),
    (
        gone("texts", "list_food"),
        "lists.yaml",
        "notices.which",
        "",
        "text list_food does not exist",
    ),
    (
        at("nodes", "person", "after_text", value="voicemail"),
        "person.yaml",
        "voicemail",
        "",
        "can be reached by text",
    ),
]

BOUNDS: list[Case] = [
    (
        at("nodes", "main", "silence", value="main"),
        "main.yaml",
        "main",
        "",
        "goes round without any valid input",
    ),
    (
        both(
            at("nodes", "topic.home", "goto", value="topic.work"),
            at("nodes", "topic.work", "goto", value="topic.home"),
        ),
        "rights.yaml",
        "topic.home",
        "",
        "goes round without any valid input",
    ),
    (at("nodes", "person", "unanswered", value="person"), "person.yaml", "person", "", "goes round"),
    (
        at("nodes", "heard", "silence", value="goodbye"),
        "main.yaml",
        "heard",
        "es",
        "hears goodbye without a person",
    ),
    (
        at("nodes", "person", "unanswered", value="goodbye"),
        "person.yaml",
        "person",
        "es",
        "hears goodbye without",
    ),
    (
        both(
            at("nodes", "rights.menu", "silence", value="services"),
            at("nodes", "services", "silence", value="main"),
        ),
        "rights.yaml",
        "rights.menu",
        "es",
        "for a person; 120 s is the most",
    ),
    (
        both(
            *(
                at("nodes", before, "silence", value=after)
                for before, after in zip(
                    ("rights.travel", "rights.places", "rights.family", "services"),
                    ("rights.places", "rights.family", "services", "heard"),
                    strict=True,
                )
            )
        ),
        "rights.yaml",
        "rights.travel",
        "es",
        "has no person after 6 turns",
    ),
    (topic("rest", "resting"), "main.yaml", "rest", "", "'RESTING' gets no answer"),
]


@pytest.mark.parametrize(
    ("change", "file", "node", "language", "fragment"),
    [*LINKS, *LANGUAGES_AND_CHANNELS, *BOUNDS],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_broken_flow_is_told_by_file_node_and_language(
    change: Change, file: str, node: str, language: str, fragment: str
) -> None:
    listed = faults(change)
    assert found(listed, file, node, language, fragment), "\n".join(map(str, listed))


def test_an_answer_too_large_for_the_carrier_is_told() -> None:
    assert any("64000 bytes" in fault.sentence for fault in faults(lambda raw: None, measure=Bulky()))


def test_a_call_that_offers_nobody_in_forty_turns_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "TURNS_BEFORE_PERSON", 1000)
    assert found(faults(lambda raw: None), "flows", "start", "es", "a call of 40 turns offers no person")


def test_texts_that_offer_nobody_in_forty_turns_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texting, "PERSON_OFFER_TURNS", 1000)
    assert found(faults(lambda raw: None), "words.yaml", "menu", "en", "40 texts offer no person")


def test_texts_that_nobody_understands_and_that_open_no_ticket_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texting, "UNANSWERED_LIMIT", 50)
    listed = faults(lambda raw: None)
    assert found(listed, "flows", "start", "es", "6 texts that nobody understands open no ticket")
