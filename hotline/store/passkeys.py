"""Passkeys: what the browser's authenticator is known by, and its public key; nothing of it is secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hotline.store.tables import passkey


@dataclass(frozen=True, slots=True)
class Passkey:
    """`credential_id` and `public_key` as base64url."""

    id: int
    person_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


def add(
    db: Connection,
    person_id: int,
    credential_id: str,
    public_key: str,
    sign_count: int,
    name: str,
    now: datetime,
) -> None:
    """Raises sqlalchemy's IntegrityError when it is known already."""
    values = {"credential_id": credential_id, "public_key": public_key, "sign_count": sign_count}
    db.execute(insert(passkey).values(person_id=person_id, name=name, created_at=now, **values))


def is_known(db: Connection, credential_id: str) -> bool:
    """Does anybody have it?"""
    return db.scalar(select(passkey.c.id).where(passkey.c.credential_id == credential_id)) is not None


def of(db: Connection, person_id: int) -> Sequence[Passkey]:
    """Somebody's, the first one first."""
    rows = db.execute(select(passkey).where(passkey.c.person_id == person_id).order_by(passkey.c.id))
    return [Passkey(**row._mapping) for row in rows]


def use(db: Connection, passkey_id: int, sign_count: int, now: datetime) -> None:
    values = {"sign_count": sign_count, "used_at": now}
    db.execute(update(passkey).where(passkey.c.id == passkey_id).values(**values))


def remove(db: Connection, person_id: int, passkey_id: int) -> bool:
    """False when it is not theirs, or gone."""
    theirs = (passkey.c.person_id == person_id) & (passkey.c.id == passkey_id)
    return db.execute(delete(passkey).where(theirs)).rowcount == 1
