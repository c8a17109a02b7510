"""`hotline incidents`, `hotline report enter` and alerts that stand on an incident, from the terminal."""

import re

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from tests.cli.commands import run, said
from tests.incidents import described, read, report_by
from tests.lines import ANA, BO
from tests.people import subscribe

WHY = ("--why", "the verifier called", "--by", "Ana")
ON_SCENE = ("on_scene", "--observer", "Bo", "--finding", "seen", "--minutes", "2", "--by", "Ana")


def confirmed(line: Line) -> str:
    """An incident that went the whole way by commands."""
    code = described(line)
    assert run("incidents", "step", code, "verifying", *WHY).exit_code == 0
    assert run("incidents", "observe", code, *ON_SCENE).exit_code == 0
    result = run("incidents", "step", code, "confirmed", *WHY)
    assert result.exit_code == 0, result.output
    return code


def audit(line: Line) -> list[tuple[str, str]]:
    with line.database.connect() as db:
        return [(row.actor, row.act) for row in db.execute(text("SELECT actor, act FROM audit ORDER BY id"))]


def test_what_was_told_by_phone_becomes_a_report_and_an_incident(line: Line) -> None:
    result = run(
        "report", "enter", "--words", "Two vans", "--place", "1st & Soto", "--seen", "now", "--by", "Ana"
    )
    assert result.exit_code == 0, result.output
    found = re.search(r"Report (\w{4}) is written down, in incident (\w{4})\.", said(result))
    assert found is not None
    assert f"{found[2]} Reported 1st & Soto" in said(run("incidents", "list"))
    shown = said(run("incidents", "show", found[2].lower(), "--by", "Ana"))
    assert "In their words Two vans" in shown
    assert "Saw it themselves sees it now" in shown
    assert "Trained verifiers on scene who saw it in the last 30 minutes: 1 more." in shown
    assert ("Ana", "incident.show") in audit(line)


def test_an_incident_is_confirmed_alerted_and_closed_without_a_browser(line: Line) -> None:
    code = confirmed(line)
    assert read(line, code).state == "confirmed"
    assert "An alert may go out." in said(run("incidents", "show", code, "--by", "Ana"))
    subscribe(line, 1)
    looked = run("alert", "draft", "--kind", "actual", "--incident", code, "--author", "Ana", "--preview")
    assert looked.exit_code == 0, looked.output
    assert "Nothing was kept" in said(looked)
    assert "alert.draft" not in [act for _, act in audit(line)]
    drafted = run("alert", "draft", "--kind", "actual", "--incident", code.lower(), "--author", "Ana")
    assert drafted.exit_code == 0, drafted.output
    assert "near 1st & Soto, Boyle Heights:" in said(drafted)
    with line.database.connect() as db:
        stands_on = db.execute(
            text("SELECT i.code FROM alert a JOIN incident i ON i.id = a.incident_id")
        ).scalar_one()
    assert stands_on == code
    refused = run("incidents", "step", code, "closed", *WHY, typed="n\n")
    assert (refused.exit_code, read(line, code).state) == (1, "confirmed")
    assert "This cannot be undone" in said(refused)
    assert run("incidents", "step", code, "closed", *WHY, "--yes").exit_code == 0
    assert "There is no incident" in said(run("incidents", "list"))
    assert f"{code} Closed" in said(run("incidents", "list", "--done"))
    assert {("Ana", "incident.confirmed"), ("Ana", "incident.closed")} <= set(audit(line))


def test_what_is_missing_is_said_before_an_alert_or_a_confirmation_is_refused(line: Line) -> None:
    code = described(line)
    run("incidents", "step", code, "verifying", *WHY)
    for words in (
        ("alert", "draft", "--kind", "actual", "--incident", code, "--author", "Ana"),
        ("alert", "draft", "--kind", "actual", "--incident", code, "--author", "Ana", "--preview"),
        ("incidents", "step", code, "confirmed", *WHY),
    ):
        result = run(*words)
        assert result.exit_code == 1
        assert "Trained verifiers on scene who saw it in the last 30 minutes: 1 more." in said(result)
        assert "Photos or videos of the last 30 minutes, checked by a dispatcher: 1 more." in said(result)
    assert read(line, code).state == "verifying"
    with line.database.connect() as db:
        assert db.execute(text("SELECT count(*) FROM alert")).scalar_one() == 0


