"""Who rests when the carrier says that an allowance is used up, and for how long."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from hotline.channels.twilio.codes import reaction_of
from hotline.domain.outcome import Outcome, Refused
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Limits, Line
from hotline.operations.outlook import look
from hotline.operations.receipts import settle
from hotline.operations.sweep import sweep
from hotline.store import senders
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey
from hotline.store.receipts import Receipt
from tests.lines import HOTLINE, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_actual, draft_test, plain, release, subscribe

OTHER = "+15005550007"
MIDNIGHT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # of the day of NOON, in Los Angeles
SID = "SM" + "7" * 32


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    clock = Clock()
    carrier.clock = clock
    return make_line(database, flow, network, clock=clock, sender=carrier, records=carrier, caller=carrier)


def send(line: Line) -> int:
    return deliver(line, FreeRates(), work_s=30.0, lanes=1)  # type: ignore[arg-type]


def at(line: Line, now: datetime) -> None:
    assert isinstance(line.clock, Clock)
    line.clock.now = now
    sweep(line)


def later(line: Line, **amount: float) -> None:
    assert isinstance(line.clock, Clock)
    line.clock.pass_(**amount)
    sweep(line)


def refusing(code: int, retry_after_s: float | None = None) -> Outcome:
    return Refused(code, reaction_of(code, 429), retry_after_s)


def out_of(line: Line, *names: str) -> None:
    """Let the rows go out from these senders in turn."""
    with transaction(line.database) as db:
        db.execute(text("UPDATE broadcast SET senders = :names"), {"names": list(names)})
        for place, name in enumerate(names):
            db.execute(
                text("UPDATE delivery SET sender = :name WHERE seq % :of = :place"),
                {"name": name, "of": len(names), "place": place},
            )


def lasting(line: Line) -> int:
    """An alert to four people that outlasts the day."""
    for number in range(4):
        subscribe(line, number)
    broadcast_id = release(line, draft_actual(line))
    with transaction(line.database) as db:
        for table in ("alert", "broadcast"):
            db.execute(text(f"UPDATE {table} SET ends_at = ends_at + interval '2 days'"))
    return broadcast_id


def test_a_day_that_is_used_up_rests_the_sender_until_midnight_on_the_pacific_coast(
    line: Line, carrier: ListedCarrier
) -> None:
    broadcast_id = lasting(line)
    carrier.answer = lambda _: refusing(30023)
    send(line)
    carrier.answer = None
    assert plain(line, broadcast_id) == ["held"] * 4
    at(line, MIDNIGHT)
    assert send(line) == 0
    later(line, minutes=1, seconds=1)
    assert send(line) == 4
    assert plain(line, broadcast_id) == ["accepted"] * 4


def test_a_minute_that_is_used_up_rests_the_sender_for_a_minute_and_others_go_on(
    line: Line, carrier: ListedCarrier
) -> None:
    broadcast_id = lasting(line)
    out_of(line, HOTLINE.e164, OTHER)

    def answer(one: Outgoing) -> Outcome:
        return refusing(30022) if one.sender == OTHER else carrier._accept()

    carrier.answer = answer
    send(line)
    assert sorted(plain(line, broadcast_id)) == ["accepted", "accepted", "held", "held"]
    carrier.answer = None
    later(line, seconds=59)
    assert send(line) == 0
    later(line, seconds=2)
    assert send(line) == 2


@pytest.mark.parametrize(("code", "rests"), [(30022, {HOTLINE.e164}), (30023, {HOTLINE.e164})])
def test_what_a_receipt_says_of_the_allowance_counts_as_the_answer_does(
    line: Line, code: int, rests: set[str]
) -> None:
    broadcast_id = lasting(line)
    send(line)
    settle(line, [Receipt(DeliveryKey(broadcast_id, 1), SID, "undelivered", code, reaction_of(code))])
    assert look(line, line.clock()).resting == rests
    later(line, seconds=61)
    assert bool(look(line, line.clock()).resting) == (code == 30023)
    at(line, MIDNIGHT.replace(minute=2))
    assert look(line, line.clock()).resting == frozenset()


@pytest.mark.parametrize(
    ("code", "retry_after_s", "rests_s"),
    [(63017, None, 2.0), (63017, 20.0, 20.0), (20429, 7.0, 7.0), (63038, None, 900.0), (60728, None, 900.0)],
)
def test_what_is_of_the_account_rests_every_sender(
    line: Line, carrier: ListedCarrier, code: int, retry_after_s: float | None, rests_s: float
) -> None:
    broadcast_id = lasting(line)
    out_of(line, HOTLINE.e164, OTHER)
    carrier.answer = lambda _: refusing(code, retry_after_s)
    send(line)
    carrier.answer = None
    later(line, seconds=rests_s - 1)
    assert {HOTLINE.e164, OTHER, senders.ACCOUNT} <= look(line, line.clock()).resting
    assert send(line) == 0
    later(line, seconds=3)
    assert send(line) == 4
    assert plain(line, broadcast_id) == ["accepted"] * 4


def test_too_many_requests_at_once_rest_nobody_when_no_time_is_said(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    release(line, draft_test(line))
    carrier.answer = lambda _: refusing(20429)
    send(line)
    assert look(line, line.clock()).resting == frozenset()


def test_a_number_that_gets_nothing_at_night_holds_up_nobody_else(line: Line, carrier: ListedCarrier) -> None:
    broadcast_id = lasting(line)
    first: list[str] = []

    def answer(one: Outgoing) -> Outcome:
        first.append(one.key)
        return refusing(30610) if len(first) == 1 else carrier._accept()

    carrier.answer = answer
    send(line)
    assert sorted(plain(line, broadcast_id)) == ["accepted"] * 3 + ["held"]
    assert look(line, line.clock()).resting == frozenset()


def test_of_two_ends_the_later_holds(line: Line) -> None:
    now = line.clock()
    with transaction(line.database) as db:
        senders.rest(db, OTHER, 30023, MIDNIGHT)
        senders.rest(db, OTHER, 30022, now)
        assert senders.resting(db, now) == {OTHER}
        assert senders.resting(db, MIDNIGHT) == frozenset()


def test_the_rate_of_all_is_the_sum_of_theirs_and_never_above_the_account_s() -> None:
    limits = Limits(segments_per_second=1.0, sender_rates={"MG1": 225.0}, account_segments_per_second=300.0)
    assert limits.rate_of(["MG1", OTHER]) == 226.0
    assert limits.rate_of(["MG1"] * 2) == 300.0
    assert limits.rate_of([]) == 1.0
