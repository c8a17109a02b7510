from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.ports import CarrierUnreachable
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.erasure import delete_at_carrier
from hotline.operations.line import Line
from hotline.store import deletions
from hotline.store.database import transaction
from tests.lines import NOON, Carrier, Wakes, make_line


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def owe(line: Line, *sids: str) -> None:
    with transaction(line.database) as db:
        deletions.ask(db, line.keyring, "message", sids, NOON)


def owed(line: Line) -> int:
    with transaction(line.database) as db:
        return deletions.count(db)


def test_what_is_due_is_deleted_there_and_forgotten_here(line: Line) -> None:
    owe(line, "SM1", "SM2")
    assert delete_at_carrier(line, NOON) == 2
    assert owed(line) == 0
    assert isinstance(line.records, Carrier)
    assert line.records.deleted == ["SM1", "SM2"]


def test_nothing_is_asked_before_its_time(line: Line) -> None:
    owe(line, "SM1")
    assert delete_at_carrier(line, NOON - timedelta(seconds=1)) == 0
    assert owed(line) == 1


class Refusing(Carrier):
    """A carrier that says: not yet."""

    def delete_message(self, sid: str) -> bool:
        return False


class Away(Carrier):
    def delete_message(self, sid: str) -> bool:
        raise CarrierUnreachable


@pytest.mark.parametrize("carrier", [Refusing(), Away()])
def test_what_the_carrier_does_not_delete_is_asked_again_later(
    database: Engine, flow: Flow, network: Network, carrier: Carrier
) -> None:
    line = make_line(database, flow, network, records=carrier)
    owe(line, "SM1")
    assert delete_at_carrier(line, NOON) == 0
    assert delete_at_carrier(line, NOON + timedelta(minutes=9)) == 0
    with line.database.connect() as db:
        assert db.execute(text("SELECT attempt FROM carrier_deletion")).scalar_one() == 1
    delete_at_carrier(line, NOON + timedelta(minutes=10))
    with line.database.connect() as db:
        assert db.execute(text("SELECT attempt FROM carrier_deletion")).scalar_one() == 2


def test_a_long_list_is_taken_in_turns(line: Line) -> None:
    owe(line, *(f"SM{n}" for n in range(45)))
    assert delete_at_carrier(line, NOON, most=40) == 40
    assert isinstance(line.queue, Wakes)
    assert ("deletions", None) in line.queue.jobs
    assert delete_at_carrier(line, NOON) == 5
