"""Keys, words, promises and single wordings, each broken once."""

import pytest

from tests.operations.check.breaking import (
    NETWORK,
    Case,
    Change,
    at,
    both,
    faults,
    found,
    menu_choice,
    says,
    topic,
    without_values,
    word_added,
)

KEYS_AND_WORDS: list[Case] = [
    (topic("topic.home", "yes"), "rights.yaml", "topic.home", "", "'yes' is a word of the carrier"),
    (topic("topic.home", "court"), "rights.yaml", "topic.home", "", "'court' means topic.court too"),
    (menu_choice("main", goto="rights", key="1"), "main.yaml", "main", "", "key 1 means two things"),
    (menu_choice("main", goto="rights", key="#"), "main.yaml", "main", "", "key # changes the language"),
    (
        at("nodes", "report.detained", "answer", "choices", 2, "words", "es", value=["claro"]),
        "report.yaml",
        "report.detained",
        "",
        "word 'claro' means two things",
    ),
    (
        at("nodes", "report.self", "answer", "choices", 0, "words", "en", value=["menu"]),
        "report.yaml",
        "report.self",
        "",
        "word 'menu' never answers",
    ),
    (
        at("nodes", "report.self", "answer", "choices", 0, "words", "en", value=["quit"]),
        "report.yaml",
        "report.self",
        "",
        "word 'quit' never answers",
    ),
    (word_added("help", "es", "basta"), "words.yaml", "opt_out_weak", "", "'basta' stands under help too"),
    (
        topic("topic.home", "ayuda"),
        "rights.yaml",
        "topic.home",
        "",
        "'ayuda' is no topic: words.yaml has it under help",
    ),
    (topic("topic.home", "castellano"), "rights.yaml", "topic.home", "", "it chooses a language"),
]

PROMISES: list[Case] = [
    (
        at("texts", "walk", "needs", value=["helicopter"]),
        "texts/line.yaml",
        "walk",
        "",
        "promises helicopter",
    ),
    (says("unknown", "sms", "Reply DANCE for more.", "en"), "texts/line.yaml", "unknown", "en", "send DANCE"),
    (says("unknown", "sms", "Mande MENU o BAILE.", "es"), "texts/line.yaml", "unknown", "es", "send BAILE"),
    (says("unknown", "sms", "DANCE = all of it.", "en"), "texts/line.yaml", "unknown", "en", "send DANCE"),
    (
        says("unknown", "sms", "More: HOME DANCE. End.", "en"),
        "texts/line.yaml",
        "unknown",
        "en",
        "HOME DANCE",
    ),
    (
        says("ask_safe", "sms", "Reply YES or PERHAPS.", "en"),
        "texts/report.yaml",
        "ask_safe",
        "en",
        "send PERHAPS",
    ),
    (
        says("ask_self", "sms", "Reply 1 = now, 4 = later.", "en"),
        "texts/report.yaml",
        "ask_self",
        "en",
        "answer 4",
    ),
    (
        says(
            "v_services",
            "voice",
            "Food, press 2. Back, press 9. Person, press 0. Law, press 1. Walk, press 3. Sing, press 7.",
            "en",
        ),
        "main.yaml",
        "services",
        "en",
        "v_services offers key 7, which does nothing",
    ),
    (
        menu_choice("services", goto="rights", key="8"),
        "main.yaml",
        "services",
        "es",
        "key 8 works, but v_services does not tell",
    ),
    (
        says("food", "voice", "Oprima cinco.", "es"),
        "main.yaml",
        "topic.food",
        "es",
        "offers key 5, which does nothing after it",
    ),
    (says("v_goodbye", "voice", "Press star.", "en"), "main.yaml", "ended", "en", "offers key *"),
]

WORDINGS: list[Case] = [
    (says("home", "sms", "{ORG}: hello.", "en"), "texts/rights.yaml", "home", "es", "lacks {ORG}"),
    (
        says("home", "sms", "Go at {TIME}."),
        "texts/rights.yaml",
        "home",
        "en",
        "{TIME} is filled by nobody here",
    ),
    (
        says("home", "sms", "Go {CABLE}."),
        "texts/rights.yaml",
        "home",
        "es",
        "{CABLE} is filled by nobody here",
    ),
    (
        says("home", "sms", "x" * 1601, "es"),
        "texts/rights.yaml",
        "home",
        "es",
        "1601 characters; 1600 is the most",
    ),
    (
        says("home", "sms", "x" * 1590, "es"),
        "texts/rights.yaml",
        "home",
        "es",
        "as a test has 1605 characters; 1600 is the most",
    ),
    (says("home", "sms", "x" * 460, "es"), "texts/rights.yaml", "home", "es", "takes 4 segments in GSM-7"),
    (says("home", "sms", "x" * 450, "es"), "texts/rights.yaml", "home", "es", "as a test takes 4 segments"),
    (
        says("home", "sms", "á" * 280, "es"),
        "texts/rights.yaml",
        "home",
        "es",
        "segments in UCS-2 (á cost more",
    ),
    (
        says("v_goodbye", "voice", "palabra " * 120, "es"),
        "texts/voice.yaml",
        "v_goodbye",
        "es",
        "takes 46 s to say",
    ),
    (
        says("home", "sms", "Call 213-555-0123 now.", "en"),
        "texts/rights.yaml",
        "home",
        "en",
        "holds a telephone number",
    ),
    (
        says("home", "voice", "Llame al 2 1 3 5 5 5 0 1 2 3.", "es"),
        "texts/rights.yaml",
        "home",
        "es",
        "telephone number",
    ),
]


@pytest.mark.parametrize(
    ("change", "file", "node", "language", "fragment"),
    [*KEYS_AND_WORDS, *PROMISES, *WORDINGS],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_broken_flow_is_told_by_file_node_and_language(
    change: Change, file: str, node: str, language: str, fragment: str
) -> None:
    listed = faults(change)
    assert found(listed, file, node, language, fragment), "\n".join(map(str, listed))


def test_911_is_no_number_of_a_network() -> None:
    assert not faults(says("home", "sms", "Danger: 911, or 9 1 1."))[2:]


def test_a_value_that_one_language_lacks_is_told_with_its_file() -> None:
    listed = faults(lambda raw: None, without_values("es", "FOOD_WHEN"))
    assert found(
        listed,
        "texts/line.yaml",
        "food",
        "es",
        "has a value in en only: add it to values.es of network.demo.yaml",
    )


def test_a_value_that_is_empty_counts_as_none() -> None:
    values = {language: {**NETWORK.values[language], "LEAD_TIME": " "} for language in NETWORK.values}
    listed = faults(lambda raw: None, NETWORK.model_copy(update={"values": values}))
    assert found(listed, "texts/line.yaml", "walk", "en", "{LEAD_TIME} is filled by nobody here")


def test_a_feature_that_a_network_lacks_is_told_for_every_text_that_promises_it() -> None:
    listed = faults(lambda raw: None, NETWORK.model_copy(update={"features": NETWORK.features - {"delete"}}))
    told = {fault.node for fault in listed if "promises delete" in fault.sentence}
    assert {"privacy", "delete_confirm", "delete_done"} <= told


def test_a_blocked_text_promises_nothing() -> None:
    listed = faults(
        both(
            at("texts", "walk", "needs", value=["helicopter"]), at("texts", "walk", "is_blocked", value=True)
        )
    )
    assert not any("helicopter" in fault.sentence for fault in listed)


def test_warnings_alone_are_no_fault() -> None:
    listed = faults(says("home", "sms", "x" * 460, "es"))
    assert {fault.weight for fault in listed} == {"warning"}
