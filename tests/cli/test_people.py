"""`hotline people`: who works for the network, kept from the terminal."""

import re

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from hotline.settings import environment, read_settings
from hotline.store import people
from hotline.store.database import transaction
from hotline.store.people import Record
from tests.cli.commands import run, said

ADD = ("people", "add", "Cleo", "+12135550192", "--role", "verifier", "--by", "Ana")


def record(line: Line, name: str) -> Record | None:
    with transaction(line.database) as db:
        return people.by_name(db, line.keyring, name)


def test_somebody_is_added_and_shown_without_the_number(line: Line) -> None:
    more = (
        "--speaks",
        "mam=Mam de Todos Santos",
        "--speaks",
        "es",
        "--zip",
        "90033",
        "--organisation",
        "CHN",
    )
    result = run(*ADD, *more, "--organisation", "CHN")
    assert result.exit_code == 0, result.output
    assert "Cleo is one of us now. Next: hotline people pin" in said(result)
    shown = said(run("people", "list"))
    assert "Cleo verifier on duty" in shown
    assert "…92 Mam de Todos Santos (mam), Spanish CHN 90033" in shown
    assert "5550192" not in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("people", "add", "ana", "+12135550192", "--role", "verifier"), "has or had this name"),
        (("people", "add", "Cleo", "+12135550190", "--role", "verifier"), "Somebody else has this number"),
        (("people", "add", "Cleo", "+12135550192"), "Give at least one role"),
        (("people", "add", "Cleo", "+12135550192", "--role", "boss"), "Give at least one role"),
        ((*ADD, "--speaks", "español"), "Give languages as"),
        ((*ADD, "--language", "mam"), "Texts to staff come in es or en"),
        (("people", "edit", "Nobody", "--language", "es"), "There is no such person"),
        (("people", "on", "Nobody"), "There is no such person"),
        (("people", "import", "Cleo"), "Give a short name"),
        (("people", "import"), "There is nobody in it"),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(line: Line, words: tuple[str, ...], sentence: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert record(line, "Cleo") is None


def test_only_what_is_given_is_changed(line: Line) -> None:
    before = record(line, "Bo")
    assert before is not None
    assert run("people", "edit", "bo", "--name", "Bo Lee", "--role", "approver").exit_code == 0
    after = record(line, "Bo Lee")
    assert after is not None
    assert (after.id, list(after.roles), after.phone) == (before.id, ["approver"], before.phone)


def test_on_and_off(line: Line) -> None:
    assert "Ana is off duty" in said(run("people", "off", "ana"))
    assert "Ana dispatcher, verifier, approver, admin off duty" in said(run("people", "list"))
    assert "Ana is on duty" in said(run("people", "on", "Ana"))


def test_who_leaves_is_asked_for_and_shown_only_when_asked(line: Line) -> None:
    refused = run("people", "leave", "Bo", typed="n\n")
    assert refused.exit_code == 1
    assert "This cannot be undone" in said(refused)
    assert run("people", "leave", "Bo", typed="y\n").exit_code == 0
    assert " Bo " not in said(run("people", "list"))
    assert "Bo dispatcher, verifier, approver, admin has left" in said(run("people", "list", "--all"))


def test_a_pin_is_shown_once_and_kept_as_a_hash(line: Line) -> None:
    shown = re.search(r"PIN of Ana is (\d{6})\.", said(run("people", "pin", "Ana")))
    assert shown is not None
    with line.database.connect() as db:
        kept = db.execute(text("SELECT pin_hash FROM person WHERE name = 'Ana'")).scalar_one()
    assert shown[1] not in kept
    assert "PIN given" in said(run("people", "list"))


def test_the_old_setting_is_taken_in(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DISPATCHERS", "Cleo:+12135550192:es,Dora:+12135550193:en")
    result = run("people", "import")
    assert result.exit_code == 0, result.output
    found = record(line, "Dora")
    assert found is not None
    assert found.language == "en"
    assert sorted(found.roles) == ["approver", "dispatcher", "verifier"]


def test_a_line_without_a_dispatcher_is_told_so(line: Line) -> None:
    assert "There is no dispatcher" not in said(run("people", "list"))
    for name in ("Ana", "Bo"):
        run("people", "edit", name, "--role", "verifier")
    assert "There is no dispatcher" in said(run("people", "list"))


def test_everything_is_written_down_under_the_name_that_was_given(line: Line) -> None:
    (
        run(*ADD),
        run("people", "off", "Cleo", "--by", "Bo"),
        run("people", "leave", "Cleo", "--yes", "--by", "Bo"),
    )
    with line.database.connect() as db:
        rows = db.execute(text("SELECT actor, act, details::text FROM audit ORDER BY id")).all()
    assert [(row.actor, row.act) for row in rows] == [
        ("Ana", "person.add"),
        ("Bo", "person.off"),
        ("Bo", "person.leave"),
    ]
    assert "555" not in str(rows)


@pytest.mark.parametrize("is_somebody", [True, False])
def test_check_warns_of_a_real_line_without_a_dispatcher(
    line: Line, monkeypatch: pytest.MonkeyPatch, is_somebody: bool
) -> None:
    if not is_somebody:
        for name in ("Ana", "Bo"):
            run("people", "edit", name, "--role", "verifier")
    shipped = read_settings(environment()).network_file.as_posix()
    for name, value in {
        "HOTLINE_MODE": "production",
        "HOTLINE_PUBLIC_URL": "https://line.example.org",
        "HOTLINE_ORG": "Red",
        "HOTLINE_NETWORK_FILE": shipped,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "TWILIO_FROM_NUMBERS": "+12135550110",
    }.items():
        monkeypatch.setenv(name, value)
    assert ("callers reach nobody" in said(run("check"))) is not is_somebody
