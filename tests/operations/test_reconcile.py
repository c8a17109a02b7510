from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, CarrierUnreachable
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.reconcile import MANY, reconcile
from hotline.operations.writing import write_text
from hotline.store.database import transaction
from tests.lines import MARIA, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, plain, release, subscribe


@dataclass
class BusyCarrier(ListedCarrier):
    """Counts who asks for what. What it still holds is not in its list by time."""

    held: set[str] = field(default_factory=set)
    lists: int = 0
    numbers: list[str] = field(default_factory=list)

    def sent_since(self, since: datetime) -> list[CarrierMessage]:
        self.lists += 1
        if self.is_away:
            raise CarrierUnreachable
        return [m for m in self.listed if m.created_at >= since and m.to not in self.held]

    def sent_to(self, number: PhoneNumber, since: datetime) -> list[CarrierMessage]:
        self.numbers.append(number.e164)
        return super().sent_to(number, since)


@pytest.fixture
def carrier() -> BusyCarrier:
    return BusyCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: BusyCarrier) -> Line:
    carrier.clock = Clock()
    return make_line(database, flow, network, clock=carrier.clock, sender=carrier, records=carrier)


def send(line: Line) -> None:
    rates = FreeRates()
    deliver(line, rates, rates.stopping, work_s=30.0, lanes=1)  # type: ignore[arg-type]


def lost(line: Line, carrier: BusyCarrier, count: int) -> int:
    """A broadcast of which the carrier took everything and no answer came."""
    for number in range(count):
        subscribe(line, number)
    broadcast_id = release(line, draft_test(line))
    carrier.swallow = True
    send(line)
    carrier.swallow = False
    carrier.clock.pass_(seconds=61)
    return broadcast_id


def test_many_lost_answers_are_found_in_one_list(line: Line, carrier: BusyCarrier) -> None:
    broadcast_id = lost(line, carrier, MANY + 10)
    assert reconcile(line) == MANY + 10
    assert set(plain(line, broadcast_id)) == {"accepted"}
    assert (carrier.lists, carrier.numbers) == (1, [])


def test_what_the_list_by_time_does_not_show_is_not_absent_for_it(line: Line, carrier: BusyCarrier) -> None:
    broadcast_id = lost(line, carrier, MANY)
    carrier.held = {carrier.listed[0].to, carrier.listed[1].to}
    assert reconcile(line) == MANY
    assert set(plain(line, broadcast_id)) == {"accepted"}
    assert set(carrier.numbers) == carrier.held


def test_a_few_are_asked_about_one_by_one(line: Line, carrier: BusyCarrier) -> None:
    lost(line, carrier, 3)
    assert reconcile(line) == 3
    assert (carrier.lists, len(carrier.numbers)) == (0, 3)


def test_a_carrier_that_cannot_be_asked_decides_nothing(line: Line, carrier: BusyCarrier) -> None:
    broadcast_id = lost(line, carrier, MANY)
    carrier.is_away = True
    assert reconcile(line) == 0
    assert set(plain(line, broadcast_id)) == {"unknown"}


def test_when_the_time_is_over_the_rest_waits_for_the_next_round(line: Line, carrier: BusyCarrier) -> None:
    broadcast_id = lost(line, carrier, 3)
    assert reconcile(line, work_s=-1.0) == 0
    carrier.clock.pass_(seconds=61)
    assert reconcile(line) == 3
    assert set(plain(line, broadcast_id)) == {"accepted"}


def test_two_texts_of_the_same_words_do_not_take_one_sid(line: Line, carrier: BusyCarrier) -> None:
    with transaction(line.database) as db:
        for _ in range(2):
            write_text(line, db, MARIA, None, "the same words", "staff", line.clock(), line.clock())
        db.execute(text("UPDATE message SET ends_at = NULL"))
    carrier.swallow = True
    send(line)
    carrier.swallow = False
    del carrier.listed[1:]  # the carrier has taken one of them
    carrier.clock.pass_(seconds=61)
    assert reconcile(line) == 2
    with transaction(line.database) as db:
        found = db.execute(text("SELECT status, sid FROM message WHERE kind = 'staff' ORDER BY status")).all()
    assert [(row.status, row.sid is None) for row in found] == [("accepted", False), ("unknown", True)]
