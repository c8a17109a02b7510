"""Recordings: the carrier's sids of voicemails and spoken reports, sealed."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from sqlalchemy import Connection, select, text

from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import recording

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecordingRow:
    id: int
    sid: str
    duration_s: int
    is_ready: bool
    created_at: datetime


def keep(
    db: Connection,
    keyring: Keyring,
    sid: str,
    duration_s: int,
    contact_id: int | None,
    ticket_id: int | None,
    report_code: str | None,
    now: datetime,
) -> None:
    """Remember a recording once, with the ticket or report it belongs to."""
    row_id = _next_id(db)
    db.execute(
        text(
            "INSERT INTO recording (id, sid_ct, sid_hash, contact_id, ticket_id, report_id, duration_s,"
            " created_at) OVERRIDING SYSTEM VALUE VALUES (:id, :sid_ct, :sid_hash, :contact_id, :ticket_id,"
            " (SELECT id FROM report WHERE code = :report), :duration_s, :now)"
            " ON CONFLICT (sid_hash) DO UPDATE SET contact_id = excluded.contact_id,"
            " ticket_id = excluded.ticket_id, report_id = excluded.report_id,"
            " duration_s = excluded.duration_s"
            " WHERE num_nonnulls(recording.contact_id, recording.ticket_id, recording.report_id) = 0"
        ),
        {
            "id": row_id,
            "sid_ct": keyring.seal(sid, _place(row_id)),
            "sid_hash": _hash(sid),
            "contact_id": contact_id,
            "ticket_id": ticket_id,
            "report": report_code,
            "duration_s": duration_s,
            "now": now,
        },
    )


def mark_ready(db: Connection, keyring: Keyring, sid: str, now: datetime) -> None:
    """The carrier has the audio ready to fetch. It may say so before the turn that keeps the recording."""
    row_id = _next_id(db)
    db.execute(
        text(
            "INSERT INTO recording (id, sid_ct, sid_hash, duration_s, is_ready, created_at)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, :sid_ct, :sid_hash, 0, true, :now)"
            " ON CONFLICT (sid_hash) DO UPDATE SET is_ready = true"
        ),
        {"id": row_id, "sid_ct": keyring.seal(sid, _place(row_id)), "sid_hash": _hash(sid), "now": now},
    )


def of_ticket(db: Connection, keyring: Keyring, ticket_id: int) -> list[RecordingRow]:
    rows = db.execute(
        select(recording).where(recording.c.ticket_id == ticket_id, recording.c.deleted_at.is_(None))
    )
    return [
        RecordingRow(
            row.id, keyring.open(row.sid_ct, _place(row.id)), row.duration_s, row.is_ready, row.created_at
        )
        for row in rows
    ]


def take_before(db: Connection, keyring: Keyring, before: datetime, limit: int) -> list[str]:
    """Remove old recordings here; returns a sid to delete at the carrier for each ("": no key opens it)."""
    rows = db.execute(
        text(
            "DELETE FROM recording WHERE id IN (SELECT id FROM recording WHERE created_at < :before"
            " ORDER BY id LIMIT :limit) RETURNING id, sid_ct"
        ),
        {"before": before, "limit": limit},
    )
    return [_sid(keyring, row.id, row.sid_ct) for row in rows]


def take_of_contact(db: Connection, keyring: Keyring, contact_id: int) -> list[str]:
    """Remove a contact's recordings here; returns the sids that must be deleted at the carrier."""
    rows = db.execute(
        text("DELETE FROM recording WHERE contact_id = :contact_id RETURNING id, sid_ct"),
        {"contact_id": contact_id},
    )
    return [sid for row in rows if (sid := _sid(keyring, row.id, row.sid_ct))]


def _sid(keyring: Keyring, row_id: int, sid_ct: bytes) -> str:
    """Sealed with a key that was dropped, it can be removed here only, and that is said."""
    try:
        return keyring.open(sid_ct, _place(row_id))
    except CannotOpen:
        _log.error("recording.unreadable", id=row_id)
        return ""


def _next_id(db: Connection) -> int:
    return int(db.execute(text("SELECT nextval(pg_get_serial_sequence('recording', 'id'))")).scalar_one())


def _place(row_id: int) -> str:
    return f"recording.sid.{row_id}"


def _hash(sid: str) -> bytes:
    """Sids are random of 128 bits, so a plain hash gives none away."""
    return sha256(sid.encode()).digest()
