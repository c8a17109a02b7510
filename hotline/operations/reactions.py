"""What we do about a refusal, whether it is the carrier's answer or comes later in a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

import structlog
from sqlalchemy import Connection

from hotline.catalogs import sentence
from hotline.domain.outcome import Reaction
from hotline.domain.pace import rest_of
from hotline.operations.line import Line
from hotline.operations.telling import tell_dispatchers
from hotline.store import audit, broadcasts, consents, deliveries, health, marks, recipients, senders
from hotline.store.parcels import DeliveryKey, Key

_log = structlog.get_logger()

STOPPED: Final = "sending_stopped"

# In English; the catalogs in `locales/` say them in other languages.
FILTERED: Final = sentence("The carrier filters alert {CODE} as spam ({ERROR}). It is paused: please look.")
FILTERED_LATE: Final = sentence(
    "The carrier filtered texts of alert {CODE} as spam ({ERROR}): they did not arrive. Please look."
)
ALL_STOPPED: Final = sentence(
    "The carrier does not let us send ({ERROR}). All texts are stopped: an admin must look."
)


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
    for broadcast_id, filtered in _filtered(refusals).items():
        wakes |= _stop_batch(line, db, broadcast_id, filtered, now)
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
        case "stop_all":
            return _stop_all(line, db, refusal, now)
        case "fault":
            _log.error("carrier.fault", key=str(refusal.key), code=refusal.code)
        case "permanent" | "retry" | "slow_down" | "slow_account":
            pass
        case "stop_batch":  # of a broadcast as a whole; a lone text is no batch
            _log.error("carrier.filtered", key=str(refusal.key), code=refusal.code)
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


def _filtered(refusals: Sequence[Refusal]) -> dict[int, list[Refusal]]:
    found: dict[int, list[Refusal]] = {}
    for refusal in refusals:
        if refusal.reaction == "stop_batch" and isinstance(refusal.key, DeliveryKey):
            found.setdefault(refusal.key.broadcast_id, []).append(refusal)
    return found


def _stop_batch(
    line: Line, db: Connection, broadcast_id: int, filtered: Sequence[Refusal], now: datetime
) -> set[str]:
    """Filtered as spam: more of the same would cost the sender its name. A person decides, and is told once.

    It mostly comes in receipts, one for each text, when all may have gone out: then a person is told all
    the same. Receipts of texts that were asked for before people were told say nothing new, also after
    somebody resumed; those of later ones stop it again.
    """
    seqs = [refusal.key.seq for refusal in filtered if isinstance(refusal.key, DeliveryKey)]
    asked_at = deliveries.last_asked(db, broadcast_id, seqs) or now
    error = filtered[0].code
    if not marks.put_after(db, f"filtered.{broadcast_id}", str(error), now, asked_at):
        return set()
    is_paused = broadcasts.move(db, broadcast_id, ("sending", "held"), "paused", f"filtered {error}")
    code = broadcasts.alert_code(db, broadcast_id)
    if is_paused:
        audit.record(db, "carrier", "broadcast.pause", code, now, {"code": error})
    tell_dispatchers(line, db, FILTERED if is_paused else FILTERED_LATE, now, CODE=code, ERROR=str(error))
    _log.error("carrier.filtered", alert=code, code=error)
    return {"messages"}


def _stop_all(line: Line, db: Connection, refusal: Refusal, now: datetime) -> set[str]:
    if not marks.put(db, STOPPED, str(refusal.code), now):
        return set()
    audit.record(db, "carrier", "sending.stop", "all", now, {"code": refusal.code})
    tell_dispatchers(line, db, ALL_STOPPED, now, ERROR=str(refusal.code))
    _log.critical("carrier.stopped_us", code=refusal.code)
    return {"messages"}
