"""The lease on a real PostgreSQL: workers that take, stall, die and settle late never both hold a row."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from hotline.domain.outcome import Accepted, NotBegun, Outcome, Refused, Unknown
from hotline.domain.pace import settle
from hotline.domain.timing import Timing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.sweep import sweep
from hotline.store import deliveries, lookups
from hotline.store.broadcasts import bodies_of, by_id
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, Lost, Parcel, Result
from tests.lines import HOTLINE, NOON, Clock, make_line
from tests.people import draft_actual, release, subscribe

PEOPLE = 4
SHORT = Timing(lease_s=20.0, begin_within_s=5.0, shown_after_s=3.0, look_again_after_s=4.0)
OUTCOMES: list[Outcome] = [
    Accepted("SM" + "1" * 32),
    Unknown("timeout"),
    NotBegun(),
    Refused(20500, "retry", 2.0),
    Refused(30004, "permanent"),
]


@dataclass
class Held:
    """What one taking of a worker's holds, until when."""

    parcel: Parcel
    until: Any

    @property
    def seq(self) -> int:
        assert isinstance(self.parcel.key, DeliveryKey)
        return self.parcel.key.seq


class Lease(RuleBasedStateMachine):
    """`held` is all that was ever taken and not settled: the newest of a row owns it, if it is in time."""

    line: Line
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = NOON
        with transaction(self.line.database) as db:
            db.execute(
                text(
                    "TRUNCATE message, delivery, delivery_tally, broadcast, alert, contact"
                    " RESTART IDENTITY CASCADE"
                )
            )
        for number in range(PEOPLE):
            subscribe(self.line, number)
        self.broadcast_id = release(self.line, draft_actual(self.line))
        self.held: list[Held] = []
        self.fences: dict[int, int] = dict.fromkeys(range(1, PEOPLE + 1), 0)

    def _rows(self) -> dict[int, Any]:
        with transaction(self.line.database) as db:
            rows = db.execute(text("SELECT * FROM delivery ORDER BY seq")).all()
        return {row.seq: row for row in rows}

    @rule(limit=st.integers(1, PEOPLE), both=st.booleans())
    def take(self, limit: int, both: bool) -> None:
        """One worker takes, or two whose statements overlap: the first has not committed yet."""
        before, now = self._rows(), self.clock()
        with transaction(self.line.database) as db:
            taken = self._take(db, limit)
            if both:
                with transaction(self.line.database) as other:
                    taken += self._take(other, limit)
        seqs = [parcel.key.seq for parcel in taken if isinstance(parcel.key, DeliveryKey)]
        assert len(seqs) == len(set(seqs))
        for parcel, seq in zip(taken, seqs, strict=True):
            assert before[seq].status == "pending"
            assert parcel.fence == self.fences[seq] + 1
            self.fences[seq] = parcel.fence
            self.held.append(Held(parcel, now + SHORT.lease))

    def _take(self, db: Any, limit: int) -> list[Parcel]:
        of = by_id(db, self.broadcast_id)
        assert of is not None
        bodies = bodies_of(db, self.line.keyring, of.id)
        return deliveries.take(
            db, self.line.keyring, of, bodies, HOTLINE.e164, limit, [], self.clock(), self.line.timing
        )

    @rule(which=st.integers(0, 50), outcome=st.sampled_from(OUTCOMES))
    def settle(self, which: int, outcome: Outcome) -> None:
        """Any taking is settled, also one whose row somebody else has long had again."""
        if not self.held:
            return
        one, now = self.held.pop(which % len(self.held)), self.clock()
        before = self._rows()
        result = settle(outcome, str(one.parcel.key), one.parcel.attempt, now, None, self.line.timing)
        with transaction(self.line.database) as db:
            done = deliveries.settle(
                db, self.broadcast_id, [Result(one.parcel.key, one.parcel.fence, result)], now
            )
        after = self._rows()
        owned = before[one.seq].status == "sending" and self.fences[one.seq] == one.parcel.fence
        assert done == ({one.seq} if owned else set())
        changed = {seq for seq in after if tuple(after[seq]) != tuple(before[seq])}
        assert changed == done

    @rule(seconds=st.sampled_from([1, 5, 21]))
    def wait(self, seconds: int) -> None:
        """Time passes and the sweep comes by; what no lease holds any more is unknown, nothing else is."""
        self.clock.pass_(seconds=seconds)
        before = self._rows()
        sweep(self.line)
        for seq, row in self._rows().items():
            was = before[seq]
            if was.status == "sending":
                is_over = was.leased_until <= self.clock()
                assert row.status == ("unknown" if is_over else "sending")

    @rule(limit=st.integers(1, PEOPLE))
    def a_worker_stalls_and_its_rows_are_taken_again(self, limit: int) -> None:
        self.take(limit, both=False)
        self.wait(21)
        self.looked_up_and_absent()
        self.take(PEOPLE, both=False)

    @rule()
    def looked_up_and_absent(self) -> None:
        """The carrier has not seen what is unknown: it may be taken again."""
        now = self.clock()
        for lost in self._lost():
            assert lost.asked_at <= now - SHORT.shown_after
            with transaction(self.line.database) as db:
                assert lookups.absent(db, lost, now)

    def _lost(self) -> list[Lost]:
        with transaction(self.line.database) as db:
            of = by_id(db, self.broadcast_id)
            assert of is not None
            bodies = bodies_of(db, self.line.keyring, of.id)
            return lookups.to_look_up(
                db, self.line.keyring, of, bodies, PEOPLE, self.clock(), self.line.timing
            )

    @invariant()
    def fences_only_grow_and_one_taking_at_most_owns_a_row(self) -> None:
        now = self.clock()
        for seq, row in self._rows().items():
            assert row.fence == self.fences[seq]
            owners = [one for one in self.held if one.seq == seq and one.until > now]
            owning = [one for one in owners if one.parcel.fence == row.fence and row.status == "sending"]
            assert len(owning) <= 1
            if row.status == "sending" and row.leased_until > now:
                assert len(owning) == 1
                assert row.leased_until == owning[0].until


@pytest.mark.timeout(120)
def test_two_never_hold_one_row_and_a_late_settle_changes_nothing(
    database: Engine, flow: Flow, network: Network
) -> None:
    clock = Clock()

    class Here(Lease):
        pass

    Here.line = make_line(database, flow, network, clock=clock, timing=SHORT)
    Here.clock = clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
