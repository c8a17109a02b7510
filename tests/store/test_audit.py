"""The audit is a chain: whatever is done to it without the key shows."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.audit_chain import Verified, verify
from hotline.operations.line import Line
from hotline.operations.rotation import rotate
from hotline.store import audit
from hotline.store.database import transaction
from hotline.store.sealing import new_key, read_keys
from tests.lines import KEY, NOON, make_line


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def write(line: Line, count: int = 5, actor: str = "Ana", **details: Any) -> None:
    for number in range(count):
        with transaction(line.database) as db:
            now = NOON + timedelta(microseconds=number)
            audit.record(db, actor, "ticket.take", f"K7Q{number}", now, details)


def tamper(line: Line, statement: str, **values: object) -> None:
    with transaction(line.database) as db:
        db.execute(text(statement), values)


def ids(line: Line) -> list[int]:
    with transaction(line.database) as db:
        return list(db.scalars(text("SELECT id FROM audit ORDER BY id")))


def broken(line: Line, remembered: str = "") -> list[tuple[int, str]]:
    return [(one.line_id, one.kind) for one in verify(line, remembered).breaks]


def test_an_untouched_chain_holds(line: Line) -> None:
    assert verify(line) == Verified(0, "", None, (), 0)
    write(line, broadcast=7, words=["á", 1.5], nothing=None)
    found = verify(line)
    assert (found.lines, found.holds, found.first_signed) == (5, True, ids(line)[0])


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'Bo'",
        "act = 'ticket.close'",
        "subject = 'XXXX'",
        "details = CAST('{\"a\": 1}' AS jsonb)",
        "created_at = created_at + interval '1 microsecond'",
        "hash = repeat('0', 64)",
    ],
)
def test_a_changed_line_is_named(line: Line, change: str) -> None:
    write(line)
    third = ids(line)[2]
    tamper(line, f"UPDATE audit SET {change} WHERE id = :id", id=third)
    assert broken(line)[0] == (third, "altered")


def test_a_line_taken_out_shows_at_the_next(line: Line) -> None:
    write(line)
    before, after = ids(line)[1], ids(line)[3]
    tamper(line, "DELETE FROM audit WHERE id > :a AND id < :b", a=before, b=after)
    assert broken(line) == [(after, "gap")]


def test_the_first_line_taken_out_shows(line: Line) -> None:
    write(line)
    tamper(line, "DELETE FROM audit WHERE id = (SELECT min(id) FROM audit)")
    assert broken(line) == [(ids(line)[0], "gap")]


def test_lines_cut_off_at_the_end_show(line: Line) -> None:
    write(line)
    tamper(line, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert broken(line) == [(ids(line)[-1], "cut_off")]


def test_everything_taken_out_shows(line: Line) -> None:
    write(line)
    tamper(line, "DELETE FROM audit")
    assert broken(line) == [(0, "cut_off")]


def test_a_cut_cannot_be_hidden_by_taking_out_its_mark(line: Line) -> None:
    write(line)
    tamper(line, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    tamper(line, "DELETE FROM setting_mark WHERE name = 'audit_head'")
    assert broken(line) == [(ids(line)[-1], "no_head")]


def test_an_old_mark_put_back_is_found_by_a_head_written_down_elsewhere(line: Line) -> None:
    write(line, 2)
    with transaction(line.database) as db:
        old = db.scalar(text("SELECT value FROM setting_mark WHERE name = 'audit_head'"))
    kept = ids(line)[-1]
    write(line, 3)
    head = verify(line).head
    tamper(line, "DELETE FROM audit WHERE id > :id", id=kept)
    tamper(line, "UPDATE setting_mark SET value = :old WHERE name = 'audit_head'", old=old)
    assert verify(line).holds
    assert broken(line, head) == [(kept, "not_there")]


def test_a_head_written_down_stays_true_while_lines_are_added(line: Line) -> None:
    write(line, 2)
    head = verify(line).head
    write(line, 2)
    assert verify(line, head).holds


def test_a_line_written_past_us_shows(line: Line, database: Engine) -> None:
    write(line)
    tamper(
        line, "INSERT INTO audit (actor, act, subject, created_at) VALUES ('Ana', 'x', 'y', :now)", now=NOON
    )
    write(line, 1)
    first, second = ids(line)[-2:]
    assert broken(line) == [
        (first, "gap"),
        (first, "unsigned"),
    ]
    assert second > first


def test_the_chain_rebuilt_without_the_key_shows(line: Line) -> None:
    """As if somebody with the database alone wrote every line anew, by the rule that the code shows."""
    write(line)
    signed = verify(line)
    with transaction(line.database) as db:
        prev = ""
        for row in list(audit.chain(db)):
            made = audit._hash(b"", prev, row.id, "Eve", row.act, row.subject, row.details, row.created_at)
            db.execute(
                text("UPDATE audit SET actor = 'Eve', key_no = 0, prev_hash = :p, hash = :h WHERE id = :id"),
                {"p": prev, "h": made, "id": row.id},
            )
            prev = made
    assert signed.holds
    assert broken(line) == [(ids(line)[-1], "cut_off")]


def test_what_was_written_before_there_were_keys_is_sealed_by_the_first_line_that_has_one(
    line: Line,
) -> None:
    plain = line.database.execution_options(audit_keyring=None)
    with transaction(plain) as db:
        for number in range(3):
            audit.record(db, "Ana", "ticket.take", str(number), NOON)
    write(line, 2)
    assert verify(line).holds
    second = ids(line)[1]
    tamper(line, "UPDATE audit SET actor = 'Bo' WHERE id = :id", id=second)
    assert broken(line) == [(second, "altered")]


def test_the_chain_is_verified_after_a_key_was_changed_and_the_old_one_dropped(line: Line) -> None:
    write(line)
    new = new_key()
    rotate(replace(line, keyring=read_keys(f"2:{new},1:{KEY}")), NOON)
    alone = replace(line, keyring=read_keys(f"2:{new}"))
    write(alone)
    found = verify(alone)
    assert (found.lines, found.holds) == (11, True)
    with transaction(line.database) as db:
        assert set(db.scalars(text("SELECT key_no FROM audit"))) == {1, 2}


def test_with_the_wrong_key_a_line_is_kept_and_named(line: Line) -> None:
    write(line, 2)
    write(replace(line, keyring=read_keys(new_key())), 1)
    write(replace(line, keyring=read_keys(KEY)), 1)
    assert broken(line) == [(ids(line)[2], "unsigned")]


def test_with_the_wrong_key_nothing_verifies(line: Line) -> None:
    write(line, 1)
    wrong = replace(line, keyring=read_keys(new_key()))
    assert broken(wrong) == [(ids(line)[0], "no_key"), (ids(line)[0], "no_head")]


def test_a_line_of_a_transaction_that_was_undone_leaves_no_gap(line: Line) -> None:
    write(line, 1)
    with line.database.connect() as db:
        audit.record(db, "Ana", "ticket.take", "K7Q2", NOON)
        db.rollback()
    write(line, 1)
    assert verify(line).holds
    assert len(ids(line)) == 2


def is_held(line: Line) -> bool:
    """Must another writer wait for the chain?"""
    with line.database.connect() as other:
        key = audit._CHAIN_LOCK
        return not other.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key})


def test_nobody_waits_for_the_chain_while_a_transaction_goes_on_after_its_line(line: Line) -> None:
    with transaction(line.database) as db:
        audit.record(db, "Ana", "ticket.take", "K7Q2", NOON)
        db.execute(text("SELECT count(*) FROM audit"))
        assert not is_held(line)
    assert len(ids(line)) == 1
    with transaction(line.database) as db:
        audit.lock(db)
        assert is_held(line)


def test_each_transaction_of_one_connection_writes_its_own_lines_once(line: Line) -> None:
    with line.database.connect() as db:
        for subject, is_kept in (("1", True), ("2", False), ("3", True)):
            audit.record(db, "Ana", "ticket.take", subject, NOON)
            audit.record(db, "Ana", "ticket.close", subject, NOON)
            if is_kept:
                db.commit()
            else:
                db.rollback()
        db.execute(text("SELECT 1"))
        db.commit()
    with transaction(line.database) as db:
        kept = [tuple(row) for row in db.execute(text("SELECT act, subject FROM audit ORDER BY id"))]
    assert kept == [("ticket.take", "1"), ("ticket.close", "1"), ("ticket.take", "3"), ("ticket.close", "3")]
    assert verify(line).holds


def test_a_line_goes_with_the_savepoint_that_it_was_written_in(line: Line) -> None:
    with transaction(line.database) as db:
        kept, undone = db.begin_nested(), None
        audit.record(db, "Ana", "ticket.take", "1", NOON)
        kept.commit()
        undone = db.begin_nested()
        audit.record(db, "Ana", "ticket.take", "2", NOON)
        undone.rollback()
    with transaction(line.database) as db:
        assert list(db.scalars(text("SELECT subject FROM audit"))) == ["1"]


def test_what_cannot_be_written_down_is_not_done(line: Line) -> None:
    def do() -> None:
        with transaction(line.database) as db:
            db.execute(text("INSERT INTO setting_mark (name, value, changed_at) VALUES ('x', 'y', now())"))
            audit.record(db, "A" * 500, "ticket.take", "K7Q2", NOON)

    with pytest.raises(DataError):
        do()
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM setting_mark WHERE name = 'x'")) == 0
    write(line, 1)
    assert verify(line).holds


def test_many_writers_at_once_make_one_chain(line: Line) -> None:
    writers = [threading.Thread(target=write, args=(line, 12, f"W{n}")) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = verify(line)
    assert (found.lines, found.holds) == (72, True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
        st.none()
        | st.booleans()
        | st.integers(-(2**60), 2**60)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
        max_size=5,
    ),
    st.integers(0, 4_000_000_000_000_000),
)
def test_whatever_a_line_says_it_verifies(line: Line, details: dict[str, Any], after_us: int) -> None:
    with transaction(line.database) as db:
        audit.record(db, "Ana", "x.y", "z", NOON + timedelta(microseconds=after_us), details)
    assert verify(line).holds


def test_a_long_chain_is_verified_fast(line: Line) -> None:
    write(line, 1)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO audit (actor, act, subject, details, created_at, key_no, prev_hash, hash)"
                " SELECT actor, act, subject, details, created_at, 1, hash, hash FROM audit,"
                " generate_series(1, 20000)"
            )
        )
    began = time.monotonic()
    assert verify(line).lines == 20_001
    assert time.monotonic() - began < 10


def test_lines_are_shown_newest_first_by_whom_and_what(line: Line) -> None:
    write(line, 3)
    write(line, 2, actor="Bo")
    with transaction(line.database) as db:
        newest = audit.lines(db, 2)
        older = audit.lines(db, 2, before=newest[-1].id)
        assert [one.actor for one in (*newest, *older)] == ["Bo", "Bo", "Ana", "Ana"]
        assert [one.subject for one in audit.lines(db, 9, actor="Bo")] == ["K7Q1", "K7Q0"]
        assert audit.lines(db, 9, act="ticket.close") == []
        assert [one.actor for one in audit.lines(db, 9, subject="K7Q1")] == ["Bo", "Ana"]
