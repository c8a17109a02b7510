"""What must still be deleted at the carrier; a row goes when the carrier says it is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, func, select, text, update

from hotline.store.sealing import Keyring
from hotline.store.tables import carrier_deletion

DeletionKind = Literal["message", "recording", "call", "number"]


@dataclass(frozen=True, slots=True)
class Deletion:
    """`subject` is a sid, or for `number` the number whose whole history must go."""

    id: int
    kind: DeletionKind
    subject: str
    attempt: int


def ask(
    db: Connection, keyring: Keyring, kind: DeletionKind, subjects: Iterable[str], not_before: datetime
) -> None:
    """Write down what the carrier must delete, not before a time (it refuses what is in motion)."""
    for subject in subjects:
        row_id = int(
            db.execute(text("SELECT nextval(pg_get_serial_sequence('carrier_deletion', 'id'))")).scalar_one()
        )
        db.execute(
            text(
                "INSERT INTO carrier_deletion (id, kind, sid_ct, not_before, created_at)"
                " OVERRIDING SYSTEM VALUE VALUES (:id, :kind, :sid_ct, :at, :at)"
            ),
            {
                "id": row_id,
                "kind": kind,
                "sid_ct": keyring.seal(subject, _place(row_id)),
                "at": not_before,
            },
        )


def claim(db: Connection, keyring: Keyring, now: datetime, until: datetime, limit: int) -> list[Deletion]:
    """What may be asked of the carrier now, kept from other workers `until` then."""
    rows = db.execute(
        text(
            "UPDATE carrier_deletion SET not_before = :until, attempt = attempt + 1 WHERE id IN"
            " (SELECT id FROM carrier_deletion WHERE not_before <= :now ORDER BY id LIMIT :limit"
            " FOR UPDATE SKIP LOCKED) RETURNING id, kind, sid_ct, attempt"
        ),
        {"now": now, "until": until, "limit": limit},
    )
    return [Deletion(row.id, row.kind, keyring.open(row.sid_ct, _place(row.id)), row.attempt) for row in rows]


def done(db: Connection, deletion_id: int) -> None:
    db.execute(delete(carrier_deletion).where(carrier_deletion.c.id == deletion_id))


def postpone(db: Connection, deletion_id: int, until: datetime) -> None:
    db.execute(update(carrier_deletion).where(carrier_deletion.c.id == deletion_id).values(not_before=until))


def count(db: Connection) -> int:
    return int(db.scalar(select(func.count()).select_from(carrier_deletion)) or 0)


def _place(row_id: int) -> str:
    return f"carrier_deletion.sid.{row_id}"
