"""Learning how much may be under way: any order of answers, refusals and waits, against a plain model."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hotline.channels.twilio.inflight import BEGIN, CALM_S, InFlight

MOST = 32


class Learning(RuleBasedStateMachine):
    """Up by one for a calm second, down by half for a refusal, still while the carrier asks to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.places = InFlight(MOST, lambda: self.now)
        self.halved_at = -1000.0
        self.calm_since = self.now

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(count=st.integers(1, 40))
    def answers(self, count: int) -> None:
        before = self.places.limit
        for _ in range(count):
            self.places.heard(too_many=False)
        is_calm = self.now - self.calm_since >= CALM_S
        assert self.places.limit == min(MOST, before + 1 if is_calm else before)
        if self.places.limit > before:
            self.calm_since = self.now

    @rule(count=st.integers(1, 40), retry_after_s=st.sampled_from([0.0, 1.0, 7.0]))
    def refusals(self, count: int, retry_after_s: float) -> None:
        before = self.places.limit
        for _ in range(count):
            self.places.heard(too_many=True, retry_after_s=retry_after_s)
        is_new = self.now - self.halved_at >= CALM_S
        assert self.places.limit == (max(1, before // 2) if is_new else before)
        if is_new:
            self.halved_at = self.now
        self.calm_since = max(self.calm_since, self.now + retry_after_s)

    @rule()
    def the_carrier_is_content_for_long(self) -> None:
        """Whatever came before, all places are found again."""
        self.now += 10.0
        for _ in range(MOST):
            self.now += CALM_S
            self.places.heard(too_many=False)
        assert self.places.limit == MOST
        self.calm_since = self.now

    @invariant()
    def never_none_and_never_more_than_the_most(self) -> None:
        assert 1 <= self.places.limit <= MOST
        assert BEGIN <= MOST


def test_it_adds_slowly_halves_fast_and_waits_as_it_is_told() -> None:
    run_state_machine_as_test(
        Learning, settings=settings(max_examples=200, stateful_step_count=40, deadline=None, database=None)
    )
