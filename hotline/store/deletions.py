"""What must still be deleted at the carrier; a row goes when the carrier says it is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, delete, func, select, text, update

from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import carrier_deletion

DeletionKind = Literal["message", "recording", "call", "number"]

SET_ASIDE: Final = timedelta(days=1)  # the key may be put back into the list


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


@dataclass(frozen=True, slots=True)
class Claimed:
    """What may be asked of the carrier now, and the ids of rows that no key of ours opens."""

    deletions: tuple[Deletion, ...]
    unreadable: tuple[int, ...]

    @property
    def rows(self) -> int:
        return len(self.deletions) + len(self.unreadable)


def claim(db: Connection, keyring: Keyring, now: datetime, until: datetime, limit: int) -> Claimed:
    """Keep what is due from other workers `until` then; what cannot be opened is set aside for a day."""
    found = db.execute(
        text(
            "UPDATE carrier_deletion SET not_before = :until, attempt = attempt + 1 WHERE id IN"
            " (SELECT id FROM carrier_deletion WHERE not_before <= :now ORDER BY id LIMIT :limit"
            " FOR UPDATE SKIP LOCKED) RETURNING id, kind, sid_ct, attempt"
        ),
        {"now": now, "until": until, "limit": limit},
    )
    opened, unreadable = list[Deletion](), list[int]()
    for row in sorted(found, key=lambda row: int(row.id)):
        try:
            subject = keyring.open(row.sid_ct, _place(row.id))
        except CannotOpen:
            unreadable.append(row.id)
            postpone(db, row.id, now + SET_ASIDE)
        else:
            opened.append(Deletion(row.id, row.kind, subject, row.attempt))
    return Claimed(tuple(opened), tuple(unreadable))


def done(db: Connection, deletion_id: int) -> None:
    db.execute(delete(carrier_deletion).where(carrier_deletion.c.id == deletion_id))


def postpone(db: Connection, deletion_id: int, until: datetime) -> None:
    db.execute(update(carrier_deletion).where(carrier_deletion.c.id == deletion_id).values(not_before=until))


def count(db: Connection) -> int:
    return int(db.scalar(select(func.count()).select_from(carrier_deletion)) or 0)


def _place(row_id: int) -> str:
    return f"carrier_deletion.sid.{row_id}"