def test_a_role_allows_here_what_it_allows_in_the_console(line: Line) -> None:
    run("people", "add", "Vera", "+12135550192", "--role", "verifier", "--by", "Ana")
    code = described(line)
    for words in (
        ("incidents", "show", code),
        ("incidents", "step", code, "verifying", "--why", "I go"),
        ("incidents", "observe", code, "note", "--words", "I go"),
        ("sites", "tell", code, "--yes"),
    ):
        result = run(*words, "--by", "Vera")
        assert result.exit_code == 1
        assert "Your role does not allow this. Vera" in said(result)
    assert read(line, code).state == "reported"
    assert "Choose from Ana, Bo." in said(run("incidents", "show", code, "--by", "Zoe"))


def test_two_that_are_one_are_merged_and_separated(line: Line) -> None:
    (_, part), (_, whole) = report_by(line, 1), report_by(line, 2)
    assert "To undo it: hotline incidents unmerge" in said(run("incidents", "merge", part, whole, *WHY))
    assert f"{part} Reported, Merged" in said(run("incidents", "list", "--done"))
    assert f"Merged into this one: {part}" in said(run("incidents", "show", whole, "--by", "Ana"))
    assert run("incidents", "unmerge", part, *WHY).exit_code == 0
    assert f"{part} Reported 1st" in said(run("incidents", "list"))


def test_verifiers_are_asked_and_no_longer_asked(line: Line) -> None:
    code = described(line)
    assert "Verifiers who were asked: 2." in said(run("incidents", "ask", code, "--by", "Ana"))
    assert "Verifiers are being asked." in said(run("incidents", "show", code, "--by", "Ana"))
    assert run("incidents", "stop-asking", code, "--by", "Ana").exit_code == 0
    assert read(line, code).asking is None


def test_only_what_is_given_is_described_anew(line: Line) -> None:
    code = described(line)
    assert run("incidents", "describe", code, "--agency", "", "--zip", "90023", "--by", "Ana").exit_code == 0
    found = read(line, code)
    assert found.zip == "90023"
    assert dict(found.fields) == {"cross_streets": "1st & Soto", "activity": "parking_lot"}


def test_nobody_agrees_to_an_override_in_the_terminal(line: Line) -> None:
    code = described(line)
    why = ("--why", "A child is left alone in a car there", "--yes", "--by", "Ana")
    assert "must agree in the console" in said(run("incidents", "override", code, *why))
    assert "Ana asks for an emergency override" in said(run("incidents", "show", code, "--by", "Bo"))
    assert read(line, code).state == "reported"
    assert "No such command" in said(run("incidents", "agree", code, *why))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("incidents", "show", "K7Q2", "--by", "Ana"), "There is no such incident"),
        (("incidents", "show", "hello!", "--by", "Ana"), "is no code"),
        (("incidents", "step", "K7Q2", "gone", *WHY), "choose from reported, verifying"),
        (("incidents", "step", "K7Q2", "verifying", *WHY), "There is no such incident"),
        (("incidents", "step", "K7Q2", "verifying", "--why", "seen", "--by", "Zoe"), "no such person"),
        (("incidents", "observe", "K7Q2", "dream", "--by", "Ana"), "choose from note, on_scene"),
        (("report", "enter", "--by", "Ana"), "Write down what was said or seen"),
        (("report", "enter", "--seen", "now", "--by", "Ana"), "Write down what was said or seen"),
        (("alert", "draft", "--kind", "expired", "--author", "Ana"), "There is no expired"),
        (
            (
                "alert",
                "draft",
                "--kind",
                "actual",
                "--incident",
                "K7Q2",
                "--author",
                "Ana",
                "--area",
                "westlake",
            ),
            "There is no such incident",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(line: Line, words: tuple[str, ...], sentence: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert "Traceback" not in result.output


def test_a_notice_for_another_list_is_drafted_with_its_fields(line: Line) -> None:
    food = ("--place", "Plaza Central", "--day", "2030-01-05", "--start", "10:00", "--end", "12:00")
    result = run("alert", "draft", "--kind", "food_notice", "--author", ANA.name, *food)
    assert result.exit_code == 0, result.output
    assert "Plaza Central" in said(result)
    result = run("alert", "draft", "--kind", "food_notice", "--author", BO.name)
    assert result.exit_code == 1
    assert "Something that the text needs is missing. place" in said(result)
    result = run("alert", "draft", "--kind", "kyr_reminder", "--author", BO.name, "--tip", "tip_moon")
    assert result.exit_code == 1
    assert "tip_home" in said(result)
