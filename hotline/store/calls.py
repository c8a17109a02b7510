"""Deliveries that go out as calls: what is said, and what becomes of a call that nobody heard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.domain.alert import AlertKind
from hotline.domain.call import CALLS, TRIES
from hotline.domain.language import Language
from hotline.store.broadcasts import spoken_place
from hotline.store.parcels import DeliveryKey
from hotline.store.sealing import Keyring
from hotline.store.standing import move


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one call says: the wording that was released, in the person's language."""

    kind: AlertKind
    language: Language
    wording: str
    contact_id: int
    phone_hash: bytes


_READ = text(
    "SELECT a.kind, d.language, b.spoken_ct, c.id, c.phone_hash FROM delivery d"
    " JOIN broadcast o ON o.id = d.broadcast_id JOIN alert a ON a.id = o.alert_id"
    " JOIN broadcast_body b ON b.broadcast_id = d.broadcast_id AND b.language = d.language"
    " JOIN contact c ON c.id = d.contact_id"
    " WHERE d.broadcast_id = :id AND d.seq = :seq AND d.sender = :calls AND b.spoken_ct IS NOT NULL"
)


def read(db: Connection, keyring: Keyring, key: DeliveryKey) -> Spoken | None:
    """What the call of a delivery says; None when it is no call, or its contact is gone."""
    values = {"id": key.broadcast_id, "seq": key.seq, "calls": CALLS}
    row = db.execute(_READ, values).one_or_none()
    if row is None:
        return None
    wording = keyring.open(row.spoken_ct, spoken_place(key.broadcast_id, row.language))
    return Spoken(row.kind, row.language, wording, row.id, row.phone_hash)


def sids_of(db: Connection, contact_id: int) -> list[str]:
    """The carrier's names of the calls that alerts made to a contact."""
    rows = text("SELECT sid FROM delivery WHERE contact_id = :id AND sender = :calls AND sid IS NOT NULL")
    return list(db.scalars(rows, {"id": contact_id, "calls": CALLS}))


# Only the call of this very try counts: a late or doubled report of an earlier one changes nothing.
_OF_THIS_TRY: Final = (
    "d.seq = :seq AND d.fence = :fence AND d.sender = :calls"
    " AND d.status IN ('sending', 'unknown', 'accepted', 'sent')"
)
_TRIED: Final = "attempt = d.attempt + CASE WHEN d.status = 'sending' THEN 1 ELSE 0 END"


def again(db: Connection, key: DeliveryKey, fence: int, reason: str, at: datetime, now: datetime) -> bool:
    """Call once more at a time before the end; False when the tries are used up or the end comes first."""
    moved = move(
        db,
        key.broadcast_id,
        f"{_OF_THIS_TRY} AND d.attempt + CASE WHEN d.status = 'sending' THEN 1 ELSE 0 END < :tries"
        " AND EXISTS (SELECT FROM broadcast b WHERE b.id = :id AND b.state <> 'cancelled'"
        " AND b.ends_at > :at)",
        "status = 'pending', reason = :reason, code = NULL, sid = NULL, not_before = :at,"
        f" leased_until = NULL, {_TRIED}",
        now,
        1,
        seq=key.seq,
        fence=fence,
        calls=CALLS,
        tries=TRIES,
        at=at,
        reason=reason,
    )
    if moved:
        # Everything else may be over, and the broadcast called done, while a phone still rang.
        db.execute(
            text(
                "UPDATE broadcast SET state = 'sending', finished_at = NULL WHERE id = :id AND state = 'done'"
            ),
            {"id": key.broadcast_id},
        )
    return moved > 0


def unheard(db: Connection, key: DeliveryKey, fence: int, sid: str, reason: str, now: datetime) -> bool:
    """Nobody heard it, and nobody is called again."""
    moved = move(
        db,
        key.broadcast_id,
        _OF_THIS_TRY,
        f"status = 'undelivered', reason = :reason, sid = :sid, leased_until = NULL, not_before = NULL,"
        f" settled_at = :now, {_TRIED}",
        now,
        1,
        seq=key.seq,
        fence=fence,
        calls=CALLS,
        sid=sid,
        reason=reason,
    )
    return moved > 0
