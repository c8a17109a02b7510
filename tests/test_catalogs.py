"""Every sentence that staff can be told is said in Spanish too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from hotline.catalogs import load_catalogs
from hotline.cli import keys, talking
from hotline.domain.alert import AlertState
from hotline.domain.delivery import STATUSES
from hotline.domain.intake import REASONS as BAD_ROWS
from hotline.domain.ticket import TicketState
from hotline.flow.nodes import Ask
from hotline.operations import held, staff_words, subscribers_file, texts, texts_file
from hotline.operations.alerts import REFUSALS
from hotline.operations.release import ANSWERS, ASKED
from hotline.settings import ROOT, VARIABLES
from hotline.store.broadcasts import BroadcastState
from hotline.store.reviews import Decision
from tests.flow.shipped import FLOW

CATALOG = ROOT / "locales" / "es" / "LC_MESSAGES" / "hotline.po"
PLACEHOLDER = re.compile(r"\{[A-Z_]+\}")


def written(folder: Path) -> Iterator[str]:
    """The sentences that stand as arguments of `say`."""
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def from_tables() -> Iterator[str]:
    """Sentences that are looked up by what happened."""
    yield from (staff_words.URGENT, staff_words.WAITED, ASKED, keys._LEFT, talking._WORDS, talking._KEYS)
    yield from staff_words.KINDS.values()
    yield from staff_words.LANGUAGE_NAMES.values()
    yield from staff_words.TOPICS.values()
    yield from staff_words.GO_ANSWERS.values()
    yield from (*REFUSALS.values(), *ANSWERS.values())
    yield from (*texts.REASONS.values(), *texts.STATUSES)
    yield from (texts_file.NOT_CURRENT, texts_file.BLOCKED_SINCE, texts_file.NOT_A_DECISION)
    yield from (texts_file.NOT_A_DATE, texts_file.NOT_A_TABLE)
    yield from held.KINDS
    yield from (*BAD_ROWS.values(), subscribers_file.NO_ROWS, subscribers_file.NOT_CSV, "line")
    yield from (variable.meaning for variable in VARIABLES)
    yield from (*STATUSES, *get_args(TicketState), *get_args(AlertState), *get_args(BroadcastState))
    yield from (*get_args(Decision), "finished")
    for node in FLOW.nodes.values():  # questions of a report, by the names of their answers
        if isinstance(node, Ask) and node.answer.is_for_report:
            yield node.answer.name
    yield "words"


def sentences() -> list[str]:
    return sorted({*written(ROOT / "hotline" / "cli"), *from_tables()})


def catalog() -> dict[str, str]:
    with CATALOG.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="es") if message.id}


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
