"""`hotline audit` and `hotline people invite`: the chain is verified, and the first admin comes in."""

import re

from sqlalchemy import text

from hotline.operations.invitations import welcome
from hotline.operations.line import Line
from hotline.store import accounts, audit
from hotline.store.database import transaction
from tests.cli.commands import run, said


def write(line: Line, count: int = 3) -> None:
    with transaction(line.database) as db:
        for number in range(count):
            audit.record(db, "Ana", "ticket.take", f"K7Q{number}", line.clock())


def head_of(output: str) -> str:
    found = re.search(r"\d+:[0-9a-f]{64}", output)
    assert found
    return found[0]


def test_a_chain_that_holds_is_said_to_hold_with_its_head(line: Line) -> None:
    write(line)
    result = run("audit", "verify")
    assert (result.exit_code, "The chain holds" in said(result)) == (0, True)
    write(line)
    assert run("audit", "verify", "--head", head_of(result.output)).exit_code == 0
    assert run("audit", "verify", "--head", "1:" + "0" * 64).exit_code == 1


def test_the_first_line_that_was_changed_is_named(line: Line) -> None:
    write(line)
    with transaction(line.database) as db:
        changed = db.scalar(text("UPDATE audit SET actor = 'Eve' WHERE subject = 'K7Q1' RETURNING id"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert f"Line {changed} (" in said(result)
    assert "the line is not what was written" in said(result)


def test_lines_are_listed_by_whom_and_about_what(line: Line) -> None:
    write(line)
    assert "K7Q2" in said(run("audit", "list", "--actor", "Ana"))
    assert "K7Q2" not in said(run("audit", "list", "--subject", "K7Q1"))
    assert "Nothing was written down" in said(run("audit", "list", "--actor", "Nobody"))


def token_in(output: str) -> str:
    found = re.search(r"/console/join/([\w-]{43})", output)
    assert found, output
    return found[1]


def test_the_first_admin_is_invited_from_the_terminal(line: Line) -> None:
    run("people", "add", "Cleo", "+12135550192", "--role", "admin", "--by", "Ana")
    result = run("people", "invite", "cleo", "--by", "Ana")
    assert result.exit_code == 0, result.output
    opened = welcome(line, token_in(result.output), "http://127.0.0.1:8000", line.clock())
    assert opened.name == "Cleo"
    assert "Nobody active has this name" in said(run("people", "invite", "Nobody"))


def test_who_has_an_account_is_begun_anew_only_when_that_is_said(line: Line) -> None:
    run("people", "add", "Cleo", "+12135550192", "--role", "admin", "--by", "Ana")
    with transaction(line.database) as db:
        cleo = accounts.named(db, "Cleo")
        assert cleo is not None
        accounts.set_password(db, cleo.person_id, "hash", line.clock())
    refused = run("people", "invite", "Cleo", "--by", "Ana")
    assert (refused.exit_code, "They have an account already" in said(refused)) == (1, True)
    assert token_in(run("people", "invite", "Cleo", "--anew", "--by", "Ana").output)
    with transaction(line.database) as db:
        left = accounts.named(db, "Cleo")
    assert left is not None
    assert left.password_hash is None
