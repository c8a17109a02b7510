import itertools
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from hotline.domain.delivery import DeliveryStatus, may_move
from hotline.domain.timing import Timing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.memory import was_wiped
from hotline.operations.progress import progress
from hotline.operations.receipts import drain, fetch_missing, must_be_at_once, settle
from hotline.store import consents
from hotline.store.database import DatabaseAway, transaction
from hotline.store.parcels import DeliveryKey, MessageKey
from hotline.store.receipts import Receipt
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import ReceiptStream
from tests.lines import Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, phone, plain, release, staff_texts, subscribe

SID = "SM" + "7" * 32
AT_ONCE = Timing(abandoned_s=0.0)  # nobody is waited for
REPORTED: tuple[DeliveryStatus, ...] = ("accepted", "sent", "delivered", "undelivered", "failed")


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    clock = Clock()
    carrier.clock = clock
    return make_line(database, flow, network, clock=clock, sender=carrier, records=carrier)


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


def sent_to(line: Line, count: int) -> tuple[str, int]:
    """An alert that `count` people were sent."""
    for number in range(count):
        subscribe(line, number)
    code = draft_test(line)
    broadcast_id = release(line, code)
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]
    return code, broadcast_id


def put(line: Line, broadcast_id: int, status: str) -> None:
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE delivery SET status = :status WHERE broadcast_id = :id"),
            {"status": status, "id": broadcast_id},
        )


def test_every_pair_of_states_moves_by_the_table_and_no_other_way(line: Line) -> None:
    _, broadcast_id = sent_to(line, 1)
    for before, after in itertools.product(get_args(DeliveryStatus), REPORTED):
        put(line, broadcast_id, before)
        settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, after)])
        expected = after if may_move(before, after) else before
        assert plain(line, broadcast_id) == [expected], (before, after)


def test_any_order_ends_where_the_carrier_ends(line: Line) -> None:
    code, broadcast_id = sent_to(line, 1)
    told = [
        Receipt(DeliveryKey(broadcast_id, 1), SID, status) for status in ("accepted", "sent", "delivered")
    ]
    for order in itertools.permutations(told):
        put(line, broadcast_id, "accepted")
        for receipt in order:
            settle(line, [receipt, receipt])
        assert plain(line, broadcast_id) == ["delivered"]
    assert progress(line, code, line.clock()).total == 1


def test_tallies_follow_receipts(line: Line) -> None:
    code, broadcast_id = sent_to(line, 4)
    settle(line, [Receipt(DeliveryKey(broadcast_id, seq), SID, "sent") for seq in (1, 2, 3)])
    settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, "delivered")])
    settle(line, [Receipt(DeliveryKey(broadcast_id, 2), SID, "undelivered", 30003, "retry")])
    found = progress(line, code, line.clock())
    assert found.count("accepted") == found.count("delivered") == found.count("undelivered") == 1
    assert found.count("sent") == 1
    assert [(tally.reason, tally.code) for tally in found.reasons] == [("carrier", 30003)]


def test_a_receipt_for_nothing_of_ours_changes_nothing(line: Line) -> None:
    assert settle(line, [Receipt(DeliveryKey(99, 1), SID, "sent"), Receipt(MessageKey(99), SID, "sent")]) == 0


def test_an_opt_out_in_a_receipt_is_an_opt_out(line: Line) -> None:
    _, broadcast_id = sent_to(line, 1)
    receipt = Receipt(DeliveryKey(broadcast_id, 1), SID, "failed", 21610)
    assert must_be_at_once(receipt)
    settle(line, [receipt])
    with transaction(line.database) as db:
        assert consents.is_suppressed(db, [line.keyring.lookup(phone(0))])
        assert consents.count(db, [line.keyring.lookup(phone(0))], "carrier_stop") == 1
    settle(line, [receipt])
    with transaction(line.database) as db:
        assert consents.count(db, [line.keyring.lookup(phone(0))], "carrier_stop") == 1


