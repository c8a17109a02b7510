"""Every sentence that staff can be told is said in Spanish too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from hotline.catalogs import load_catalogs
from hotline.channels.twilio.codes import CODES, UNKNOWN_SENTENCE
from hotline.cli import keys, talking
from hotline.domain.alert import AlertState
from hotline.domain.delivery import STATUSES
from hotline.domain.intake import REASONS as BAD_ROWS
from hotline.domain.ticket import TicketState
from hotline.domain.verification import LACKS
from hotline.flow.nodes import Ask
from hotline.operations import held, people, staff_words, subscribers_file, texts, texts_file, verifying
from hotline.operations.alert_ends import ENDING
from hotline.operations.alerts import REFUSALS
from hotline.operations.incident_refusals import INCIDENT_REFUSALS
from hotline.operations.release import ANSWERS, ASKED
from hotline.operations.verify_answers import VERIFY_ANSWERS
from hotline.settings import ROOT, VARIABLES
from hotline.store.broadcasts import BroadcastState
from hotline.store.reviews import Decision
from hotline.store.servers import postgres
from tests.flow.shipped import FLOW

FOLDER = ROOT / "locales" / "es" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"\{[A-Z_]+\}")
# Where a sentence stands among the arguments: `say("…")`, `page.go("/path", "…")`, `sentence("…")`.
SAYERS = {"say": 0, "sentence": 0, "go": 1}
IN_TEMPLATES = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def written(folder: Path) -> Iterator[str]:
    """The sentences that stand as arguments of what says them."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                place = SAYERS.get(getattr(node.func, "id", "") or getattr(node.func, "attr", ""), 99)
                for argument in node.args[place : place + 1]:
                    yield from _constants(argument)


def _constants(argument: ast.expr) -> Iterator[str]:
    """`"one" if count == 1 else "many"` says both."""
    if isinstance(argument, ast.IfExp):
        yield from (*_constants(argument.body), *_constants(argument.orelse))
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value


def in_templates() -> Iterator[str]:
    for path in (ROOT / "hotline" / "web").rglob("*.html"):
        for found in IN_TEMPLATES.finditer(path.read_text(encoding="utf-8")):
            yield (found[1] or found[2]).replace('\\"', '"').replace("\\'", "'")


def from_tables() -> Iterator[str]:
    """Sentences that are looked up by what happened."""
    yield from (staff_words.URGENT, staff_words.WAITED, ASKED, keys._LEFT, talking._WORDS, talking._KEYS)
    yield from staff_words.KINDS.values()
    yield from staff_words.LANGUAGE_NAMES.values()
    yield from staff_words.TOPICS.values()
    yield from staff_words.GO_ANSWERS.values()
    yield from staff_words.TAKE_ANSWERS.values()
    yield from staff_words.DUTY_ANSWERS.values()
    yield from staff_words.PIN_ANSWERS.values()
    yield from staff_words.ROLE_NAMES.values()
    yield from (staff_words.PIN_GOOD, staff_words.PIN_WRONG, staff_words.PIN_LOCKED_TOLD)
    yield from (staff_words.NOT_YOURS, staff_words.NO_DISPATCHER, staff_words.NOTHING_WAITS)
    yield from (staff_words.TICKETS_WAIT, staff_words.TICKET_WAITS, staff_words.MORE_WAIT)
    yield from (staff_words.WORD_WAITS, *people.REFUSALS.values())
    yield from (*REFUSALS.values(), *ANSWERS.values(), ENDING)
    yield from (*INCIDENT_REFUSALS.values(), *LACKS, *VERIFY_ANSWERS.values())
    yield from (*verifying.FINDING_WORDS.values(), verifying.NOBODY_LEFT, verifying.ON_SCENE)
    yield from (*texts.REASONS.values(), *texts.STATUSES)
    yield from (texts_file.NOT_CURRENT, texts_file.BLOCKED_SINCE, texts_file.NOT_A_DECISION)
    yield from (texts_file.NOT_A_DATE, texts_file.NOT_A_TABLE)
    yield from held.KINDS
    yield from (UNKNOWN_SENTENCE, *(meaning.sentence for meaning in CODES.values()))
    yield from (*BAD_ROWS.values(), subscribers_file.NO_ROWS, subscribers_file.NOT_CSV, "line")
    yield postgres.MAKING
    yield from (variable.meaning for variable in VARIABLES)
    yield from (*STATUSES, *get_args(TicketState), *get_args(AlertState), *get_args(BroadcastState))
    yield from (*get_args(Decision), "finished")
    for node in FLOW.nodes.values():  # questions of a report, by the names of their answers
        if isinstance(node, Ask) and node.answer.is_for_report:
            yield node.answer.name
    yield "words"


def sentences() -> list[str]:
    return sorted({*written(ROOT / "hotline"), *in_templates(), *from_tables()})


def entries() -> Iterator[tuple[str, str, str]]:
    """File, sentence, translation."""
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="es"):
                if message.id:
                    yield path.name, str(message.id), str(message.string)


def catalog() -> dict[str, str]:
    return {sentence: said for _, sentence, said in entries()}


def test_a_sentence_is_translated_in_one_way() -> None:
    said: dict[str, set[str]] = {}
    for _, sentence, translation in entries():
        said.setdefault(sentence, set()).add(translation)
    assert {sentence: ways for sentence, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_for_staff_is_said_in_spanish(sentence: str) -> None:
    said = catalog()
    assert said.get(sentence)
    assert sorted(PLACEHOLDER.findall(said[sentence])) == sorted(PLACEHOLDER.findall(sentence))


def test_the_catalog_holds_nothing_that_nobody_says() -> None:
    assert set(catalog()) - set(sentences()) == set()


def test_a_sentence_without_a_translation_stays_english() -> None:
    say = load_catalogs(ROOT / "locales")
    assert say("es", "Nobody wrote this down") == "Nobody wrote this down"
    assert say("es", "Spanish") == "español"
    assert say("en", "Spanish") == "Spanish"
