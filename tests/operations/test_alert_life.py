"""Whatever people do in whatever order: nothing unverified goes out, what follows goes to who had the first,
and nothing goes out after its end. Told from what reached the carrier."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from hotline.domain.alert import FOLLOW_UPS, AlertKind
from hotline.domain.outcome import Accepted, Outcome, Refused
from hotline.domain.ports import Outgoing
from hotline.domain.sheet import Sheet
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.alerts import find
from hotline.operations.composing import write
from hotline.operations.console_release import release_here
from hotline.operations.deliver import deliver
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.progress import cancel, pause, resume
from hotline.operations.sweep import sweep
from hotline.store import broadcasts
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, read_key
from tests.incidents import described
from tests.lines import ANA, BO, HOTLINE, NOON, Carrier, Clock, make_line
from tests.people import FreeRates, subscribe

PEOPLE = st.integers(1, 5)
NUMBERS = itertools.count(1)
FRESH = timedelta(minutes=30)
FIRST = {"agency": "ice", "activity": "parking_lot", "cross_streets": "1st & Soto"}
FOLLOWING: dict[AlertKind, dict[str, str]] = {
    "update": {"change": "arrests"},
    "all_clear": {},
    "correction": {"actual": "police"},
}


@dataclass(frozen=True)
class Went:
    """One text that the carrier was asked for."""

    broadcast_id: int
    to: str
    at: datetime
    was_taken: bool


class Life(RuleBasedStateMachine):
    """One incident, a few people, and everything that staff can do with alerts of it."""

    line: Line
    carrier: Carrier
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = NOON
        self.went: list[Went] = []
        self.confirmed_at: datetime | None = None
        self.drafts: list[str] = []
        self.out: list[str] = []
        self.carrier.answer = self._taking
        with transaction(self.line.database) as db:
            db.execute(
                text(
                    "TRUNCATE message, delivery, delivery_tally, broadcast, alert, incident, report, contact,"
                    " suppression RESTART IDENTITY CASCADE"
                )
            )

    @initialize(room=st.integers(1, 3))
    def begin(self, room: int) -> None:
        """Three people, and an alert that is on its way to them; some have it."""
        self.incident = described(self.line, 77)
        for number in (1, 2, 3):
            subscribe(self.line, number)
        self.verify(True)
        self.draft_first(60)
        self.release(0, BO.name)
        self.send(room, True)
        assert self.out
        assert self.went

    def _taking(self, one: Outgoing) -> Outcome:
        return self._note(one, Accepted(f"SM{next(NUMBERS):032x}"))

    def _refusing(self, one: Outgoing) -> Outcome:
        return self._note(one, Refused(30006, "permanent"))

    def _note(self, one: Outgoing, outcome: Outcome) -> Outcome:
        key = read_key(one.key)
        if isinstance(key, DeliveryKey):
            taken = isinstance(outcome, Accepted)
            self.went.append(Went(key.broadcast_id, one.to.e164, self.clock.now, taken))
        return outcome

    @rule(number=PEOPLE)
    def sign_up(self, number: int) -> None:
        subscribe(self.line, number)

    @rule(is_so=st.booleans())
    def verify(self, is_so: bool) -> None:
        self.confirmed_at = self.clock.now if is_so else None
        with transaction(self.line.database) as db:
            db.execute(
                text("UPDATE incident SET state = :state, overridden_at = :at WHERE code = :code"),
                {
                    "state": "confirmed" if is_so else "not_found",
                    "at": self.confirmed_at,
                    "code": self.incident,
                },
            )

    @rule(minutes=st.sampled_from([20, 60]))
    def draft_first(self, minutes: int) -> None:
        ends_at = self.clock.now + timedelta(minutes=minutes)
        self._draft(Sheet("actual", FIRST, "boyle_heights", incident=self.incident, ends_at=ends_at))

    @precondition(lambda self: self.out)
    @rule(kind=st.sampled_from(sorted(FOLLOWING)), which=st.integers(0, 9))
    def draft_next(self, kind: AlertKind, which: int) -> None:
        self._draft(
            Sheet(
                kind,
                FOLLOWING[kind],
                basis="verifier_on_scene",
                observer="V7",
                seen_at=self.clock.now,
                follows=self.out[which % len(self.out)],
                incident=self.incident if kind == "update" else None,
            )
        )

    @precondition(lambda self: self.out)
    @rule(kind=st.sampled_from(sorted(FOLLOWING)), is_taken=st.booleans())
    def follow(self, kind: AlertKind, is_taken: bool) -> None:
        """What staff do most: word what follows, release it, and it goes out."""
        before = len(self.drafts)
        self.draft_next(kind, 0)
        if len(self.drafts) > before:
            self.release(before, BO.name)
            self.send(2, is_taken)

    def _draft(self, sheet: Sheet) -> None:
        with suppress(AlertRefused):
            self.drafts.append(write(self.line, sheet, ANA.name, self.clock.now))

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 9), by=st.sampled_from([ANA.name, BO.name]))
    def release(self, which: int, by: str) -> None:
        code = self.drafts[which % len(self.drafts)]
        try:
            released = release_here(self.line, code, by, self.clock.now)
        except AlertRefused:
            return
        self.out.append(code)
        self.drafts.remove(code)
        with transaction(self.line.database) as db:
            kind = find(self.line, db, code).kind
        assert by == BO.name
        if kind in {"actual", "update"}:
            assert self.confirmed_at is not None
            assert self.clock.now - self.confirmed_at <= FRESH
        assert released.broadcast_id is not None

    @rule(room=st.integers(1, 5), is_taken=st.booleans())
    def send(self, room: int, is_taken: bool) -> None:
        self.carrier.answer = self._taking if is_taken else self._refusing
        self._write_rows()
        rates = FreeRates({HOTLINE.e164: 3 * room})
        deliver(self.line, rates, rates.stopping, lanes=1)  # type: ignore[arg-type]

    @precondition(lambda self: self.out)
    @rule(act=st.sampled_from([pause, resume, cancel]), which=st.integers(0, 9))
    def steer(self, act: Callable[..., bool], which: int) -> None:
        act(self.line, self.out[which % len(self.out)], BO.name, self.clock.now)

    @rule(minutes=st.sampled_from([5, 31, 61]), is_swept=st.booleans())
    def wait(self, minutes: int, is_swept: bool) -> None:
        self.clock.pass_(minutes=minutes)
        if is_swept:
            sweep(self.line)
            self._write_rows()

    @rule(minutes=st.sampled_from([0, 31]))
    def doubt_before_it_is_released(self, minutes: int) -> None:
        """Somebody drafts on what was confirmed; then it is not so any more, or too long ago."""
        self.verify(True)
        before = len(self.drafts)
        self.draft_first(60)
        if minutes:
            self.wait(minutes, False)
        else:
            self.verify(False)
        if len(self.drafts) > before:
            self.release(before, BO.name)

    @rule(room=st.integers(1, 3))
    def end_before_all_have_it(self, room: int) -> None:
        """A worker comes late, and no sweep came before it."""
        self.sign_up(4)
        self.verify(True)
        before = len(self.out)
        self.draft_first(20)
        self.release(len(self.drafts) - 1, BO.name)
        if len(self.out) > before:
            self.send(room, True)
        self.wait(31, False)
        self.send(3, True)

    def _write_rows(self) -> None:
        with transaction(self.line.database) as db:
            running = broadcasts.running(db)
        for of in running:
            while fan_out(self.line, of.id, self.clock.now):
                pass

    @invariant()
    def nothing_goes_out_after_its_end(self) -> None:
        ends = {row.id: row.ends_at for row in self._rows()}
        assert all(one.at < ends[one.broadcast_id] for one in self.went)

    @invariant()
    def what_follows_goes_to_who_had_the_first(self) -> None:
        follows = {row.id: row.follows_id for row in self._rows()}
        for number, one in enumerate(self.went):
            first = follows[one.broadcast_id]
            if first is not None:
                had = {w.to for w in self.went[:number] if w.broadcast_id == first and w.was_taken}
                assert one.to in had

    @invariant()
    def nobody_gets_one_twice(self) -> None:
        taken = [(one.broadcast_id, one.to) for one in self.went if one.was_taken]
        assert len(taken) == len(set(taken))

    def _rows(self) -> list[broadcasts.Broadcast]:
        with transaction(self.line.database) as db:
            ids = db.scalars(text("SELECT id FROM broadcast")).all()
            found = [broadcasts.by_id(db, one) for one in ids]
        return [of for of in found if of is not None]


@pytest.mark.timeout(170)
def test_whatever_is_done_in_whatever_order(database: Engine, flow: Flow, network: Network) -> None:
    clock, carrier = Clock(), Carrier()

    class Here(Life):
        pass

    Here.line = make_line(database, flow, network, clock=clock, sender=carrier, records=carrier)
    Here.carrier, Here.clock = carrier, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30,
            stateful_step_count=22,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_the_kinds_that_follow_are_those_that_are_tried() -> None:
    assert set(FOLLOWING) == FOLLOW_UPS - {"expired"}
