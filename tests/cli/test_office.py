"""Commands of the people who run the line: texts, keys, tickets, reports, alerts, what is held."""

from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.flow.effect import OpenTicket
from hotline.operations.line import Line
from hotline.operations.tickets import open_ticket
from hotline.store import contacts, reports
from hotline.store.database import transaction
from hotline.store.sealing import KEY_BYTES, new_key, read_keys
from tests.cli.commands import run, said
from tests.lines import KEY, MARIA, NOON
from tests.people import subscribe

SIGNED = ("--by", "Ana Ruiz, attorney", "--language-by", "Luz Paz")

# An urgent kind goes out at any hour, so that the hour of the test run does not matter.
SEEN = (
    *("--author", "Ana", "--area", "boyle_heights", "--basis", "verifier_on_scene", "--observer", "V7"),
    *("--seen", "5", "--agency", "ice", "--activity", "parking_lot", "--cross-streets", "1st & Soto"),
)


def ticket(line: Line) -> str:
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, MARIA, NOON)
        open_ticket(line, db, line.library(), OpenTicket("callback", "person", True), contact_id, "es", NOON)
        return str(db.execute(text("SELECT code FROM ticket")).scalar_one())


def test_a_text_is_approved_listed_and_blocked(line: Line) -> None:
    assert run("texts", "approve", "menu", *SIGNED).exit_code == 0
    assert "approved: 4" in said(run("texts", "list", "--text", "menu"))
    assert "Blocked: menu, 4 wordings" in said(run("texts", "block", "menu", "--by", "Bo"))
    assert "blocked: 4" in said(run("texts", "list", "--status", "blocked", "--text", "menu"))
    assert said(run("texts", "history", "menu")).count("Ana Ruiz, attorney") == 4


def test_a_legal_text_is_refused_without_a_second_person(line: Line) -> None:
    result = run("texts", "approve", "home", *SIGNED)
    assert result.exit_code == 1
    assert "needs a second person" in said(result)
    assert run("texts", "approve", "home", *SIGNED, "--second", "Bo Lee, attorney").exit_code == 0


