"""Turns and sessions: claim what arrived once, load where the contact stands, save what came of it.

A text turn is two statements and one commit; the number of statements is what its speed hangs on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.domain.language import Language
from hotline.flow.session import Session
from hotline.store.sealing import CannotOpen, Keyring


@dataclass(frozen=True, slots=True)
class Claimed:
    """A turn that is ours to take. `message_id` is the first of a block of ten."""

    turn_id: int
    message_id: int
    contact_id: int | None
    session_id: int | None
    language: Language | None
    session: Session | None
    is_opted_out: bool
    zip: str | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A message row to write with the turn: what arrived, or one answer."""

    id: int
    direction: str
    body_ct: bytes | None
    media_ct: bytes | None
    segments: int


# The rows of contact and session are locked and re-read together: of two texts that one person sends
# at once, the second sees what the first made.
_CLAIM_TEXT = text(
    """
    WITH claimed AS (
        INSERT INTO turn (sid, n, created_at) VALUES (:sid, 0, :now)
        ON CONFLICT (sid, n) DO NOTHING RETURNING id
    ), found AS (
        SELECT c.id, c.phone_hash, c.language, s.id AS session_id, s.state_ct, s.expires_at
        FROM contact c JOIN session s ON s.contact_id = c.id
        WHERE c.phone_hash = ANY(:hashes) FOR UPDATE OF c, s
    )
    SELECT claimed.id AS turn_id, nextval('message_id_seq') AS message_id,
           found.id AS contact_id, found.session_id, found.language, found.state_ct, found.expires_at,
           EXISTS (SELECT FROM suppression p WHERE p.phone_hash = ANY(:hashes)) AS is_opted_out,
           (SELECT zip FROM subscription b WHERE b.contact_id = found.id LIMIT 1) AS zip
    FROM claimed LEFT JOIN found ON true
    """
)

_CLAIM_CALL = text(
    """
    WITH claimed AS (
        INSERT INTO turn (sid, n, created_at) VALUES (:sid, :n, :now)
        ON CONFLICT (sid, n) DO NOTHING RETURNING id
    ), found AS (
        SELECT s.id AS session_id, s.caller_id, s.state_ct FROM session s
        WHERE s.call_sid = :sid FOR UPDATE
    )
    SELECT claimed.id AS turn_id, nextval('message_id_seq') AS message_id,
           c.id AS contact_id, found.session_id, c.language, found.state_ct,
           CAST(NULL AS timestamptz) AS expires_at,
           EXISTS (SELECT FROM suppression p WHERE p.phone_hash = ANY(:hashes)) AS is_opted_out,
           (SELECT zip FROM subscription b WHERE b.contact_id = c.id LIMIT 1) AS zip
    FROM claimed LEFT JOIN found ON true LEFT JOIN contact c ON c.phone_hash = ANY(:hashes)
    """
)

_SAVE = text(
    """
    WITH kept AS (
        UPDATE session SET state_ct = :state_ct, expires_at = :expires_at WHERE id = :session_id
    ), seen AS (
        UPDATE contact SET language = :language, seen_at = :now WHERE id = :contact_id
    ), said AS (
        INSERT INTO message (id, direction, kind, contact_id, body_ct, media_ct, sid, status, segments,
                             created_at)
        SELECT r.id, r.direction, 'turn', :contact_id, r.body_ct, r.media_ct, r.sid, r.status,
               r.segments, :now
        FROM unnest(CAST(:ids AS bigint[]), CAST(:directions AS text[]), CAST(:bodies AS bytea[]),
                    CAST(:media AS bytea[]), CAST(:sids AS text[]), CAST(:statuses AS text[]),
                    CAST(:segments AS smallint[]))
             AS r(id, direction, body_ct, media_ct, sid, status, segments)
    )
    UPDATE turn SET answer_ct = :answer_ct, contact_id = :contact_id WHERE id = :turn_id
    """
)


