"""What goes wrong on request: a plan of faults by number and by chance, drawn from a seeded source."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Fault = Literal[
    "too_many_requests",  # 429 / 20429: not processed
    "server_error_before",  # 503: not processed
    "server_error_after",  # 500 although the message was accepted
    "reset_before",  # connection reset, not processed
    "lost_answer",  # accepted, then the connection closes without an answer
    "early_callback",  # the first callback arrives before the REST answer
    "doubled_callback",
    "reordered_callback",  # delivered before sent
    "lost_callback",
]
FAULTS: Final[frozenset[str]] = frozenset(get_args(Fault))
FINAL_CODES: Final[dict[int, str]] = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30017: "Carrier network congestion",
    30034: "Message from an unregistered number",
}


class BadPlan(ValueError):
    """The plan names what does not exist; the text says what."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`counts`: the next n times, surely. `odds`: chance each time, 0 to 1. Codes: final failures."""

    counts: Mapping[str, int] = field(default_factory=dict)
    odds: Mapping[str, float] = field(default_factory=dict)
    code_odds: Mapping[int, float] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    latency_s: float | None = None  # before a REST answer
    webhook_latency_s: float = 0.0
    list_delay_s: float = 0.0  # new messages show up late in GET lists
    rate_per_sender: float | None = None
    queue_s: float | None = None


def read_plan(data: Mapping[str, Any]) -> Plan:
    """A plan from JSON. Raises BadPlan."""
    known = {"counts", "odds", "codes", "numbers"} | set(_SECONDS)
    if unknown := sorted(set(data) - known):
        raise BadPlan(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    counts, odds = data.get("counts", {}), data.get("odds", {})
    if unknown := sorted((set(counts) | set(odds)) - FAULTS):
        raise BadPlan(f"unknown faults: {', '.join(unknown)}; known: {', '.join(sorted(FAULTS))}")
    codes = {int(code): float(chance) for code, chance in data.get("codes", {}).items()}
    numbers = {str(number): int(code) for number, code in data.get("numbers", {}).items()}
    if unknown_codes := sorted((set(codes) | set(numbers.values())) - set(FINAL_CODES)):
        raise BadPlan(f"unknown final codes: {unknown_codes}; known: {sorted(FINAL_CODES)}")
    seconds = {name: float(data[name]) for name in _SECONDS if data.get(name) is not None}
    return Plan(dict(counts), dict(odds), codes, numbers, **seconds)


_SECONDS: Final = ("latency_s", "webhook_latency_s", "list_delay_s", "rate_per_sender", "queue_s")


class Misbehaviour:
    """The plan in force; `draw` decides each time."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311  chance for tests, repeatable by seed
        self.plan = Plan()
        self._left: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def obey(self, plan: Plan) -> None:
        self.plan = plan
        self._left = Counter(plan.counts)

    def draw(self, fault: Fault) -> bool:
        """Does this fault happen now?"""
        if self._left[fault] > 0:
            self._left[fault] -= 1
        elif not self._happens(self.plan.odds.get(fault, 0.0)):
            return False
        self.done[fault] += 1
        return True

    def final_code(self, number: str) -> int | None:
        """The failure in which a message to this number ends, if any."""
        if number in self.plan.numbers:
            return self.plan.numbers[number]
        for code, chance in self.plan.code_odds.items():
            if self._happens(chance):
                self.done[str(code)] += 1
                return code
        return None

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance
