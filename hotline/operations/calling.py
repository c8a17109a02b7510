"""Alerts by call: place the calls of a batch, say the alert to whoever picks up, settle how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import TEMPLATES
from hotline.domain.call import (
    AGAIN_KEY,
    CALL_AGAIN_AFTER,
    CALL_ENDS,
    MOST_TIMES,
    RING_S,
    STOP_KEY,
    STOP_WORDS,
    listener,
)
from hotline.domain.outcome import Outcome, Reaction
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Gate, Ring
from hotline.flow.library import TEST_CALL, Library
from hotline.flow.reply import Part
from hotline.flow.texts import placeholders
from hotline.operations import receipts
from hotline.operations.line import Line
from hotline.store import calls, consents, contacts
from hotline.store.calls import Spoken
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, Parcel
from hotline.store.receipts import Receipt

FAX: Final = "fax"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the phone says now, and the keys that lead to another step; without keys it hangs up."""

    parts: tuple[Part, ...] = ()
    keys: str = ""


def place_calls(line: Line, parcels: Sequence[Parcel], gate: Gate) -> Sequence[Outcome]:
    """Ask the carrier to call each number; outcomes in order. Every number is known."""
    return line.caller.ring_all([_ring(parcel) for parcel in parcels], gate)


def _ring(parcel: Parcel) -> Ring:
    assert parcel.to is not None
    return Ring(
        parcel.to,
        f"/twilio/voice/alert/{parcel.key}?n=1",
        f"/twilio/status/alert/{parcel.key}?n={parcel.fence}",
        RING_S,
        waits_for_machine=True,
    )


def hear(line: Line, key: DeliveryKey, n: int, keys: str, answered_by: str, now: datetime) -> Heard:
    """Step `n` of a call, from 1; the same step taken twice does the same.

    A machine hears the alert once, after its beep. A person may hear it again twice, or stop all
    alerts. Whoever opted out since the phone rang hears nothing.
    """
    library = line.library()
    with transaction(line.database) as db:
        spoken = calls.read(db, line.keyring, key)
        if spoken is None:
            return Heard()
        if keys == STOP_KEY:
            _stop(line, db, spoken, now)
            return Heard((library.part("v_alert_stopped", spoken.language, "voice"),))
        who = listener(answered_by) if n == 1 else "person"
        if who == "nobody" or n > MOST_TIMES or (n > 1 and keys != AGAIN_KEY):
            return Heard()
        if consents.is_suppressed(db, [spoken.phone_hash]):
            return Heard()
    alert = _alert(line, library, spoken)
    if who == "machine":
        return Heard((alert,))
    is_last = n == MOST_TIMES
    offer = "v_alert_last" if is_last else "v_alert_keys"
    parts = (alert, library.part(offer, spoken.language, "voice"))
    return Heard(parts, STOP_KEY if is_last else AGAIN_KEY + STOP_KEY)


def _alert(line: Line, library: Library, spoken: Spoken) -> Part:
    """As it was released. A recorded clip stands for it where nothing in it changes from alert to alert."""
    template = TEMPLATES[spoken.kind]
    written = line.flow.texts[template].voice.get(spoken.language, "")
    clip = library.clips.get((template, spoken.language))
    part = Part(spoken.language, spoken.wording, None if placeholders(written) - {"ORG"} else clip)
    return replace(part, wording=TEST_CALL + part.wording) if library.prefix else part


def _stop(line: Line, db: Connection, spoken: Spoken, now: datetime) -> None:
    """Stop what we start, on every channel (decisions 3); a second press finds it done."""
    number = contacts.number_of(db, line.keyring, spoken.contact_id)
    hashes = _hashes(line, number, spoken.phone_hash)
    if consents.is_opted_out(db, hashes):
        return
    consents.record(
        db,
        line.keyring,
        spoken.contact_id,
        spoken.phone_hash,
        "opt_out",
        STOP_WORDS,
        spoken.language,
        "voice",
        "person",
        now,
    )
    for phone_hash in hashes:
        consents.suppress(db, phone_hash, "opt_out", now)


def _hashes(line: Line, number: PhoneNumber | None, known: bytes) -> list[bytes]:
    """Under every key: while keys rotate the contact may still be known under an older one."""
    return sorted({known, *(line.keyring.lookups(number) if number else ())})


def settle_call(
    line: Line,
    key: DeliveryKey,
    fence: int,
    sid: str,
    status: str,
    answered_by: str = "",
    code: int | None = None,
    reaction: Reaction | None = None,
) -> None:
    """Write how a call ended. `fence` tells which try it was; `code` and `reaction` say why it failed.

    Busy, away or out of order: called once more, later, if the alert still holds then.
    """
    end = CALL_ENDS.get(status)
    if end is None:
        return
    if end == "heard" and answered_by != FAX:
        receipts.settle(line, [Receipt(key, sid, "delivered")])
    elif end == "failed" or reaction in {"bad_number", "permanent"}:
        receipts.settle(line, [Receipt(key, sid, "failed", code, reaction)])
    else:
        _unheard(line, key, fence, sid, FAX if end == "heard" else status.replace("-", "_"))


def _unheard(line: Line, key: DeliveryKey, fence: int, sid: str, reason: str) -> None:
    now = line.clock()
    with transaction(line.database) as db:
        if reason == FAX or not calls.again(db, key, fence, reason, now + CALL_AGAIN_AFTER, now):
            calls.unheard(db, key, fence, sid, reason, now)
