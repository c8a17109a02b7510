"""What was answered under an Idempotency-Key, sealed, for a day."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import api_answer


@dataclass(frozen=True, slots=True)
class Kept:
    """`answer` is None while it is worked on, when it was lost on the way, or when no key opens it."""

    id: int
    body_hash: str
    answer: str | None
    created_at: datetime


def claim(db: Connection, api_key_id: int, asked_hash: str, body_hash: str, now: datetime) -> int | None:
    """The row of a request that nobody made before; None when somebody did."""
    made = insert(api_answer).values(
        api_key_id=api_key_id, asked_hash=asked_hash, body_hash=body_hash, created_at=now
    )
    claimed = made.on_conflict_do_nothing(index_elements=["api_key_id", "asked_hash"])
    found: int | None = db.execute(claimed.returning(api_answer.c.id)).scalar_one_or_none()
    return found


def find(db: Connection, keyring: Keyring, api_key_id: int, asked_hash: str) -> Kept | None:
    row = db.execute(
        select(api_answer).where(api_answer.c.api_key_id == api_key_id, api_answer.c.asked_hash == asked_hash)
    ).one_or_none()
    if row is None:
        return None
    try:
        answer = keyring.open(row.answer_ct, _place(row.id)) if row.answer_ct else None
    except CannotOpen:
        answer = None
    return Kept(row.id, row.body_hash, answer, row.created_at)


def keep(db: Connection, keyring: Keyring, row_id: int, answer: str) -> None:
    sealed = keyring.seal(answer, _place(row_id))
    db.execute(update(api_answer).where(api_answer.c.id == row_id).values(answer_ct=sealed))


def drop(db: Connection, row_id: int) -> None:
    """Nothing was done: the same may be asked again."""
    db.execute(delete(api_answer).where(api_answer.c.id == row_id, api_answer.c.answer_ct.is_(None)))


def forget(db: Connection, before: datetime, limit: int) -> int:
    """Delete what is older; returns how many."""
    ids = select(api_answer.c.id).where(api_answer.c.created_at < before).limit(limit)
    return int(db.execute(delete(api_answer).where(api_answer.c.id.in_(ids))).rowcount)


def _place(row_id: int) -> str:
    return f"api_answer.answer.{row_id}"
