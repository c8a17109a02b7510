"""`hotline events`: written down, confirmed and called off from the terminal."""

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from tests.cli.commands import run, said

BY = ("--by", "Ana")
WHEN = ("--starts", "2030-01-05T10:00", "--ends", "2030-01-05 12:00")
CLINIC = ("--name-en", "Legal clinic", "--name-es", "Clínica legal", "--place", "Library", "--zip", "90033")


def test_an_event_is_added_confirmed_changed_and_called_off(line: Line) -> None:
    added = run("events", "add", *CLINIC, *WHEN, "--capacity", "40", "--languages", "es, mam", *BY)
    assert "Event 1 is a draft" in said(added)
    assert "1 draft Legal clinic 1/5/30, 10:00" in said(run("events", "list")).replace("\u202f", " ")
    assert "whoever texts EVENTS is told" in said(run("events", "confirm", "1", *BY))
    assert run("events", "change", "1", "--place", "Town hall", *BY).exit_code == 0
    shown = said(run("events", "show", "1"))
    assert "Legal clinic: confirmed" in shown
    assert "where Town hall, 90033" in shown
    assert "languages Spanish, mam" in shown
    assert "places 40" in shown
    assert "is a draft again" in said(run("events", "draft", "1", *BY))
    refused = run("events", "cancel", "1", *BY, typed="n\n")
    assert refused.exit_code == 1
    assert "This cannot be undone" in said(refused)
    assert "called off" in said(run("events", "cancel", "1", "--yes", *BY))
    assert "called off" in said(run("events", "list"))
    assert "cannot be done from where" in said(run("events", "confirm", "1", *BY))
    with line.database.connect() as db:
        rows = db.execute(text("SELECT actor, act FROM audit ORDER BY id")).all()
    acts = ["add", "confirmed", "change", "draft", "cancelled"]
    assert [tuple(row) for row in rows] == [("Ana", f"event.{act}") for act in acts]


def test_only_what_is_certain_is_announced_and_its_fields_are_known(line: Line) -> None:
    run("events", "add", *CLINIC, *WHEN, *BY)
    draft = ("alert", "draft", "--kind", "event", "--author", "Ana", "--announces")
    assert "Only a confirmed event" in said(run(*draft, "1"))
    assert "There is no such event" in said(run(*draft, "7"))
    assert "To announce it: hotline alert draft" in said(run("events", "confirm", "1", *BY))
    result = run(*draft, "1")
    assert result.exit_code == 0, result.output
    assert "Library" in said(result)
    assert "10:00 am" in said(result)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", *BY), "Give the name in both languages"),
        (("add", *CLINIC, *BY), "Give day and time of the beginning"),
        (("add", *CLINIC, "--starts", "2020-01-05T10:00", "--ends", "2020-01-05T11:00", *BY), "is over"),
        (("show", "7"), "There is no such event"),
        (("confirm", "7", *BY), "There is no such event"),
        (("change", "7", "--place", "Library", *BY), "There is no such event"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(line: Line, words: tuple[str, ...], sentence: str) -> None:
    result = run("events", *words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert "There is no event" in said(run("events", "list"))
