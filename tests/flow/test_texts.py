"""The wording as shipped: whole in both languages, short enough, true to its draft, and plain."""

import re
from typing import Final

import pytest
import yaml

from hotline.domain.language import LANGUAGES
from hotline.domain.phone import spoken_digits
from hotline.domain.site import ANSWER_WORDS
from hotline.domain.sms import measure
from hotline.domain.words import fold
from hotline.flow.library import TEST_PREFIX
from hotline.flow.nodes import Ask, Menu
from hotline.flow.texts import fill, placeholders
from hotline.flow.words import CARRIER_WORDS, folded
from tests.flow.shipped import FLOW, FORMS, NETWORK, ROOT, Form, filled, name_of, values

TEXTED: Final = [form for form in FORMS if form[2] == "sms"]
SOURCES: Final = yaml.safe_load((ROOT / "flows" / "sources.yaml").read_text(encoding="utf-8"))["sources"]
SPOKEN: Final = [form for form in FORMS if form[2] == "voice"]
SECONDS_PER_WORD: Final = 1 / 2.6

# Words with an accent that GSM-7 lacks and that have no honest substitute (content.md 2.16, 3.1).
COSTLY: Final = {
    "find",
    "privacy",
    "ask_safe",
    "ask_where",
    "ask_when",
    "ask_size",
    "ask_activity",
    "ask_uniform",
    "ask_equipment",
    "ask_photo",
    "ask_callback",
}
LONG: Final = {"find": 4, "privacy": 5, "ask_where": 3, "ask_uniform": 3, "ask_photo": 3}

# Capitals that are names, headings or answers kept as they come, not words the line must know.
NOT_COMMANDS: Final = {
    "en": "A AB BEFORE CBP CHECK CIAM CORRECTION DOJ ENDED EXERCISE GO HOW HSI I-200 I-205 IF LA LEAVE LEFT "
    "MANY NONE NOT ONLY POLICE SB SHERIFF SOMEONE STILL UNCONFIRMED UPDATE US VERIFIED WHAT WHEN WHERE YEARS "
    "YOUR ZIP",
    "es": "A AB ACTIVIDAD AGENTES AÑOS CAMBIO CBP CIAM CONFIRMAR CORRIGE DEJAR DOJ EE EQUIPO FAMILIAR FUERON "
    "GO HSI I-200 I-205 LUGAR NADA POLICE REVISAR ROPA SB SE SHERIFF SIGUEN SIMULACRO SIN SOLO SUS TERMINADO "
    "TIEMPO TODO UU VERIFICADA VERIFICADO VOY ZIP",
}
KEY_NAMES: Final = {"star": "*", "pound": "#", "asterisco": "*"}


def test_every_text_says_the_same_things_in_both_languages() -> None:
    for name, text in FLOW.texts.items():
        for forms in (text.sms, text.voice):
            if forms:
                assert set(forms) == set(LANGUAGES), name
                assert placeholders(forms["en"]) == placeholders(forms["es"]), name


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_every_placeholder_has_a_value(form: Form) -> None:
    assert "{" not in filled(form[1], form[3])


@pytest.mark.parametrize("form", TEXTED, ids=name_of)
def test_a_text_message_is_two_segments_but_for_the_listed_ones(form: Form) -> None:
    name, language, _, wording = form
    size = measure(filled(language, wording))
    assert size.segments <= (LONG.get(name, 2) if language == "es" else 2)
    assert measure(TEST_PREFIX + filled(language, wording)).segments <= size.segments + 1


@pytest.mark.parametrize("form", TEXTED, ids=name_of)
def test_only_listed_spanish_texts_pay_for_an_accent(form: Form) -> None:
    name, language, _, wording = form
    assert (measure(filled(language, wording)).encoding == "UCS-2") == (language == "es" and name in COSTLY)


@pytest.mark.parametrize("form", SPOKEN, ids=name_of)
def test_no_spoken_text_is_longer_than_thirty_seconds(form: Form) -> None:
    known = {name: spoken_digits(value) for name, value in values(form[1]).items()}
    assert len(fill(form[3], known).split()) * SECONDS_PER_WORD <= 30


@pytest.mark.parametrize("form", SPOKEN, ids=name_of)
def test_no_spoken_text_asks_for_a_reply_or_spells_an_address(form: Form) -> None:
    assert not re.search(r"\breply\b|\bresponda\b|[a-z]\.(?:org|gov|com)\b|\{(?:URL|EMAIL)\}", form[3])


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_numbers_stand_in_the_configuration_and_alarm_nowhere(form: Form) -> None:
    assert set(re.findall(r"\d{3,}", form[3])) <= {"911", "200", "205"}
    assert not re.search(r"[!—–“”’…]|\b(?:raid|redada|panic|p[aá]nico)\b", form[3], re.IGNORECASE)