def test_a_carriers_block_of_an_answer_that_was_asked_for_opens_an_urgent_ticket(line: Line) -> None:
    contact_id = subscribe(line, 1)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO message (id, direction, kind, contact_id, status, created_at)"
                " VALUES (12345, 'out', 'turn', :contact_id, 'accepted', :now)"
            ),
            {"contact_id": contact_id, "now": line.clock()},
        )
    settle(line, [Receipt(MessageKey(12345), SID, "failed", 21610, "opted_out")])
    with transaction(line.database) as db:
        row = db.execute(text("SELECT kind, is_urgent, contact_id FROM ticket")).one()
    assert tuple(row) == ("blocked_answer", True, contact_id)


def test_filtering_told_by_receipt_pauses_the_broadcast(line: Line) -> None:
    code, broadcast_id = sent_to(line, 2)
    settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, "undelivered", 30007, "stop_batch")])
    assert progress(line, code, line.clock()).state == "paused"
    assert any("as spam (30007)" in body for body in staff_texts(line))


def test_the_stream_is_brought_into_the_database(line: Line, redis: Redis) -> None:
    _, broadcast_id = sent_to(line, 3)
    stream = ReceiptStream(redis, "one")
    for seq, status in itertools.product((1, 2, 3), ("sent", "delivered")):
        stream.append(
            Receipt(DeliveryKey(broadcast_id, seq), SID, "sent" if status == "sent" else "delivered")
        )
    assert drain(line, stream) == 6
    assert plain(line, broadcast_id) == ["delivered"] * 3
    assert stream.length() == 0


def test_a_crash_between_commit_and_acknowledgement_loses_and_doubles_nothing(
    line: Line, redis: Redis
) -> None:
    code, broadcast_id = sent_to(line, 1)

    class Killed(ReceiptStream):
        def acknowledge(self, entries: Any) -> None:
            raise KeyboardInterrupt

    first = Killed(redis, "killed")
    first.append(Receipt(DeliveryKey(broadcast_id, 1), SID, "delivered"))
    with pytest.raises(KeyboardInterrupt):
        drain(line, first)
    assert drain(line, ReceiptStream(redis, "other", AT_ONCE)) == 1
    assert progress(line, code, line.clock()).count("delivered") == 1


def test_while_the_database_is_away_receipts_stay_in_the_stream(
    line: Line, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, broadcast_id = sent_to(line, 1)
    stream = ReceiptStream(redis, "one")
    stream.append(Receipt(DeliveryKey(broadcast_id, 1), SID, "delivered"))

    def away(*_: Any) -> int:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr("hotline.operations.receipts.settle", away)
        with pytest.raises(DatabaseAway):
            drain(line, stream)
    assert drain(line, ReceiptStream(redis, "one", AT_ONCE)) == 1
    assert plain(line, broadcast_id) == ["delivered"]


def test_a_late_receipt_of_a_finished_broadcast_counts(line: Line) -> None:
    code, broadcast_id = sent_to(line, 1)
    settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, "undelivered")])
    line.clock.pass_(hours=30)  # type: ignore[attr-defined]
    settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, "delivered")])
    assert progress(line, code, line.clock()).count("delivered") == 1


def test_what_was_never_reported_is_fetched_after_an_hour(line: Line, carrier: ListedCarrier) -> None:
    _, broadcast_id = sent_to(line, 2)
    carrier.listed = [
        type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"status": "delivered"})
        for one in carrier.listed
    ]
    assert fetch_missing(line) == 0
    line.clock.pass_(minutes=61)  # type: ignore[attr-defined]
    assert fetch_missing(line) == 2
    assert plain(line, broadcast_id) == ["delivered", "delivered"]


def test_a_wiped_redis_is_noticed_once_and_then_everything_open_is_asked_for(
    line: Line, redis: Redis, carrier: ListedCarrier
) -> None:
    _, broadcast_id = sent_to(line, 1)
    assert not was_wiped(line, redis)
    assert not was_wiped(line, redis)
    redis.flushdb()
    assert was_wiped(line, redis)
    assert not was_wiped(line, redis)
    carrier.listed = [
        type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"status": "delivered"})
        for one in carrier.listed
    ]
    assert fetch_missing(line) == 1
    assert plain(line, broadcast_id) == ["delivered"]
