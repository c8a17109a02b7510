"""The carrier's own record against ours, over any order of sending, losing, dying and reporting."""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from hotline.domain.delivery import DeliveryStatus
from hotline.domain.outcome import Accepted, Outcome, Refused
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.progress import pause, progress, resume
from hotline.operations.receipts import settle
from hotline.operations.reconcile import reconcile
from hotline.operations.sweep import sweep
from hotline.store import deliveries
from hotline.store.broadcasts import bodies_of, by_id
from hotline.store.database import transaction
from hotline.store.parcels import read_key
from hotline.store.receipts import Receipt
from tests.lines import ANA, BO, HOTLINE, NOON, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_actual, phone, release, statuses, subscribe

PEOPLE = 4
ANSWERS = ["accept", "lose_answer", "lose_request", "retry", "slow_down"]
NUMBERS = itertools.count()


class Life(RuleBasedStateMachine):
    """One broadcast to a few people; nobody is ever accepted twice, and at the end nobody is missed."""

    line: Line
    carrier: ListedCarrier
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.carrier.listed.clear()
        self.carrier.accepted.clear()
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
        self.code = draft_actual(self.line)
        self.broadcast_id = release(self.line, self.code)
        self.keys: dict[str, str] = {}
        self.failed: set[str] = set()

    def _answer(self, how: str) -> Any:
        def answer(one: Outgoing) -> Outcome:
            sid = f"SM{next(NUMBERS):032x}"
            match how:
                case "retry":
                    return Refused(20500, "retry", 1.0)
                case "slow_down":
                    return Refused(20429, "slow_down")
                case _:
                    self.keys[sid] = one.key
                    return Accepted(sid)

        return answer

    @rule(how=st.sampled_from(ANSWERS), room=st.integers(1, PEOPLE))
    def send(self, how: str, room: int) -> None:
        self.carrier.swallow, self.carrier.drop = how == "lose_answer", how == "lose_request"
        self.carrier.answer = self._answer(how)
        rates = FreeRates({HOTLINE.e164: room})
        deliver(self.line, rates, rates.stopping, work_s=30.0, lanes=1)  # type: ignore[arg-type]

    @rule(was_asked=st.booleans(), room=st.integers(1, PEOPLE))
    def die_while_sending(self, was_asked: bool, room: int) -> None:
        with transaction(self.line.database) as db:
            of = by_id(db, self.broadcast_id)
            assert of is not None
            bodies = bodies_of(db, self.line.keyring, of.id)
            now = self.clock()
            taken = deliveries.take(db, self.line.keyring, of, bodies, HOTLINE.e164, room, [], now)
        self.carrier.swallow = self.carrier.drop = False
        self.carrier.answer = self._answer("accept")
        if was_asked:
            self.carrier.send([Outgoing(str(p.key), p.to, p.body, p.sender) for p in taken if p.to])

    @rule(seconds=st.sampled_from([5, 61, 125]))
    def wait(self, seconds: int) -> None:
        self.clock.pass_(seconds=seconds)
        sweep(self.line)
        reconcile(self.line)

    @precondition(lambda self: self.keys)
    @rule(which=st.integers(0, 20), status=st.sampled_from(["sent", "delivered", "undelivered"]))
    def report(self, which: int, status: DeliveryStatus) -> None:
        sid = list(self.keys)[which % len(self.keys)]
        settle(self.line, [Receipt(read_key(self.keys[sid]), sid, status)] * 2)

    @rule()
    def pause_and_resume(self) -> None:
        pause(self.line, self.code, ANA.name, self.clock())
        assert deliver(self.line, FreeRates(), lanes=1) == 0  # type: ignore[arg-type]
        resume(self.line, self.code, BO.name, self.clock())

    @invariant()
    def nobody_is_accepted_twice(self) -> None:
        assert all(count == 1 for count in Counter(self.carrier.accepted).values())

    @invariant()
    def tallies_and_rows_agree(self) -> None:
        rows = Counter(status for status, _ in statuses(self.line, self.broadcast_id))
        told: Counter[str] = Counter()
        for tally in progress(self.line, self.code, self.clock()).tallies:
            told[tally.status] += tally.count
        assert +told == rows

    def teardown(self) -> None:
        """Given time before its end, nobody is missed but who was given up and is reported so."""
        self.carrier.swallow = self.carrier.drop = False
        self.carrier.answer = self._answer("accept")
        with transaction(self.line.database) as db:
            db.execute(text("UPDATE broadcast SET ends_at = :at"), {"at": self.clock().replace(year=2030)})
        for _ in range(8):
            deliver(self.line, FreeRates(), lanes=1)  # type: ignore[arg-type]
            self.clock.pass_(seconds=125)
            sweep(self.line)
            reconcile(self.line)
        self.nobody_is_accepted_twice()
        ended = dict(zip(range(PEOPLE), statuses(self.line, self.broadcast_id), strict=True))
        for number, (status, _) in ended.items():
            was_accepted = phone(number).e164 in self.carrier.accepted
            assert was_accepted == (status in {"accepted", "sent", "delivered", "undelivered"})
            assert was_accepted or status == "failed"


@pytest.mark.timeout(170)
def test_nobody_twice_nobody_missed_whatever_happens(database: Engine, flow: Flow, network: Network) -> None:
    clock = Clock()
    carrier = ListedCarrier(clock=clock)
    line = make_line(database, flow, network, clock=clock, sender=carrier, records=carrier)

    class Here(Life):
        pass

    Here.line, Here.carrier, Here.clock = line, carrier, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