def test_the_apology_fits_two_segments_in_both_languages_together() -> None:
    fault = FLOW.texts["fault"]
    assert placeholders(fault.sms["en"]) == {"ORG", "BACKUP_PHONE"} == placeholders(fault.voice["en"])
    both = "\n".join(filled(language, fault.sms[language]) for language in LANGUAGES)
    assert measure(TEST_PREFIX + both).segments <= 2
    assert all(measure(filled(language, fault.sms[language])).segments == 1 for language in LANGUAGES)


def _understood() -> set[str]:
    asks = [node for node in FLOW.nodes.values() if isinstance(node, Ask)]
    answers = {word for ask in asks for choice in ask.answer.choices for word in folded(choice.words)}
    listed = {word for table in FLOW.words.tables.values() for word in table}
    return answers | listed | set(FLOW.topic_words) | set(FLOW.words.language_words) | ANSWER_WORDS


@pytest.mark.parametrize("form", TEXTED, ids=name_of)
def test_every_command_word_a_text_names_is_understood(form: Form) -> None:
    bare = re.sub(r"\{[A-Z0-9_]+\}", "", form[3])
    capitals = set(re.findall(r"\b[A-ZÁÉÍÓÚÑÜ](?:[A-ZÁÉÍÓÚÑÜ0-9]|-\d)+\b", bare))
    known = _understood()
    unknown = {word for word in capitals if fold(word) not in known}
    assert unknown <= set(NOT_COMMANDS[form[1]].split())


def test_every_command_word_is_understood_in_the_language_that_names_it() -> None:
    topics = FLOW.topic_words
    for name, language, _, wording in TEXTED:
        for word in re.findall(r"(?:[Rr]eply|[Mm]ande) ([A-ZÑ]{4,})\b", wording):
            languages = topics[fold(word)][1] if fold(word) in topics else {language}
            assert language in languages, (name, language, word)


def test_no_topic_is_a_word_of_the_carrier_or_of_opting_out() -> None:
    tables = FLOW.words.tables
    reserved = {
        *CARRIER_WORDS,
        *tables["opt_out"],
        *tables["opt_out_weak"],
        *tables["start"],
        *tables["help"],
    }
    assert not reserved & set(FLOW.topic_words)


def test_no_carrier_word_means_something_else_to_us() -> None:
    tables = FLOW.words.tables
    opting_out = {*tables["opt_out"], *tables["opt_out_weak"]}
    assert not opting_out & {
        *tables["start"],
        *tables["help"],
        *tables["yes"],
        *tables["no"],
        *tables["skip"],
    }


@pytest.mark.parametrize("name", [name for name, node in FLOW.nodes.items() if isinstance(node, Menu)])
def test_a_menu_says_each_of_its_keys_once_in_both_languages(name: str) -> None:
    node = FLOW.nodes[name]
    assert isinstance(node, Menu)
    assert node.prompt
    keys = sorted(choice.key for choice in node.choices if choice.key)
    spoken = {
        language: re.findall(r"(?:press|oprima) (\d|star|asterisco)", FLOW.texts[node.prompt].voice[language])
        for language in LANGUAGES
    }
    said = [spoken["en"] + spoken["es"]] if node.is_bilingual else list(spoken.values())
    for named in said:
        assert sorted(KEY_NAMES.get(key, key) for key in named) == keys


def test_no_text_that_may_be_sent_promises_a_feature_that_is_off() -> None:
    sent = {name: text for name, text in FLOW.texts.items() if not text.is_blocked}
    assert not {name: text.needs for name, text in sent.items() if set(text.needs) - NETWORK.features}


def test_thirteen_topics_are_on_and_the_blocked_one_has_no_way_to_it() -> None:
    assert FLOW.texts["expedited"].is_blocked
    assert all(getattr(node, "text", None) != "expedited" for node in FLOW.nodes.values())
    assert not {"expedited", "expres", "expedita"} & set(FLOW.topic_words)


def test_the_demo_names_only_numbers_that_reach_nobody() -> None:
    for language in LANGUAGES:
        for value in NETWORK.values[language].values():
            assert all(re.fullmatch(r"213-555-01\d\d", n) for n in re.findall(r"\d[\d-]{6,}", value))
            assert not re.search(r"\w\.(?!org)[a-z]{2,}\b", value)
            assert "." not in value or "example.org" in value


def test_every_source_named_is_listed() -> None:
    named = {source for text in FLOW.texts.values() for source in text.sources}
    assert named <= set(SOURCES)


def test_a_blocked_text_keeps_no_gate_shut() -> None:
    assert all(text.kind == "topic" for text in FLOW.texts.values() if text.is_blocked)
