"""What is held back on the way to the carrier waits again at once, and costs neither a try nor money."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, text

from hotline.domain.lease import BATCH
from hotline.domain.outcome import NotBegun, Outcome
from hotline.domain.ports import Gate, Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import CLAIMED_AT_MOST, LANES, Stretch, deliver
from hotline.operations.line import Line
from hotline.operations.progress import progress
from hotline.store.database import transaction
from tests.lines import Clock, Wakes, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, plain, release, subscribe


@dataclass
class Halting(ListedCarrier):
    """Begins some, is then told to stop, and looks at the rows while those are still under way."""

    begins: int = 2
    rates: FreeRates = field(default_factory=FreeRates)
    line: Line | None = None
    broadcast: int = 0
    seen: list[list[str]] = field(default_factory=list)

    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> Sequence[Outcome]:
        assert gate is not None
        assert self.line is not None
        assert all(gate.may_begin(place) for place in range(self.begins))
        self.rates.stopping.set()
        assert gate.is_closed
        gate.left(range(self.begins, len(batch)))
        self.seen.append(plain(self.line, self.broadcast))
        begun = super().send(batch[: self.begins])
        return [*begun, *[NotBegun()] * (len(batch) - self.begins)]


@pytest.fixture
def carrier() -> Halting:
    return Halting()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: Halting) -> Line:
    clock = Clock()
    carrier.clock = clock
    carrier.line = make_line(database, flow, network, clock=clock, sender=carrier, records=carrier)
    return carrier.line


def stopped(line: Line, carrier: Halting) -> int:
    """Five people, a worker that is asked to stop when two of their texts have begun."""
    for number in range(5):
        subscribe(line, number)
    carrier.broadcast = release(line, draft_test(line))
    assert isinstance(line.queue, Wakes)
    line.queue.jobs.clear()
    assert deliver(line, carrier.rates, carrier.rates.stopping, lanes=1) == 2  # type: ignore[arg-type]
    return carrier.broadcast


def test_a_worker_that_is_asked_to_stop_gives_back_at_once_what_has_not_begun(
    line: Line, carrier: Halting
) -> None:
    broadcast_id = stopped(line, carrier)
    assert carrier.seen == [["sending"] * 2 + ["pending"] * 3]  # while two were under way
    assert plain(line, broadcast_id) == ["accepted"] * 2 + ["pending"] * 3
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT attempt, leased_until FROM delivery WHERE status = 'pending'")).all()
    assert rows == [(0, None)] * 3
    assert isinstance(line.queue, Wakes)
    assert ("deliver", None) in line.queue.jobs  # others go on with them


def test_another_worker_sends_them_and_nobody_gets_it_twice(line: Line, carrier: Halting) -> None:
    broadcast_id = stopped(line, carrier)
    carrier.begins, carrier.rates = 3, FreeRates()
    deliver(line, carrier.rates, carrier.rates.stopping, lanes=1)  # type: ignore[arg-type]
    assert plain(line, broadcast_id) == ["accepted"] * 5
    assert sorted(carrier.accepted) == sorted(set(carrier.accepted))


def test_what_was_not_begun_costs_nothing_and_is_counted_as_waiting(line: Line, carrier: Halting) -> None:
    broadcast_id = stopped(line, carrier)
    with transaction(line.database) as db:
        spent = db.scalar(text("SELECT sum(amount) FROM spend")) or 0
        code = db.scalar(
            text("SELECT code FROM alert JOIN broadcast b ON b.alert_id = alert.id WHERE b.id = :id"),
            {"id": broadcast_id},
        )
    found = progress(line, str(code), line.clock())
    assert (found.count("accepted"), found.count("pending")) == (2, 3)
    per_text = spent / 2
    assert per_text % line.limits.segment_price == 0
    assert per_text > 0


def test_many_small_batches_may_be_under_way_and_few_large_ones(line: Line, carrier: Halting) -> None:
    """What is claimed and waits for its place in flight is what an urgent alert waits behind."""
    stretch = Stretch(line, carrier.rates, carrier.rates.stopping, 0.0)  # type: ignore[arg-type]
    with ExitStack() as small:
        for _ in range(LANES):
            assert stretch.room == BATCH
            small.enter_context(stretch.claiming(6))
    with stretch.claiming(CLAIMED_AT_MOST - BATCH), stretch.claiming(BATCH - 20):
        assert stretch.room == 20
        with stretch.claiming(20):
            assert stretch.room == 0
    assert stretch.room == BATCH
