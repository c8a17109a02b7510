"""What we do about a refusal, whether it is the carrier's answer or comes later in a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

import structlog
from sqlalchemy import Connection

from hotline.domain.outcome import Reaction
from hotline.domain.pace import rest_of
from hotline.operations.line import Line
from hotline.operations.telling import tell_dispatchers
from hotline.store import audit, broadcasts, consents, health, marks, recipients, senders
from hotline.store.parcels import DeliveryKey, Key

_log = structlog.get_logger()

STOPPED: Final = "sending_stopped"

# In English; the catalogs in `locales/` say them in other languages.
FILTERED: Final = "The carrier filters alert {CODE} as spam ({ERROR}). It is paused: please look."
ALL_STOPPED: Final = "The carrier does not let us send ({ERROR}). All texts are stopped: an admin must look."


@dataclass(frozen=True, slots=True)
class Refusal:
    """The carrier's no to one text, and what its code asks of us."""

    key: Key
    sender: str | None
    code: int
    reaction: Reaction
    retry_after_s: float | None = None


def react(line: Line, db: Connection, refusals: Sequence[Refusal], now: datetime) -> list[str]:
    """Do what refusals ask for, in the transaction that settles them. Returns the jobs to wake after it."""
    if not refusals:
        return []
    wakes: set[str] = set()
    whose = recipients.of(db, [r.key for r in refusals if r.reaction in {"opted_out", "bad_number"}])
    for (sender, code), until in _rests(line, refusals, now).items():
        senders.rest(db, sender, code, until)
    for refusal in refusals:
        wakes |= _react(line, db, refusal, whose.get(refusal.key), now)
    return sorted(wakes)


def _react(
    line: Line, db: Connection, refusal: Refusal, whose: "recipients.Recipient | None", now: datetime
) -> set[str]:
    match refusal.reaction:
        case "opted_out":
            if whose:
                _opt_out(line, db, refusal, whose, now)
        case "bad_number":
            if whose:
                health.failed(db, [whose.phone_hash], refusal.code, now)
        case "stop_batch":
            return _stop_batch(line, db, refusal, now)
        case "stop_all":
            return _stop_all(line, db, refusal, now)
        case "fault":
            _log.error("carrier.fault", key=str(refusal.key), code=refusal.code)
        case "permanent" | "retry" | "slow_down" | "slow_account":
            pass
        case "hold" | "hold_minute" | "hold_day" | "hold_account" | "hold_text":
            pass
        case _:
            assert_never(refusal.reaction)
    return set()


def _rests(line: Line, refusals: Sequence[Refusal], now: datetime) -> dict[tuple[str, int], datetime]:
    """Who rests, for which code, until when: a batch that is refused as a whole is one event."""
    ends: dict[tuple[str, int], datetime] = {}
    for refusal in refusals:
        rest = rest_of(refusal.reaction, refusal.retry_after_s, now, line.timing)
        if rest is None:
            continue
        resting = {refusal.sender} if rest.whose == "sender" else {refusal.sender, senders.ACCOUNT}
        for sender in resting - {None}:
            key = (str(sender), refusal.code)
            ends[key] = max(rest.until, ends.get(key, rest.until))
    return ends


def _opt_out(
    line: Line, db: Connection, refusal: Refusal, whose: "recipients.Recipient", now: datetime
) -> None:
    """The person told the carrier to stop: we stop too, and keep the carrier's block apart (decisions 3)."""
    if refusal.sender:
        consents.block(db, whose.phone_hash, refusal.sender, now)
    if consents.is_suppressed(db, [whose.phone_hash]):
        return
    words = str(refusal.code)
    consents.record(
        db,
        line.keyring,
        whose.contact_id,
        whose.phone_hash,
        "carrier_stop",
        words,
        whose.language,
        "sms",
        "carrier",
        now,
    )
    consents.suppress(db, whose.phone_hash, "carrier_stop", now)


def _stop_batch(line: Line, db: Connection, refusal: Refusal, now: datetime) -> set[str]:
    """Filtered as spam: more of the same would cost the sender its name. A person decides."""
    if not isinstance(refusal.key, DeliveryKey):
        return set()
    if not broadcasts.move(db, refusal.key.broadcast_id, ("sending",), "paused", f"filtered {refusal.code}"):
        return set()
    code = broadcasts.alert_code(db, refusal.key.broadcast_id)
    audit.record(db, "carrier", "broadcast.pause", code, now, {"code": refusal.code})
    tell_dispatchers(line, db, FILTERED, now, CODE=code, ERROR=str(refusal.code))
    _log.error("carrier.filtered", alert=code, code=refusal.code)
    return {"messages"}


def _stop_all(line: Line, db: Connection, refusal: Refusal, now: datetime) -> set[str]:
    if not marks.put(db, STOPPED, str(refusal.code), now):
        return set()
    audit.record(db, "carrier", "sending.stop", "all", now, {"code": refusal.code})
    tell_dispatchers(line, db, ALL_STOPPED, now, ERROR=str(refusal.code))
    _log.critical("carrier.stopped_us", code=refusal.code)
    return {"messages"}
