"""`hotline subscribers`, as somebody types it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from hotline.store import consents
from hotline.store.database import transaction
from tests.cli.commands import run, said
from tests.lines import NOON
from tests.people import phone, subscribe

SOURCE = ("--source", "paper list, church, 2026-03", "--by", "Ana")
MAP = ("--map", "phone=Numero de casa", "--map", "zip=Postal")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = ["Numero de casa;Postal", "500-555-0001;90033", "500-555-0002;90033", "500-555-0003;1"]
    path = tmp_path / "lista.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def count(line: Line, what: str) -> int:
    with transaction(line.database) as db:
        return int(db.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def test_a_list_is_looked_at_then_taken_in(line: Line, file: Path) -> None:
    looked = run("subscribers", "import", str(file), *MAP, *SOURCE, "--dry-run", "--quiet")
    assert looked.exit_code == 0
    assert "would be signed up 2" in said(looked)
    assert "nothing was taken in" in said(looked)
    assert count(line, "subscription") == 0
    taken = run("subscribers", "import", str(file), *MAP, *SOURCE, "--quiet")
    assert taken.exit_code == 0
    assert "signed up 2" in said(taken)
    assert "There is no such ZIP code. 1" in said(taken)
    assert "1 rows were not taken: see lista.csv.rejected.csv" in said(taken)
    assert count(line, "subscription") == 2
    assert "0001" not in taken.output


def test_who_opted_out_is_counted_and_left_alone(line: Line, file: Path) -> None:
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(phone(1)), "opt_out", NOON)
    assert "opted out, left alone 1" in said(
        run("subscribers", "import", str(file), *MAP, *SOURCE, "--quiet")
    )
    assert count(line, "suppression") == 1


@pytest.mark.parametrize(
    ("words", "sentence", "status"),
    [
        ((*SOURCE,), "There is no column for phone: add --map phone=… with one of Numero de casa, Postal", 1),
        ((*MAP, *SOURCE, "--map", "age=Edad"), "phone, zip, language, channel = a heading", 2),
        ((*MAP, *SOURCE, "--language", "fr"), "es or en", 2),
        ((*MAP, "--source", " "), "say where they signed up", 2),
    ],
)
def test_what_is_missing_is_said(
    line: Line, file: Path, words: tuple[str, ...], sentence: str, status: int
) -> None:
    result = run("subscribers", "import", str(file), *words, "--quiet")
    assert result.exit_code == status
    assert sentence in " ".join(said(result).replace("│", " ").split())
    assert count(line, "contact") == 0


def test_a_file_that_is_not_there_is_one_sentence(line: Line) -> None:
    result = run("subscribers", "import", "none.csv", *SOURCE, "--quiet")
    assert result.exit_code == 1
    assert "The file none.csv cannot be used" in said(result)


def test_an_export_wants_the_number_of_people_typed(line: Line, tmp_path: Path) -> None:
    for number in range(3):
        subscribe(line, number)
    out = tmp_path / "out.csv"
    words = ("subscribers", "export", str(out), "--reason", "backup", "--by", "Ana", "--quiet")
    refused = run(*words, typed="yes\n")
    assert refused.exit_code == 1
    assert "out.csv will hold 3 telephone numbers" in said(refused)
    assert "Nothing was written" in said(refused)
    assert not out.exists()
    assert count(line, "audit") == 0
    done = run(*words, typed="3\n")
    assert done.exit_code == 0
    assert "3 rows of subscribers, 0 of people who opted out" in said(done)
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 4
    again = run(*words, typed="3\n")
    assert "out.csv is there already" in said(again)
    assert count(line, "audit WHERE act = 'subscribers.export'") == 1


def test_a_person_is_moved_to_calls_and_back(line: Line) -> None:
    subscribe(line, 1)
    command = ("subscribers", "set-channel", "500-555-0001")
    assert "by call now" in said(run(*command, "call", "--by", "Ana"))
    assert count(line, "subscription WHERE channel = 'voice'") == 1
    assert "by text now" in said(run(*command, "text", "--by", "Ana"))
    assert count(line, "subscription WHERE channel = 'sms'") == 1
    assert count(line, "audit WHERE act = 'subscribers.channel'") == 2
    assert "not signed up" in said(run("subscribers", "set-channel", "500-555-0009", "call", "--by", "Ana"))
    assert "choose from text, call" in said(run(*command, "pigeon", "--by", "Ana"))
