"""The buckets against a model that knows nothing of Redis: never above the rate, and nobody waits for ever.

The script is the real one on the real Redis, but for its clock, which a test must be able to move.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from hotline.store import rates as module
from hotline.store.rates import AGAIN_AFTER_S, Grant, Rates
from hotline.store.servers.supervisor import Supervisor

CLOCK = "test:clock"
BEGIN_US = 1_700_000_000_000_000
PERMITTED = {"+15005550006": (4.0, 1), "+15005550007": (50.0, 3), "+15005550008": (120.0, 7)}
ACCOUNT = (100.0, 6)
PROCESSES = 3
SENDERS = st.sampled_from(sorted(PERMITTED))
SIZES = st.integers(1, 4)
EVERYONE = "account"
MOMENTS_US = st.sampled_from([0, 1, 999, 10_000, 130_000, 1_000_000, 7_300_000])
SETTINGS = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


class Switched:
    """A script of ours by the test's clock, on a Redis that can be away."""

    def __init__(self, world: "World", source: str) -> None:
        assert "redis.call('TIME')" in source or "TIME" not in source
        timed = source.replace("redis.call('TIME')", f"redis.call('LRANGE', '{CLOCK}', 0, 1)")
        self._script = world.redis.register_script(timed)
        self._world = world

    def __call__(self, **how: Any) -> Any:
        if self._world.is_away:
            raise RedisGone
        return self._script(**how)