def test_texts_go_out_and_come_in_by_table(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    assert run("texts", "export", str(file)).exit_code == 0
    assert "¿" in file.read_text(encoding="utf-8-sig")
    result = run("texts", "import", str(file), "--by", "Ana")
    assert result.exit_code == 0
    assert "Taken: 0." in said(result)


def test_a_table_with_another_wording_is_refused_by_row(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    run("texts", "export", str(file))
    file.write_text(file.read_text(encoding="utf-8-sig").replace("CASA: Puede dejar", "CASA: Debe dejar"))
    result = run("texts", "import", str(file), "--by", "Ana")
    assert result.exit_code == 1
    assert "(home) was refused: is not the wording of today" in said(result)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("texts", "approve", "castle", *SIGNED), "There is no such text"),
        (("texts", "approve", "menu", *SIGNED, "--on", "soon"), "soon is no day"),
        (("texts", "approve", "menu", *SIGNED, "--language", "fr"), "There is no fr"),
        (("texts", "list", "--status", "nice"), "There is no status nice"),
        (("texts", "import", "none.csv", "--by", "Ana"), "none.csv cannot be used"),
        (("texts", "history", "castle"), "Nothing was ever decided"),
        (("ticket", "call", "K7Q2", "--as", "Ana"), "There is no ticket K7Q2"),
        (("ticket", "call", "K7Q2", "--as", "Zoe"), "choose from Ana, Bo"),
        (("ticket", "close", "hello!", "--by", "Ana"), "is no code"),
        (("ticket", "close", "K7Q2", "--by", "Ana"), "does not exist"),
        (("report", "show", "K7Q2", "--by", "Ana"), "There is no report K7Q2"),
        (("alert", "status", "K7Q2"), "There is no such alert"),
        (("alert", "release", "K7Q2", "--author", "Ana", "--second", "Bo"), "There is no such alert"),
        (("alert", "draft", "--kind", "joke", "--author", "Ana"), "There is no joke"),
        (
            ("alert", "draft", "--kind", "test", "--author", "Ana", "--area", "moon"),
            "Choose from boyle_heights",
        ),
        (("alert", "draft", "--kind", "actual", "--author", "Ana", "--area", "westlake"), "basis"),
        (("alert", "pause", "K7Q2", "--by", "Ana"), "There is no such alert"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_one(
    line: Line, words: tuple[str, ...], sentence: str
) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert "Traceback" not in result.output


def test_a_database_that_is_not_there_is_one_sentence(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    result = run("held")
    assert result.exit_code == 1
    assert "the database does not answer" in said(result)


def test_without_a_mode_commands_say_what_to_set() -> None:
    result = run("held")
    assert result.exit_code == 1
    assert "HOTLINE_MODE" in said(result)


def test_tickets_are_listed_called_closed_and_opened_again(line: Line) -> None:
    code = ticket(line)
    assert f"{code} wants a call" in said(run("ticket", "list"))
    assert "Ana's phone rings now" in said(run("ticket", "call", code.lower(), "--as", "ana"))
    assert run("ticket", "close", code, "--by", "Ana").exit_code == 0
    assert "No ticket waits" in said(run("ticket", "list"))
    assert code in said(run("ticket", "list", "--all"))
    assert run("ticket", "reopen", code, "--by", "Ana").exit_code == 0


def test_a_report_is_listed_and_shown_and_who_looked_is_written_down(line: Line) -> None:
    with transaction(line.database) as db:
        reports.start(db, line.keyring, "K7Q2", None, "sms", "es", NOON)
        reports.answer(db, line.keyring, "K7Q2", "place", "Alvarado y la 7", ())
    assert "K7Q2" in said(run("report", "list"))
    assert "Alvarado y la 7" in said(run("report", "show", "k7q2", "--by", "Ana"))
    with line.database.connect() as db:
        assert db.execute(text("SELECT actor, act FROM audit")).all() == [("Ana", "report.show")]


def test_keys_are_rotated(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket(line)
    monkeypatch.setenv("HOTLINE_SECRET_KEY", f"2:{new_key()},1:{KEY}")
    result = run("keys", "rotate", "--quiet")
    assert result.exit_code == 0
    assert "values are now under key 2" in said(result)
    assert "0 values are now under key 2" in said(run("keys", "rotate", "--quiet"))


def test_a_new_key_is_a_key() -> None:
    made = run("settings", "new-key").output.strip()
    assert len(read_keys(made).first.secret) == KEY_BYTES


def test_settings_show_names_and_no_values(line: Line) -> None:
    result = run("settings")
    assert result.exit_code == 0
    assert "HOTLINE_SECRET_KEY set" in said(result)
    assert KEY not in result.output


def test_settings_that_are_wrong_are_named_with_status_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_MODE", "production")
    result = run("settings")
    assert result.exit_code == 1
    assert "HOTLINE_PUBLIC_URL: put the https address" in said(result)


def test_the_fallback_is_written_in_both_languages(line: Line, tmp_path: Path) -> None:
    assert run("fallback", "export", str(tmp_path / "out")).exit_code == 0
    sms, voice = ((tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("sms.xml", "voice.xml"))
    for page in (sms, voice):
        assert page.startswith("<?xml")
        assert "Puede guardar silencio" in page
        assert "You can stay silent" in page
    assert "213-555-0101" in sms
    assert "2 1 3 5 5 5 0 1 0 1" in voice


def test_what_is_held_is_counted_and_names_nobody(line: Line) -> None:
    ticket(line)
    shown = said(run("held"))
    assert "contacts 1" in shown
    assert MARIA.e164 not in shown


def test_an_alert_is_drafted_released_and_watched(line: Line) -> None:
    subscribe(line, 1)
    drafted = run("alert", "draft", "--kind", "actual", *SEEN)
    assert drafted.exit_code == 0, drafted.output
    code = said(drafted).split("Alert ")[1][:4]
    assert "near 1st & Soto, Boyle Heights:" in said(drafted)
    released = run("alert", "release", code, "--author", "Ana", "--second", "Bo", "--yes")
    assert released.exit_code == 0, released.output
    assert "segments cost minutes 1 1 0 " in said(released)
    assert "Bo answers with the word" in said(released)
    assert f"Alert {code}: asked" in said(run("alert", "status", code))
    assert "is withdrawn" in said(run("alert", "withdraw", code, "--by", "Ana"))


def test_an_alert_is_not_asked_for_when_one_says_no(line: Line) -> None:
    subscribe(line, 1)
    drafted = said(run("alert", "draft", "--kind", "test", "--author", "Ana", "--area", "boyle_heights"))
    code = drafted.split("Alert ")[1][:4]
    result = run("alert", "release", code, "--author", "Ana", "--second", "Bo", typed="n\n")
    assert result.exit_code == 1
    assert "nothing goes out" in said(result)
    assert f"Alert {code}: draft" in said(run("alert", "status", code))
