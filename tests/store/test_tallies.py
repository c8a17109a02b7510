from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store import standing, tallies
from hotline.store.database import transaction
from hotline.store.tallies import Counts
from tests.lines import make_line
from tests.people import draft_test, release, subscribe


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def running(line: Line) -> int:
    """A broadcast with three people of two languages and two ways for ZIP codes to begin."""
    subscribe(line, 1, "90033", "es")
    subscribe(line, 2, "90033", "en")
    subscribe(line, 3, "90023", "es")
    broadcast_id = release(line, draft_test(line))
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET zip = '91001' WHERE zip = '90023'"))
    return broadcast_id


def read(line: Line, broadcast_id: int) -> Counts:
    with transaction(line.database) as db:
        return tallies.read(db, broadcast_id, line.clock())


def test_the_same_people_are_split_by_language_and_by_place(line: Line) -> None:
    broadcast_id = running(line)
    with transaction(line.database) as db:
        assert tallies.recount(db, broadcast_id, line.clock())
        standing.skip(db, broadcast_id, "cancelled", line.clock(), limit=1)
    found = read(line, broadcast_id)
    assert {share.name: dict(share.counts) for share in found.areas} in (
        {"900": {"skipped": 1, "pending": 1}, "910": {"pending": 1}},
        {"900": {"pending": 2}, "910": {"skipped": 1}},
    )
    assert sum(sum(share.counts.values()) for share in found.languages) == 3
    assert {share.name for share in found.languages} == {"es", "en"}


@pytest.mark.parametrize("change", [1, -2, 7])
def test_a_counter_that_has_strayed_is_seen_and_mended(line: Line, change: int) -> None:
    broadcast_id = running(line)
    with transaction(line.database) as db:
        tallies.recount(db, broadcast_id, line.clock())
        honest = tallies.read(db, broadcast_id, line.clock())
        db.execute(
            text(
                "INSERT INTO delivery_tally"
                " (broadcast_id, status, reason, language, area, change, created_at)"
                " VALUES (:id, 'delivered', NULL, 'es', '900', :change, :now),"
                " (:id, 'failed', 'fault', NULL, NULL, 1, :now)"
            ),
            {"id": broadcast_id, "change": change, "now": line.clock()},
        )
    assert read(line, broadcast_id) != honest
    with transaction(line.database) as db:
        assert tallies.recount(db, broadcast_id, line.clock())
        assert not tallies.recount(db, broadcast_id, line.clock())
    assert read(line, broadcast_id) == honest


def test_folding_changes_no_number(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "FOLD_FROM", 3)
    broadcast_id = running(line)
    with transaction(line.database) as db:
        tallies.recount(db, broadcast_id, line.clock())
        for _ in range(3):
            standing.skip(db, broadcast_id, "cancelled", line.clock(), limit=1)
    before = read(line, broadcast_id)
    with transaction(line.database) as db:
        many = db.scalar(text("SELECT count(*) FROM delivery_tally"))
        tallies.fold(db, line.clock() + timedelta(minutes=1))
        few = db.scalar(text("SELECT count(*) FROM delivery_tally"))
    assert few < many
    assert read(line, broadcast_id) == before


def test_a_broadcast_that_is_over_leaves_one_row_of_each_kind(line: Line) -> None:
    broadcast_id = running(line)
    with transaction(line.database) as db:
        tallies.recount(db, broadcast_id, line.clock())
        for _ in range(3):
            standing.skip(db, broadcast_id, "cancelled", line.clock(), limit=1)
    before = read(line, broadcast_id)
    with transaction(line.database) as db:
        tallies.fold_finished(db, broadcast_id, line.clock() + timedelta(minutes=1))
        told = db.execute(
            text("SELECT status, language, area, count(*) AS n FROM delivery_tally GROUP BY 1, 2, 3")
        ).all()
    assert told
    assert {row.n for row in told} == {1}
    assert read(line, broadcast_id).tallies == before.tallies
    assert read(line, broadcast_id).areas == before.areas


def test_what_ended_long_ago_is_not_read_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "FOLD_FROM", 1)
    broadcast_id = running(line)
    later = line.clock() + timedelta(days=3)
    with transaction(line.database) as db:
        tallies.recount(db, broadcast_id, line.clock())
        for _ in range(3):
            standing.skip(db, broadcast_id, "cancelled", line.clock(), limit=1)
        db.execute(text("UPDATE broadcast SET finished_at = :at"), {"at": line.clock()})
        many = db.scalar(text("SELECT count(*) FROM delivery_tally"))
        tallies.fold(db, later)
        assert db.scalar(text("SELECT count(*) FROM delivery_tally")) == many
        db.execute(text("UPDATE broadcast SET finished_at = NULL"))
        tallies.fold(db, later)
        few = db.scalar(text("SELECT count(*) FROM delivery_tally"))
    assert few is not None
    assert many is not None
    assert few < many
