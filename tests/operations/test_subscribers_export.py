"""Lists of people written out of a real database."""

import csv
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.operations.line import Line
from hotline.operations.subscribers_export import count_rows, export_subscribers
from hotline.operations.subscribers_import import import_subscribers
from hotline.store import contacts, subscriptions
from hotline.store.database import transaction
from hotline.store.sealing import new_key, read_keys
from tests.lines import NOON
from tests.operations.lists import SOURCE, bring, line, opt_out, row, rows_of, subscribed, write
from tests.people import phone, subscribe

__all__ = ["line"]


def test_an_export_is_what_an_import_reads(line: Line, tmp_path: Path) -> None:
    bring(line, write(tmp_path, [row(1), row(2, "90023", "en")]))
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, phone(2))
        assert contact_id is not None
        subscriptions.set_channel(db, contact_id, "voice")
    out = tmp_path / "out.csv"
    done = export_subscribers(line, out, "backup", "Ana", NOON)
    assert (done.subscribers, done.opted_out, done.unreadable) == (2, 0, 0)
    before = subscribed(line)
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM contact"))
    assert import_subscribers(line, out, {}, SOURCE, "Ana", NOON).signed_up == 2
    assert subscribed(line) == before
    assert before[1] == ("0002", "90023", "en", "voice")


def test_who_opted_out_is_exported_apart_and_no_import_revives_them(line: Line, tmp_path: Path) -> None:
    subscribe(line, 1)
    subscribe(line, 2)
    opt_out(line, 2)
    out = tmp_path / "out.csv"
    done = export_subscribers(line, out, "backup", "Ana", NOON + timedelta(days=1))
    assert (done.subscribers, done.opted_out) == (1, 1)
    with out.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(found["phone"], found["zip"], found["opted_out"]) for found in written] == [
        (phone(1).e164, "90033", ""),
        (phone(2).e164, "", NOON.date().isoformat()),
    ]
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM suppression"))
        db.execute(text("DELETE FROM contact"))
    done_again = import_subscribers(line, out, {}, SOURCE, "Ana", NOON)
    assert (done_again.signed_up, dict(done_again.rejected)) == (1, {"zip": 1})


def test_an_export_is_written_down_with_its_reason_and_counts(line: Line, tmp_path: Path) -> None:
    subscribe(line, 1)
    assert count_rows(line) == 1
    export_subscribers(line, tmp_path / "out.csv", "moving to a new server", "Ana", NOON)
    assert rows_of(line, "SELECT actor, act, details FROM audit") == [
        ("Ana", "subscribers.export", {"reason": "moving to a new server", "rows": 1})
    ]
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600


def test_an_export_never_replaces_a_file_and_then_nothing_is_written_down(line: Line, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("precious")
    with pytest.raises(FileExistsError):
        export_subscribers(line, tmp_path / "out.csv", "backup", "Ana", NOON)
    assert (tmp_path / "out.csv").read_text() == "precious"
    assert rows_of(line, "SELECT count(*) FROM audit") == [(0,)]


def test_numbers_that_no_key_opens_are_counted_and_left_out(line: Line, tmp_path: Path) -> None:
    subscribe(line, 1)
    stranger = replace(line, keyring=read_keys(new_key()))
    done = export_subscribers(stranger, tmp_path / "out.csv", "backup", "Ana", NOON)
    assert (done.subscribers, done.unreadable) == (0, 1)
