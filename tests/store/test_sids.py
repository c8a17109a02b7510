import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.writing import write_text
from hotline.store import sids
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, Key, MessageKey
from tests.lines import MARIA, make_line
from tests.people import draft_test, phone, release, subscribe

SID = "SM" + "0" * 31 + "7"


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def free(line: Line, db: Connection, key: Key) -> set[str]:
    return sids.not_ours(db, [SID], key, line.keyring.lookups(phone(1)))


def test_a_sid_that_another_row_of_the_number_has_is_not_free(line: Line) -> None:
    subscribe(line, 1)
    subscribe(line, 2)
    broadcast_id = release(line, draft_test(line))
    mine, other = DeliveryKey(broadcast_id, 1), MessageKey(7)
    with transaction(line.database) as db:
        assert free(line, db, other) == {SID}
        db.execute(text("UPDATE delivery SET sid = :sid WHERE seq = 1"), {"sid": SID})
        assert free(line, db, other) == set()
        assert free(line, db, mine) == {SID}


def test_two_rows_that_look_at_once_do_not_both_find_it_free(line: Line) -> None:
    with transaction(line.database) as db:
        ids = [
            write_text(line, db, MARIA, None, "same", "staff", line.clock(), line.clock()) for _ in range(2)
        ]
    found = text("UPDATE message SET sid = :sid WHERE id = :id")
    with transaction(line.database) as first:
        assert free(line, first, MessageKey(ids[0])) == {SID}
        first.execute(found, {"sid": SID, "id": ids[0]})
        with line.database.connect() as second:
            second.execute(text("SET LOCAL lock_timeout = '20ms'"))
            with pytest.raises(OperationalError):
                free(line, second, MessageKey(ids[1]))
    with transaction(line.database) as second:
        assert free(line, second, MessageKey(ids[1])) == set()
