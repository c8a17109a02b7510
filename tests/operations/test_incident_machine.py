"""Whatever staff do in whatever order, only legal steps happen and nothing unverified may be alerted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from hotline.domain.incident import INCIDENT_STATES, STEPS, IncidentState
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import describe, step
from hotline.operations.line import Line
from hotline.operations.merging import merge, unmerge
from hotline.operations.observing import observe
from hotline.operations.overriding import agree_to_override, ask_override
from hotline.operations.verified import may_alert
from hotline.operations.verifying import ask_verifiers, keep_asking
from hotline.store import incident_steps
from hotline.store.database import transaction
from tests.incidents import FIELDS, read, report_by, says, verifier, with_verifiers
from tests.lines import ANA, BO, Clock, make_line

WITHIN = timedelta(minutes=30)
CODES = st.integers(0, 1)
VERIFIERS = [verifier(number) for number in range(3)]


def machine_on(line: Line) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        """Two incidents. What was last seen on scene, and what was overridden, is kept by hand."""

        @initialize()
        def begin(self) -> None:
            with transaction(line.database) as db:
                db.execute(
                    text("TRUNCATE incident, incident_step, observation, verify_request, report CASCADE")
                )
            self.codes = [report_by(line, number)[1] for number in range(2)]
            for code in self.codes:
                describe(line, code, ANA.name, FIELDS, "90033", line.clock())
            self.evidence: dict[str, list[tuple[datetime, bool]]] = {code: [] for code in self.codes}
            self.overridden: dict[str, datetime] = {}

        def tried(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
            try:
                act(*arguments, **named)
            except IncidentRefused:
                return False
            return True

        @rule(which=CODES, after=st.sampled_from(INCIDENT_STATES))
        def staff_take_a_step(self, which: int, after: IncidentState) -> None:
            code = self.codes[which]
            before = read(line, code)
            was_taken = self.tried(step, line, code, after, ANA.name, "because", line.clock())
            legal = after in STEPS[before.state] and before.merged_into_id is None
            if was_taken:
                assert legal
                assert read(line, code).state == after
                if after == "confirmed":
                    assert self.is_backed(code)
            else:
                assert read(line, code) == before
                assert not legal or after == "confirmed"

        @rule(which=CODES, who=st.integers(0, 2), word=st.sampled_from(["SEEN", "NOTHING", "OTHER"]))
        def a_verifier_texts(self, which: int, who: int, word: str) -> None:
            code = self.codes[which]
            says(line, VERIFIERS[who], f"{word} {code}")
            counts_for = self.whole(code)
            if read(line, counts_for).is_open:
                self.evidence[counts_for].append((line.clock(), word == "SEEN"))

        @rule(which=CODES, who=st.integers(0, 2), word=st.sampled_from(["GO", "NO"]))
        def a_verifier_answers(self, which: int, who: int, word: str) -> None:
            says(line, VERIFIERS[who], f"{word} {self.codes[which]}")

        @rule(which=CODES)
        def staff_ask_verifiers(self, which: int) -> None:
            self.tried(ask_verifiers, line, self.codes[which], ANA.name, "please look", line.clock())

        @rule(which=CODES)
        def staff_note(self, which: int) -> None:
            now = line.clock()
            self.tried(
                observe, line, self.codes[which], "note", ANA.name, now, now, words="they say it is ICE"
            )

        @rule(which=CODES, by=st.sampled_from([ANA.name, BO.name]))
        def staff_ask_for_an_override(self, which: int, by: str) -> None:
            self.tried(
                ask_override, line, self.codes[which], by, "agents are inside the church", line.clock()
            )

        @rule(which=CODES, by=st.sampled_from([ANA.name, BO.name]))
        def the_second_agrees(self, which: int, by: str) -> None:
            code = self.codes[which]
            before = read(line, code)
            if self.tried(agree_to_override, line, code, by, "I agree", line.clock()):
                assert before.override_asked_by not in {None, by}
                self.overridden[code] = line.clock()

        @rule(which=CODES)
        def staff_merge(self, which: int) -> None:
            self.tried(merge, line, self.codes[which], self.codes[1 - which], ANA.name, "same", line.clock())

        @rule(which=CODES)
        def staff_unmerge(self, which: int) -> None:
            self.tried(unmerge, line, self.codes[which], ANA.name, "not the same", line.clock())

        @rule(minutes=st.integers(1, 25))
        def time_passes(self, minutes: int) -> None:
            line.clock.pass_(minutes=minutes)  # type: ignore[attr-defined]
            keep_asking(line, line.clock())

        @invariant()
        def nothing_unverified_may_be_alerted(self) -> None:
            for code in getattr(self, "codes", ()):
                of = read(line, code)
                with transaction(line.database) as db:
                    may = may_alert(line, db, of, line.clock())
                assert may == (of.state == "confirmed" and of.merged_into_id is None and self.is_backed(code))
                assert (of.overridden_at is not None) == (code in self.overridden)

        @invariant()
        def the_timeline_tells_every_step_in_order(self) -> None:
            for code in getattr(self, "codes", ()):
                of = read(line, code)
                with transaction(line.database) as db:
                    steps = [
                        one for one in incident_steps.of_incidents(db, line.keyring, [of.id]) if one.after
                    ]
                states = [one.after for one in steps]
                assert states[0] == "reported"
                assert states[-1] == of.state
                assert all(after in STEPS[before] for before, after in pairwise(states))  # type: ignore[index]
                assert all(one.reason for one in steps[1:])

        def whole(self, code: str) -> str:
            into = read(line, code).merged_into_id
            return code if into is None else next(one for one in self.codes if read(line, one).id == into)

        def is_backed(self, code: str) -> bool:
            """A verifier saw it within 30 minutes and none found it gone since; or two people overrode."""
            part = [one for one in self.codes if one != code and self.whole(one) == code]
            known = [found for one in (code, *part) for found in self.evidence[one]]
            now = line.clock()
            gone = max((at for at, is_there in known if not is_there), default=None)
            is_seen = any(
                is_there and now - at <= WITHIN and (gone is None or at > gone) for at, is_there in known
            )
            overridden_at = self.overridden.get(code)
            return is_seen or (overridden_at is not None and now - overridden_at <= WITHIN)

    return Machine


@pytest.mark.timeout(240)
def test_only_legal_steps_and_nothing_unverified(database: Engine, flow: Flow, network: Network) -> None:
    line = with_verifiers(make_line(database, flow, network, clock=Clock()), 3)
    run_state_machine_as_test(
        machine_on(line),
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
