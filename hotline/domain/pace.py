"""When to try again, and what an answer of the carrier makes of one text: pure, as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from zlib import crc32

from hotline.domain.delivery import DeliveryStatus
from hotline.domain.outcome import RETRY_LIMIT, STATUS_AFTER, Accepted, Outcome, Reaction, Refused, Unknown

FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 900.0
SLOW_DOWN_S: Final = 2.0  # 429: not processed, always safe to ask again (carrier error 20429)
HOLD_S: Final = 900.0  # when the carrier does not say how long its allowance is used up

# Refusals that say nothing of this text: they do not use up its tries.
_UNCOUNTED: Final[frozenset[Reaction]] = frozenset({"slow_down", "hold", "stop_all"})
NOT_SENT: Final = 0  # no code of the carrier: no byte of the request ever left us
LONGEST_VALID_S: Final = 36_000  # twilio.md 4: ValidityPeriod 1 to 36,000


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one row: `counted` is 1 when the try counts, `reason` None when all is well."""

    status: DeliveryStatus
    reason: str | None = None
    code: int | None = None
    sid: str | None = None
    not_before: datetime | None = None
    counted: int = 1


def settle(outcome: Outcome, key: str, attempt: int, now: datetime, ends_at: datetime | None) -> Settled:
    """Decide what an outcome makes of a text that was tried `attempt` times before this one."""
    match outcome:
        case Accepted():
            return Settled(outcome.status, sid=outcome.sid)
        case Unknown():
            return Settled("unknown", reason="no_answer")
        case Refused():
            return _refused(outcome, key, attempt, now, ends_at)
        case _:
            assert_never(outcome)


def _refused(refused: Refused, key: str, attempt: int, now: datetime, ends_at: datetime | None) -> Settled:
    counted = 0 if refused.reaction in _UNCOUNTED or refused.code == NOT_SENT else 1
    status = STATUS_AFTER[refused.reaction]
    if status not in {"pending", "held"}:
        return Settled(status, refused.reaction, refused.code)
    if refused.reaction == "retry" and counted and attempt + 1 >= RETRY_LIMIT:
        return Settled("failed", "tries_used", refused.code)
    again_at = now + wait_for(refused, key, attempt)
    if ends_at is not None and again_at >= ends_at:
        return Settled("failed", "no_time", refused.code)
    return Settled(status, refused.reaction, refused.code, not_before=again_at, counted=counted)


def wait_for(refused: Refused, key: str, attempt: int) -> timedelta:
    """How long to wait: what the carrier asks for, else growing, bounded and spread over its length.

    The spread is drawn from the key and the try, so that it repeats itself in a test and still no
    two texts come back at one moment.
    """
    if refused.retry_after_s is not None:
        return timedelta(seconds=refused.retry_after_s + spread(key, attempt))
    match refused.reaction:
        case "slow_down":
            return timedelta(seconds=SLOW_DOWN_S * spread(key, attempt))
        case "hold" | "stop_all":
            return timedelta(seconds=HOLD_S)
        case _:
            longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt)
            return timedelta(seconds=max(1.0, longest * spread(key, attempt)))


def spread(key: str, attempt: int) -> float:
    """A number from 0 to 1 that looks like chance."""
    return crc32(f"{key}/{attempt}".encode()) / 0xFFFFFFFF


def valid_s(now: datetime, ends_at: datetime | None) -> int | None:
    """How long the carrier may hold a text; None when it has no end. Never less than a second."""
    if ends_at is None:
        return None
    return max(1, min(LONGEST_VALID_S, int((ends_at - now).total_seconds())))
