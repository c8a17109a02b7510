"""Turns: what arrived is answered once, and where the contact stands moves on with it.

A turn is read, thought over, and written. Nothing is locked while it is thought over: the session has a
version, and the write goes through only if nobody else moved it meanwhile and nobody answered the same
thing; else it is read again. So a turn that only speaks costs two statements and one commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from hotline.domain.language import Language
from hotline.flow.session import Session
from hotline.store.quick import DriverConnection
from hotline.store.sealing import CannotOpen, Keyring

Written = Literal["written", "answered", "moved"]
"""written: ours. answered: the same thing was answered before. moved: the contact went on meanwhile."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contact stands when something arrives. `block` is the first of ten message ids, and the
    turn's own id. `answer` is set when this very thing was answered before; `had_failures` when texts to
    this number failed for good."""

    block: int
    answer: str | None
    contact_id: int | None
    session_id: int | None
    version: int
    language: Language | None
    session: Session | None
    is_opted_out: bool
    zip: str | None
    had_failures: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What to keep of a text besides its answer: the words themselves, sealed, and the sizes of what
    came and of each answer in segments."""

    body_ct: bytes
    media_ct: bytes | None
    segments: tuple[int, ...]


_READ_TEXT = """
    SELECT nextval('message_id_seq') AS block, t.id AS turn_id, t.answer_ct,
           c.id AS contact_id, c.language, s.id AS session_id, s.version, s.state_ct, s.expires_at,
           EXISTS (SELECT FROM suppression p WHERE {p_is_theirs}) AS is_opted_out,
           (SELECT b.zip FROM subscription b WHERE b.contact_id = c.id LIMIT 1) AS zip,
           EXISTS (SELECT FROM number_health h WHERE {h_is_theirs}) AS had_failures
    FROM (SELECT) one
    LEFT JOIN turn t ON t.sid = %(sid)s AND t.n = %(n)s
    LEFT JOIN contact c ON {c_is_theirs}
    LEFT JOIN session s ON s.contact_id = c.id
"""
_READ_CALL = _READ_TEXT.replace("s.contact_id = c.id", "s.call_sid = %(sid)s").replace(
    "s.expires_at", "NULL AS expires_at"
)

_WRITE = """
    WITH ready AS (
        SELECT id FROM session WHERE id = %(session_id)s AND version = %(version)s FOR UPDATE
    ), claimed AS (
        INSERT INTO turn (id, sid, n, contact_id, answer_ct, created_at)
        SELECT %(block)s, %(sid)s, %(n)s, %(contact_id)s, %(answer_ct)s, %(now)s FROM ready
        ON CONFLICT (sid, n) DO NOTHING RETURNING id
    ), kept AS (
        UPDATE session SET state_ct = %(state_ct)s, expires_at = %(expires_at)s, version = version + 1
        FROM claimed WHERE session.id = %(session_id)s
    ), seen AS (
        UPDATE contact SET language = %(language)s, seen_at = %(now)s
        FROM claimed WHERE contact.id = %(contact_id)s
        AND (language IS DISTINCT FROM %(language)s OR seen_at < %(day_ago)s)
    ){said}
    SELECT EXISTS (SELECT FROM ready) AS is_ready, EXISTS (SELECT FROM claimed) AS is_claimed
"""
_SAID = """, said AS (
        INSERT INTO message (id, direction, kind, contact_id, body_ct, media_ct, sid, status, segments,
                             created_at)
        SELECT claimed.id + place, CASE place WHEN 0 THEN 'in' ELSE 'out' END, 'turn', %(contact_id)s,
               CASE place WHEN 0 THEN %(body_ct)s::bytea END, CASE place WHEN 0 THEN %(media_ct)s::bytea END,
               CASE place WHEN 0 THEN %(sid)s END, CASE place WHEN 0 THEN 'received' ELSE 'accepted' END,
               size::smallint, %(now)s
        FROM claimed, unnest(string_to_array(%(segments)s, ',')) WITH ORDINALITY AS r(size, number),
             LATERAL (SELECT r.number - 1 AS place) p
    )"""


def _for_hashes(statement: str, condition: str) -> str:
    return statement.format(
        c_is_theirs=f"c.phone_hash {condition}",
        p_is_theirs=f"p.phone_hash {condition}",
        h_is_theirs=f"h.phone_hash {condition}",
    )


# While keys rotate a number may be stored under more than one hash; else one is compared, not a list.
_ONE, _ANY = "= %(hash)s", "= ANY(%(hashes)s)"
_TEXT_ONE, _TEXT_ANY = _for_hashes(_READ_TEXT, _ONE), _for_hashes(_READ_TEXT, _ANY)
_CALL_ONE, _CALL_ANY = _for_hashes(_READ_CALL, _ONE), _for_hashes(_READ_CALL, _ANY)
_WRITE_TEXT, _WRITE_CALL = _WRITE.format(said=_SAID), _WRITE.format(said="")


def read_text(
    db: DriverConnection, keyring: Keyring, sid: str, hashes: Sequence[bytes], now: datetime
) -> Standing:
    """Where the contact behind a text stands."""
    statement = _TEXT_ONE if len(hashes) == 1 else _TEXT_ANY
    return _read(db, keyring, statement, sid, 0, hashes, now)