def claim_text(
    db: Connection, keyring: Keyring, sid: str, hashes: Sequence[bytes], now: datetime
) -> Claimed | None:
    """Claim a text by its sid; None when it was taken before. Waits for whoever is taking it now."""
    return _claimed(db.execute(_CLAIM_TEXT, {"sid": sid, "hashes": list(hashes), "now": now}), keyring, now)


def claim_call(
    db: Connection, keyring: Keyring, sid: str, n: int, hashes: Sequence[bytes], now: datetime
) -> Claimed | None:
    """Claim turn `n` of a call; None when it was taken before."""
    values = {"sid": sid, "n": n, "hashes": list(hashes), "now": now}
    return _claimed(db.execute(_CLAIM_CALL, values), keyring, now)


def stored_answer(db: Connection, keyring: Keyring, sid: str, n: int) -> str | None:
    """What was answered to a turn taken before; None when it has no answer."""
    row = db.execute(
        text("SELECT id, answer_ct FROM turn WHERE sid = :sid AND n = :n"), {"sid": sid, "n": n}
    ).one_or_none()
    if row is None or row.answer_ct is None:
        return None
    return keyring.open(row.answer_ct, f"turn.answer.{row.id}")


def open_session(
    db: Connection, contact_id: int | None, call_sid: str | None, state: bytes, expires_at: datetime
) -> int:
    """Make the session row of a text contact, or of a call."""
    values = {
        "contact_id": None if call_sid else contact_id,
        "caller_id": contact_id if call_sid else None,
        "call_sid": call_sid,
        "state": state,
        "expires_at": expires_at,
    }
    return int(
        db.execute(
            text(
                "INSERT INTO session (contact_id, caller_id, call_sid, state_ct, expires_at)"
                " VALUES (:contact_id, :caller_id, :call_sid, :state, :expires_at)"
                " ON CONFLICT (contact_id) DO UPDATE SET expires_at = EXCLUDED.expires_at RETURNING id"
            ),
            values,
        ).scalar_one()
    )


def save_answer(db: Connection, keyring: Keyring, turn_id: int, answer: str) -> None:
    """Keep only the answer: the contact it went to has just been erased."""
    db.execute(
        text("UPDATE turn SET answer_ct = :answer WHERE id = :id"),
        {"answer": keyring.seal(answer, f"turn.answer.{turn_id}"), "id": turn_id},
    )


def save(
    db: Connection,
    keyring: Keyring,
    claimed: Claimed,
    session: Session,
    expires_at: datetime,
    answer: str,
    messages: Sequence[Saved],
    sid: str,
    now: datetime,
) -> None:
    """Write session, contact, messages and answer in one statement."""
    values: dict[str, Any] = {
        "state_ct": keyring.seal(session.model_dump_json(), f"session.state.{claimed.session_id}"),
        "expires_at": expires_at,
        "session_id": claimed.session_id,
        "contact_id": claimed.contact_id,
        "language": session.language,
        "now": now,
        "answer_ct": keyring.seal(answer, f"turn.answer.{claimed.turn_id}"),
        "turn_id": claimed.turn_id,
        "ids": [m.id for m in messages],
        "directions": [m.direction for m in messages],
        "bodies": [m.body_ct for m in messages],
        "media": [m.media_ct for m in messages],
        "sids": [sid if m.direction == "in" else None for m in messages],
        "statuses": ["received" if m.direction == "in" else "accepted" for m in messages],
        "segments": [m.segments for m in messages],
    }
    db.execute(_SAVE, values)


def _claimed(result: Any, keyring: Keyring, now: datetime) -> Claimed | None:
    row = result.one_or_none()
    if row is None:
        return None
    session = None
    if row.state_ct and (row.expires_at is None or row.expires_at > now):
        try:
            session = Session.model_validate_json(
                keyring.open(row.state_ct, f"session.state.{row.session_id}")
            )
        except CannotOpen:
            session = None  # after a key was dropped a conversation starts again, kindly
    return Claimed(
        row.turn_id,
        row.message_id,
        row.contact_id,
        row.session_id,
        row.language,
        session,
        row.is_opted_out,
        row.zip,
    )
