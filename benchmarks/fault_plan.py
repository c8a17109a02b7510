"""What one run does, drawn from its seed alone: who is texted, who is killed when, what the carrier does."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

Blow = Literal[
    "kill_send",
    "kill_other_send",
    "kill_receipts",
    "kill_rest",
    "kill_web",
    "kill_database",
    "kill_redis",  # its journal is kept: up to a second is lost
    "flush_redis",
    "wipe_redis",  # killed, and its journal is gone
    "pause",  # a person pauses the alert and lets it go on
]
BLOWS: Final[tuple[Blow, ...]] = get_args(Blow)
WEIGHTS: Final[dict[Blow, int]] = {
    "kill_send": 4,
    "kill_other_send": 4,
    "kill_receipts": 3,
    "kill_rest": 2,
    "kill_web": 2,
    "kill_database": 2,
    "kill_redis": 1,
    "flush_redis": 2,
    "wipe_redis": 1,
    "pause": 1,
}
FEWEST, MOST = 150, 400
BLOWS_WITHIN_S: Final = 2.5

# Each with the most that is drawn; the sum leaves the carrier mostly sane, as it is on its worst morning.
ODDS: Final[dict[str, float]] = {
    "too_many_requests": 0.10,
    "server_error_before": 0.08,
    "server_error_after": 0.08,
    "reset_before": 0.08,
    "lost_answer": 0.10,
    "early_callback": 0.30,
    "doubled_callback": 0.40,
    "reordered_callback": 0.40,
    "lost_callback": 0.30,
}


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow, so long after the release."""

    at_s: float
    blow: Blow


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `ends_in_s` is an end in the middle of the sending; `stops` people text STOP meanwhile."""

    seed: int
    recipients: int
    alerts: int
    strikes: tuple[Strike, ...]
    carrier: Mapping[str, Any]
    ends_in_s: float | None
    stops: int

    @property
    def loses_receipts(self) -> bool:
        """May receipts be missing until the carrier is asked? (Redis forgets, or they never came.)"""
        losing = {"kill_redis", "flush_redis", "wipe_redis", "kill_web"}
        return bool(self.carrier["odds"].get("lost_callback")) or any(s.blow in losing for s in self.strikes)

    def told(self) -> dict[str, Any]:
        """For people, when it failed."""
        strikes = [f"{strike.at_s:.2f} {strike.blow}" for strike in self.strikes]
        return {"recipients": self.recipients, "strikes": strikes, "carrier": self.carrier,
                "ends_in_s": self.ends_in_s, "stops": self.stops}  # fmt: skip


def draw(seed: int, recipients: int | None = None) -> Plan:
    """The plan of a seed; `recipients` in place of the number that is drawn."""
    chance = random.Random(seed)
    people = chance.randint(FEWEST, MOST)
    plan = Plan(
        seed=seed,
        recipients=people,
        alerts=chance.choice((1, 1, 2)),
        strikes=_strikes(chance),
        carrier=_carrier(chance),
        ends_in_s=chance.uniform(1.0, 4.0) if chance.random() < 0.15 else None,
        stops=chance.randint(0, 6),
    )
    return replace(plan, recipients=recipients or people)


def _strikes(chance: random.Random) -> tuple[Strike, ...]:
    blows = chance.choices(BLOWS, [WEIGHTS[blow] for blow in BLOWS], k=chance.choice((0, 1, 2, 3, 3, 4, 5)))
    return tuple(
        sorted((Strike(chance.uniform(0.05, BLOWS_WITHIN_S), blow) for blow in blows), key=lambda s: s.at_s)
    )


def _carrier(chance: random.Random) -> dict[str, Any]:
    odds = {fault: chance.uniform(0, most) for fault, most in ODDS.items() if chance.random() < 0.6}
    if chance.random() < 0.3:  # no receipt helps: only the carrier's list tells what became of a lost answer
        odds["lost_callback"] = chance.uniform(0.8, 1.0)
    return {
        "odds": odds,
        "codes": {str(code): 0.02 for code in chance.sample((30003, 30005, 30006, 30008, 30017), 2)},
        "latency_s": chance.choice((0.0, 0.005, 0.02, 0.05)),
        "webhook_latency_s": chance.choice((0.0, 0.0, 0.05, 0.3)),
        "list_delay_s": chance.choice((0.0, 0.3, 0.8)),
    }


def calmed(carrier: Mapping[str, Any]) -> dict[str, Any]:
    """When the storm is over: what was there stays slow, and nothing more goes wrong."""
    return {"latency_s": 0.0, "list_delay_s": carrier["list_delay_s"]}