def read_call(
    db: DriverConnection, keyring: Keyring, sid: str, n: int, hashes: Sequence[bytes], now: datetime
) -> Standing:
    """Where a call stands before its turn `n`; `hashes` are empty for a withheld number."""
    statement = _CALL_ONE if len(hashes) == 1 else _CALL_ANY
    return _read(db, keyring, statement, sid, n, hashes, now)


def stored_answer(db: DriverConnection, keyring: Keyring, sid: str, n: int) -> str | None:
    """What was answered to a turn taken before."""
    row = db.execute(
        "SELECT id, answer_ct FROM turn WHERE sid = %(sid)s AND n = %(n)s", {"sid": sid, "n": n}
    ).fetchone()
    return _opened(keyring, *row) if row else None


def lock(db: Connection, contact_id: int | None, call_sid: str | None, now: datetime) -> tuple[int, int]:
    """Make sure that the session of a contact, or of a call, exists; its id and version, locked."""
    key, value = ("call_sid", call_sid) if call_sid else ("contact_id", contact_id)
    values = {"value": value, "caller_id": contact_id if call_sid else None, "now": now}
    row = db.execute(
        text(
            f"INSERT INTO session ({key}, caller_id, state_ct, expires_at)"  # noqa: S608 - names of ours
            " VALUES (:value, :caller_id, '', :now)"
            f" ON CONFLICT ({key}) DO UPDATE SET {key} = EXCLUDED.{key} RETURNING id, version"
        ),
        values,
    ).one()
    return row.id, row.version


def write(
    db: DriverConnection,
    keyring: Keyring,
    standing: Standing,
    session: Session,
    expires_at: datetime,
    answer: str,
    words: Words | None,
    sid: str,
    n: int,
    now: datetime,
    day_ago: datetime,
) -> Written:
    """Write answer, session and messages in one statement, or nothing."""
    values: dict[str, Any] = {
        "session_id": standing.session_id,
        "version": standing.version,
        "block": standing.block,
        "sid": sid,
        "n": n,
        "contact_id": standing.contact_id,
        "answer_ct": _sealed(keyring, standing.block, answer),
        "state_ct": keyring.seal(session.model_dump_json(), f"session.state.{standing.session_id}"),
        "expires_at": expires_at,
        "language": session.language,
        "now": now,
        "day_ago": day_ago,
    }
    if words:
        values |= {"body_ct": words.body_ct, "media_ct": words.media_ct}
        values["segments"] = ",".join(map(str, words.segments))
    is_ready, is_claimed = _one(db, _WRITE_TEXT if words else _WRITE_CALL, values)
    if is_claimed:
        return "written"
    return "answered" if is_ready else "moved"


def write_answer(
    db: Connection, keyring: Keyring, block: int, sid: str, n: int, answer: str, now: datetime
) -> None:
    """Keep an answer without a contact: the one it went to has just been erased."""
    db.execute(
        text(
            "INSERT INTO turn (id, sid, n, answer_ct, created_at) VALUES (:id, :sid, :n, :answer, :now)"
            " ON CONFLICT (sid, n) DO NOTHING"
        ),
        {"id": block, "sid": sid, "n": n, "answer": _sealed(keyring, block, answer), "now": now},
    )


def _sealed(keyring: Keyring, block: int, answer: str) -> bytes:
    return keyring.seal(answer, f"turn.answer.{block}")


def _opened(keyring: Keyring, turn_id: int, answer_ct: bytes) -> str:
    return keyring.open(answer_ct, f"turn.answer.{turn_id}")


def _read(
    db: DriverConnection,
    keyring: Keyring,
    statement: str,
    sid: str,
    n: int,
    hashes: Sequence[bytes],
    now: datetime,
) -> Standing:
    own: dict[str, Any] = {"hash": hashes[0]} if len(hashes) == 1 else {"hashes": list(hashes)}
    (
        block,
        turn_id,
        answer_ct,
        contact_id,
        language,
        session_id,
        version,
        state_ct,
        expires_at,
        is_opted_out,
        zip_code,
        had_failures,
    ) = _one(db, statement, {"sid": sid, "n": n, **own})
    is_over = expires_at is not None and expires_at <= now
    return Standing(
        block=block,
        answer=_opened(keyring, turn_id, answer_ct) if answer_ct else None,
        contact_id=contact_id,
        session_id=session_id,
        version=version or 0,
        language=language,
        session=None if is_over or not state_ct else _session(keyring, session_id, state_ct),
        is_opted_out=is_opted_out,
        zip=zip_code,
        had_failures=had_failures,
        expires_at=expires_at,
    )


def _one(db: DriverConnection, statement: str, values: dict[str, Any]) -> tuple[Any, ...]:
    row = db.execute(statement.encode(), values).fetchone()
    assert row is not None
    return tuple(row)


def _session(keyring: Keyring, session_id: int, state_ct: bytes) -> Session | None:
    """The conversation as it stood; None when it was sealed with a key that was dropped."""
    try:
        return Session.model_validate_json(keyring.open(state_ct, f"session.state.{session_id}"))
    except CannotOpen:
        return None
