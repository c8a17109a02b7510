"""When to try again, and what an answer of the carrier makes of one text: pure, as a table."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal, assert_never
from zlib import crc32
from zoneinfo import ZoneInfo

from hotline.domain.delivery import DeliveryStatus
from hotline.domain.outcome import (
    RETRY_LIMIT,
    STATUS_AFTER,
    Accepted,
    NotBegun,
    Outcome,
    Reaction,
    Refused,
    Unknown,
)
from hotline.domain.timing import USUAL, Timing

# T-Mobile counts a brand's texts by the day at this place, whoever sends them where (error 30023).
DAY_OF: Final = ZoneInfo("America/Los_Angeles")
_PAST_MIDNIGHT: Final = timedelta(minutes=1)  # our clock may be ahead of theirs

# Refusals that say nothing of this text: they do not use up its tries.
_UNCOUNTED: Final[frozenset[Reaction]] = frozenset(
    {"slow_down", "slow_account", "hold", "hold_minute", "hold_day", "hold_account", "hold_text", "stop_all"}
)
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


@dataclass(frozen=True, slots=True)
class Rest:
    """Who sends nothing until when."""

    whose: Literal["sender", "account"]
    until: datetime


def rest_of(
    reaction: Reaction, retry_after_s: float | None, now: datetime, timing: Timing = USUAL
) -> Rest | None:
    """Who rests after a refusal; None when only this text does. What the carrier asks for wins.

    20429 is of the whole account: with a Retry-After all of it rests so long; without one fewer
    requests at once are enough (hotline.channels.twilio.inflight).
    """
    match reaction:
        case "hold":
            return Rest("sender", _after(now, retry_after_s, timing.hold_s))
        case "hold_minute":
            return Rest("sender", _after(now, retry_after_s, timing.minute_s))
        case "hold_day":
            return Rest("sender", now + timedelta(seconds=retry_after_s) if retry_after_s else midnight(now))
        case "hold_account":
            return Rest("account", _after(now, retry_after_s, timing.hold_s))
        case "slow_account":
            return Rest("account", _after(now, retry_after_s, timing.slow_down_s))
        case "slow_down" if retry_after_s:
            return Rest("account", _after(now, retry_after_s, timing.slow_down_s))
        case _:
            return None


def _after(now: datetime, retry_after_s: float | None, usual_s: float) -> datetime:
    return now + timedelta(seconds=usual_s if retry_after_s is None else retry_after_s)


def midnight(now: datetime) -> datetime:
    """When the carrier's next day has begun."""
    tomorrow = now.astimezone(DAY_OF).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), DAY_OF).astimezone(now.tzinfo) + _PAST_MIDNIGHT


def settle(
    outcome: Outcome,
    key: str,
    attempt: int,
    now: datetime,
    ends_at: datetime | None,
    timing: Timing = USUAL,
) -> Settled:
    """Decide what an outcome makes of a text that was tried `attempt` times before this one."""
    match outcome:
        case Accepted():
            return Settled(outcome.status, sid=outcome.sid)
        case Unknown():
            return Settled("unknown", reason="no_answer")
        case NotBegun():
            return Settled("pending", counted=0)
        case Refused():
            return _refused(outcome, key, attempt, now, ends_at, timing)
        case _:
            assert_never(outcome)


def _refused(
    refused: Refused, key: str, attempt: int, now: datetime, ends_at: datetime | None, timing: Timing
) -> Settled:
    counted = 0 if refused.reaction in _UNCOUNTED or refused.code == NOT_SENT else 1
    status = STATUS_AFTER[refused.reaction]
    if status not in {"pending", "held"}:
        return Settled(status, refused.reaction, refused.code)
    if refused.reaction == "retry" and counted and attempt + 1 >= RETRY_LIMIT:
        return Settled("failed", "tries_used", refused.code)
    again_at = now + wait_for(refused, key, attempt, now, timing)
    if ends_at is not None and again_at >= ends_at:
        return Settled("failed", "no_time", refused.code)
    return Settled(status, refused.reaction, refused.code, not_before=again_at, counted=counted)


def wait_for(refused: Refused, key: str, attempt: int, now: datetime, timing: Timing = USUAL) -> timedelta:
    """How long to wait: what the carrier asks for, else growing, bounded and spread over its length.

    The spread is drawn from the key and the try, so that it repeats itself in a test and still no
    two texts come back at one moment.
    """
    if refused.retry_after_s is not None:
        return timedelta(seconds=refused.retry_after_s + spread(key, attempt))
    rest = rest_of(refused.reaction, None, now, timing)
    if rest is not None:
        return rest.until - now
    match refused.reaction:
        case "slow_down":
            return timedelta(seconds=timing.slow_down_s * spread(key, attempt))
        case "hold_text" | "stop_all":
            return timedelta(seconds=timing.hold_s)
        case _:
            longest = min(timing.longest_wait_s, timing.first_wait_s * 2**attempt)
            return timedelta(seconds=max(1.0, longest * spread(key, attempt)))


def spread(key: str, attempt: int) -> float:
    """A number from 0 to 1 that looks like chance."""
    return crc32(f"{key}/{attempt}".encode()) / 0xFFFFFFFF


def valid_s(now: datetime, ends_at: datetime | None) -> int | None:
    """How long the carrier may hold a text; None when it has no end. Never less than a second."""
    if ends_at is None:
        return None
    return max(1, min(LONGEST_VALID_S, int((ends_at - now).total_seconds())))