@dataclass
class World:
    """One clock for all, one Redis, and processes that draw from it."""

    redis: Redis
    now_us: int = 0
    is_away: bool = False
    grants: list[tuple[int, str, int]] = field(default_factory=list)

    def pass_(self, us: int) -> None:
        self.now_us += us
        at = BEGIN_US + self.now_us
        self.redis.delete(CLOCK)
        self.redis.rpush(CLOCK, at // 1_000_000, at % 1_000_000)

    def process(self) -> Rates:
        own = dict(PERMITTED)
        made = Rates(
            self.redis, 1.0, 1, lambda: self.now_us / 1e6, own=own, account=ACCOUNT, processes=PROCESSES
        )
        made._take_script = Switched(self, module._TAKE)  # type: ignore[assignment]
        made._give_script = Switched(self, module._GIVE)  # type: ignore[assignment]
        made._back_script = Switched(self, module._BACK)  # type: ignore[assignment]
        return made

    def note(self, sender: str, grant: Grant) -> None:
        if grant.segments:
            self.grants.append((self.now_us, sender, grant.segments))

    def excess(self, of: str, spare: int) -> float:
        """The most that any stretch held above rate times its length and burst; at most 0 is well."""
        per_s, burst = ACCOUNT if of == EVERYONE else PERMITTED[of]
        drawn = [(at, n) for at, sender, n in self.grants if of in {EVERYONE, sender}]
        worst = 0.0
        for first in range(len(drawn)):
            total = 0
            for at, segments in drawn[first:]:
                total += segments
                worst = max(worst, total - per_s * (at - drawn[first][0]) / 1e6 - max(burst, spare))
        return worst


@dataclass
class Reference:
    """A bucket on paper, in exact fractions."""

    per_s: float
    burst: int
    left: Fraction = Fraction(0)
    at_us: int = 0

    def fill(self, now_us: int, least: int) -> None:
        gathered = Fraction(self.per_s) * (now_us - self.at_us) / 1_000_000
        self.left = min(Fraction(max(self.burst, least)), self.left + gathered)
        self.at_us = now_us


class Buckets(RuleBasedStateMachine):
    """Two processes on one Redis: what they are granted is what the model grants, text by text."""

    redis: Redis

    def __init__(self) -> None:
        super().__init__()
        self.redis.flushdb()
        self.world = World(self.redis)
        self.world.pass_(0)
        self.processes = [self.world.process() for _ in range(2)]
        self.model: dict[str, Reference] = {}
        self.last: tuple[str, int] | None = None

    def _filled(self, name: str, least: int) -> Reference:
        rate, burst = ACCOUNT if name == EVERYONE else PERMITTED[name]
        found = self.model.setdefault(name, Reference(rate, burst, at_us=self.world.now_us))
        found.fill(self.world.now_us, least)
        return found

    @rule(us=MOMENTS_US)
    def wait(self, us: int) -> None:
        self.world.pass_(us)

    @rule(which=st.integers(0, 1), sender=SENDERS, least=SIZES, more=st.integers(0, 30))
    def take(self, which: int, sender: str, least: int, more: int) -> None:
        own, account = self._filled(sender, least), self._filled(EVERYONE, least)
        grant = self.processes[which].take(sender, least, least + more)
        room = min(own.left, account.left)
        slack = Fraction(1, 1000)  # Redis counts in floating point
        if grant.segments:
            assert least <= grant.segments <= least + more
            assert grant.segments <= room + slack
            assert grant.segments >= min(least + more, int(room - slack))
            own.left -= grant.segments
            account.left -= grant.segments
            self.world.note(sender, grant)
            self.last = (sender, grant.segments)
        else:
            worth = max(least, min(least + more, own.burst // 3, int(own.per_s * module.BURST_S / 3)))
            assert own.left < worth + slack or account.left < least + slack
            lacks = [(worth - own.left) / Fraction(own.per_s), (least - account.left) / Fraction(ACCOUNT[0])]
            lacks_s = max(float(lack) for lack in lacks)
            assert lacks_s - 0.001 <= grant.wait_s <= lacks_s + 0.002

    @rule(which=st.integers(0, 1))
    def give_back(self, which: int) -> None:
        if self.last is None:
            return
        sender, segments = self.last
        self.processes[which].give_back(sender, segments)
        for name in (sender, EVERYONE):
            one = self.model[name]
            one.left = min(max(one.left, Fraction(one.burst)), one.left + segments)
        self.world.grants.reverse()
        self.world.grants.remove(
            next(grant for grant in self.world.grants if grant[1:] == (sender, segments))
        )
        self.world.grants.reverse()
        self.last = None

    @rule(which=st.integers(0, 1), sender=SENDERS, least=SIZES)
    def whoever_waits_as_long_as_told_has_it(self, which: int, sender: str, least: int) -> None:
        for _ in range(3):
            self._filled(sender, least)
            self._filled(EVERYONE, least)
            grant = self.processes[which].take(sender, least, least)
            if grant.segments:
                break
            self.world.pass_(round(grant.wait_s * 1e6) + 1)
        assert grant.segments == least
        for name in (sender, EVERYONE):
            self._filled(name, least).left -= least
        self.world.note(sender, grant)
        self.last = None

    @rule()
    def redis_is_wiped(self) -> None:
        self.redis.delete(*(f"hotline:rate:{name}" for name in (*PERMITTED, EVERYONE)))
        self.model.clear()
        self.last = None

    @invariant()
    def never_above_the_rate_in_any_stretch(self) -> None:
        for name in (*PERMITTED, EVERYONE):
            assert self.world.excess(name, spare=4) <= 0.01


class Outages(RuleBasedStateMachine):
    """Redis goes and comes back under several processes: still never above, and never a stop."""

    redis: Redis

    def __init__(self) -> None:
        super().__init__()
        self.redis.flushdb()
        self.world = World(self.redis)
        self.world.pass_(0)
        self.processes = [self.world.process() for _ in range(PROCESSES)]

    @rule(us=MOMENTS_US)
    def wait(self, us: int) -> None:
        self.world.pass_(us)

    @rule(which=st.integers(0, PROCESSES - 1), sender=SENDERS, least=SIZES, more=st.integers(0, 30))
    def take(self, which: int, sender: str, least: int, more: int) -> None:
        self.world.note(sender, self.processes[which].take(sender, least, least + more))

    @rule(sender=SENDERS, steps=st.integers(1, 30), us=st.integers(1000, 60_000))
    def all_draw_as_fast_as_they_may(self, sender: str, steps: int, us: int) -> None:
        for _ in range(steps):
            for process in self.processes:
                self.world.note(sender, process.take(sender, 1, 20))
            self.world.pass_(us)

    @rule(sender=SENDERS)
    def redis_goes(self, sender: str) -> None:
        """All see it. One that alone had lost it would add its share, as the room says."""
        self.world.is_away = True
        for process in self.processes:
            self.world.note(sender, process.take(sender, 1, 20))

    @rule()
    def redis_comes_back(self) -> None:
        self.world.is_away = False

    @rule(which=st.integers(0, PROCESSES - 1), sender=SENDERS, least=SIZES)
    def nobody_waits_for_ever(self, which: int, sender: str, least: int) -> None:
        spent_s = 0.0
        for _ in range(40):
            grant = self.processes[which].take(sender, least, least)
            if grant.segments:
                break
            self.world.pass_(round(grant.wait_s * 1e6) + 1)
            spent_s += grant.wait_s
        self.world.note(sender, grant)
        assert grant.segments == least
        assert spent_s <= PROCESSES * (least + 4) / PERMITTED[sender][0] + 4 * AGAIN_AFTER_S

    @invariant()
    def never_above_the_rate_but_by_a_text_of_each_process(self) -> None:
        for name in (*PERMITTED, EVERYONE):
            burst = (ACCOUNT if name == EVERYONE else PERMITTED[name])[1]
            assert self.world.excess(name, spare=burst + 4 * PROCESSES) <= 0.01


@pytest.mark.parametrize("machine", [Buckets, Outages])
def test_the_rate_is_never_exceeded_and_nobody_starves(machine: Any, redis: Redis) -> None:
    class Here(machine):  # type: ignore[misc]
        pass

    Here.redis = redis
    run_state_machine_as_test(Here, settings=SETTINGS)


@settings(SETTINGS, max_examples=25)
@given(
    begins_us=st.lists(st.integers(0, 450_000), min_size=PROCESSES, max_size=PROCESSES),
    away_us=st.integers(500_000, 1_200_000),
)
def test_what_gathered_while_redis_was_away_is_not_drawn_once_more(
    redis: Redis, begins_us: list[int], away_us: int
) -> None:
    """All have drawn their shares meanwhile, and some see later than others that it is back."""
    redis.flushdb()
    world = World(redis)
    world.pass_(0)
    processes, sender = [world.process() for _ in range(PROCESSES)], max(PERMITTED)
    processes[0].take(sender, 1, 1)
    world.pass_(500_000)
    goes_us = world.now_us + 200_000
    while world.now_us < goes_us + away_us + 1_500_000:
        world.is_away = goes_us <= world.now_us < goes_us + away_us
        for process, begins in zip(processes, begins_us, strict=True):
            if not world.is_away or world.now_us >= goes_us + begins:
                world.note(sender, process.take(sender, 1, 20))
        world.pass_(20_000)
    for name in (sender, EVERYONE):
        assert world.excess(name, spare=0) <= 0.01
    back_for_s = 1.5 - 2 * AGAIN_AFTER_S
    since = [n for at, _, n in world.grants if at > goes_us + away_us]
    assert sum(since) >= 0.8 * ACCOUNT[0] * back_for_s
