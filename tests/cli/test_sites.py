"""`hotline sites`: kept, printed and told from the terminal, as in the console."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from hotline.store import site_contacts
from hotline.store.database import transaction
from tests.cli.commands import run, said
from tests.incidents import described
from tests.lines import ANA, MARIA

BY = ("--by", "Ana")
SCHOOL = ("Escuela Ejemplo", "--kind", "school", "--zip", "90033", "--place", "1st & Soto", *BY)


def site(line: Line, *, is_confirmed: bool = True) -> str:
    """A school with one contact; her own answer from her phone is written straight into the store."""
    code = re.search(r"has the code (\w{4})", said(run("sites", "add", *SCHOOL)))
    assert code is not None
    added = run("sites", "contact", code[1], "Maria E.", MARIA.e164, "--role", "principal", *BY)
    assert added.exit_code == 0, added.output
    if is_confirmed:
        with transaction(line.database) as db:
            site_contacts.answered(db, 1, "confirmed", line.clock())
    return code[1]


def incident(line: Line) -> str:
    code = described(line)
    for words in (
        ("incidents", "step", code, "verifying", "--why", "they go", *BY),
        ("incidents", "observe", code, "on_scene", "--observer", "Bo", "--finding", "seen", *BY),
        ("incidents", "step", code, "confirmed", "--why", "seen by Bo", *BY),
    ):
        assert run(*words).exit_code == 0
    return code


def messages(line: Line) -> int:
    with line.database.connect() as db:
        return int(db.execute(text("SELECT count(*) FROM message WHERE kind = 'site'")).scalar_one())


def test_a_site_is_added_changed_shown_and_closed(line: Line) -> None:
    code = site(line, is_confirmed=False)
    assert f"{code} Escuela Ejemplo school 1st & Soto, 90033 0" in said(run("sites", "list"))
    assert messages(line) == 1
    assert run("sites", "change", code, "--plan", "Lock the gate.", *BY).exit_code == 0
    shown = run("sites", "show", code.lower())
    assert "Lock the gate." in said(shown)
    assert f"1 Maria E. principal …{MARIA.last_two} asked, not confirmed" in said(shown)
    assert MARIA.e164 not in shown.output
    assert "less than an hour ago" in said(run("sites", "ask", code, "1", *BY))
    assert run("sites", "erase", code, "1", *BY, typed="n\n").exit_code == 1
    assert "The contact is erased" in said(run("sites", "erase", code, "1", "--yes", *BY))
    assert run("sites", "close", code, "--yes", *BY).exit_code == 0
    assert "There is no site yet" in said(run("sites", "list"))
    with line.database.connect() as db:
        rows = db.execute(text("SELECT actor, act FROM audit ORDER BY id")).all()
    acts = ["site.add", "site.contact.add", "site.change", "site.contact.remove", "site.close"]
    assert [tuple(row) for row in rows] == [(ANA.name, act) for act in acts]


def test_the_flyer_is_a_pdf_file(line: Line, tmp_path: Path) -> None:
    code = site(line, is_confirmed=False)
    assert run("sites", "flyer", code).exit_code == 0
    assert (tmp_path / f"{code}.pdf").read_bytes().startswith(b"%PDF-")
    result = run("sites", "flyer", code, str(tmp_path / "nowhere" / "a.pdf"))
    assert result.exit_code == 1
    assert "cannot be used" in said(result)


def test_sites_near_an_incident_are_seen_told_once_and_told_that_it_is_over(line: Line) -> None:
    site(line)
    code = incident(line)
    before = messages(line)
    refused = run("sites", "tell", code, *BY, typed="n\n")
    assert (refused.exit_code, messages(line)) == (1, before)
    assert "Escuela Ejemplo school 90033 0.0 1" in said(refused)
    assert re.search(r"\bes .*1st & Soto", said(refused))
    assert "Tell 1 sites now? What was sent cannot be taken back." in said(refused)
    assert "Texts on their way: 1." in said(run("sites", "tell", code, "--yes", *BY))
    assert messages(line) == before + 1
    again = run("sites", "tell", code, "--yes", *BY)
    assert (again.exit_code, messages(line)) == (1, before + 1)
    assert "all were told already" in said(again)
    assert re.search(
        r"Escuela Ejemplo Maria E. what was confirmed .* pending", said(run("sites", "told", code))
    )
    assert "Texts on their way: 1." in said(run("sites", "over", code, "--yes", *BY))
    assert "Maria E. that it is over" in said(run("sites", "told", code))
    assert messages(line) == before + 2


def test_a_site_far_away_is_told_only_with_a_reason(line: Line) -> None:
    near = site(line)
    far = re.search(
        r"has the code (\w{4})",
        said(run("sites", "add", "Hotel Far", "--kind", "hotel", "--zip", "94110", *BY)),
    )
    assert far is not None
    run("sites", "contact", far[1], "Juan", "+12135550171", *BY)
    with transaction(line.database) as db:
        site_contacts.answered(db, 2, "confirmed", line.clock())
    code = incident(line)
    before = messages(line)
    refused = run("sites", "tell", code, "--site", far[1], "--yes", *BY)
    assert (refused.exit_code, messages(line)) == (1, before)
    assert "farther than 10 miles" in said(refused)
    both = ("--site", far[1], "--site", near, "--why", "Their bus goes there")
    assert "Texts on their way: 2." in said(run("sites", "tell", code, *both, "--yes", *BY))


def test_of_what_is_not_confirmed_no_site_is_told(line: Line) -> None:
    site(line)
    code, before = described(line), messages(line)
    result = run("sites", "tell", code, "--yes", *BY)
    assert (result.exit_code, messages(line)) == (1, before)
    assert "Only a confirmed incident" in said(result)
    assert "Trained verifiers on scene" in said(result)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sites", "show", "K7Q2"), "There is no such site"),
        (("sites", "list", "--kind", "castle"), "choose from school"),
        (("sites", "add", "Escuela", "--zip", "90033", *BY), "Choose what kind"),
        (("sites", "add", "Escuela", "--kind", "school", "--zip", "00000", *BY), "no such ZIP code"),
        (("sites", "contact", "K7Q2", "Maria", "+12135550123", *BY), "There is no such site"),
        (("sites", "tell", "K7Q2", *BY), "There is no such incident"),
        (("sites", "tell", "K7Q2", "--miles", "4", *BY), "choose from 1, 2, 3, 5, 10"),
        (("sites", "over", "K7Q2", "--yes", *BY), "There is no such incident"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(line: Line, words: tuple[str, ...], sentence: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert "Traceback" not in result.output
