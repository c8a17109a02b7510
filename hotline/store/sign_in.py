"""At the door: failures that are counted, devices that are known, and proofs that are half given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hotline.domain.sign_in import Patience
from hotline.store.tables import known_device, proof, sign_in_failure

Purpose = Literal["sign_in", "step_up", "passkey"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody who has shown something and must show more. `challenge` is what a passkey signs."""

    id: int
    person_id: int
    challenge: str
    tries: int
    created_at: datetime


def try_now(db: Connection, who: Sequence[tuple[str, Patience]], now: datetime) -> timedelta:
    """Count an attempt as failed until it is shown to be none; a wait when it must not be made now.

    Of many at once each is counted before any password is looked at.
    """
    keys = dict(sorted(who))
    for key in keys:
        fresh = upsert(sign_in_failure).values(who=key, failures=0, last_at=now, wait_until=now)
        db.execute(fresh.on_conflict_do_nothing())
    statement = select(sign_in_failure).where(sign_in_failure.c.who.in_(keys))
    rows = db.execute(statement.order_by(sign_in_failure.c.who).with_for_update()).all()
    wait = max((row.wait_until - now for row in rows), default=timedelta(0))
    if wait > timedelta(0):
        return wait
    for row in rows:
        patience = keys[row.who]
        is_new = row.last_at + patience.forgotten_after <= now
        failures = 1 if is_new else row.failures + 1
        values = {"failures": failures, "last_at": now, "wait_until": now + patience.wait(failures)}
        db.execute(update(sign_in_failure).where(sign_in_failure.c.who == row.who).values(**values))
    return timedelta(0)


def failures(db: Connection, who: str) -> int:
    return db.scalar(select(sign_in_failure.c.failures).where(sign_in_failure.c.who == who)) or 0


def forgive(db: Connection, who: Sequence[str]) -> None:
    """Whoever got in has failed at nothing."""
    db.execute(delete(sign_in_failure).where(sign_in_failure.c.who.in_(who)))


def take_back(db: Connection, who: str, now: datetime) -> None:
    """One attempt was none; what others failed at from the same address still counts."""
    fewer = func.greatest(sign_in_failure.c.failures - 1, 0)
    values = {"failures": fewer, "wait_until": now}
    db.execute(update(sign_in_failure).where(sign_in_failure.c.who == who).values(**values))


def device_of(db: Connection, token_hash: str, person_id: int) -> int | None:
    """The device with this token, when this person signed in on it before."""
    theirs = (known_device.c.token_hash == token_hash) & (known_device.c.person_id == person_id)
    found: int | None = db.scalar(select(known_device.c.id).where(theirs))
    return found


def know_device(db: Connection, person_id: int, token_hash: str, now: datetime) -> None:
    row = upsert(known_device).values(person_id=person_id, token_hash=token_hash, created_at=now, seen_at=now)
    db.execute(row.on_conflict_do_update(index_elements=["token_hash"], set_={"seen_at": now}))


def ask_proof(
    db: Connection,
    person_id: int,
    purpose: Purpose,
    token_hash: str,
    challenge: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    values = {"token_hash": token_hash, "challenge": challenge, "created_at": now, "expires_at": expires_at}
    db.execute(insert(proof).values(person_id=person_id, purpose=purpose, **values))


def find_proof(db: Connection, token_hash: str, purpose: Purpose, now: datetime) -> Proof | None:
    """One that is neither used nor too old, locked."""
    statement = select(proof).where(
        proof.c.token_hash == token_hash, proof.c.purpose == purpose, proof.c.expires_at > now
    )
    row = db.execute(statement.with_for_update()).one_or_none()
    return Proof(row.id, row.person_id, row.challenge, row.tries, row.created_at) if row else None


def count_try(db: Connection, proof_id: int) -> None:
    db.execute(update(proof).where(proof.c.id == proof_id).values(tries=proof.c.tries + 1))


def end_proof(db: Connection, proof_id: int) -> None:
    db.execute(delete(proof).where(proof.c.id == proof_id))


def end_proofs(db: Connection, person_id: int) -> None:
    """Nothing that somebody gave by half is worth anything any more."""
    db.execute(delete(proof).where(proof.c.person_id == person_id))


# Table -> which of its rows are of no use any more, by how many days before now.
OLD: Final = {
    "proof": ("expires_at", 0),
    "sign_in_failure": ("last_at", 1),
    "staff_session": ("seen_at", 30),
    "invitation": ("expires_at", 30),
    "recovery": ("expires_at", 365),
    "known_device": ("seen_at", 180),
}


_OF_WHO_LEFT = ("account", "passkey", "known_device", "staff_session", "invitation")


def forget(db: Connection, now: datetime, limit: int) -> int:
    """Delete what is over, at most so many rows of each kind, and what who left signed in with. Returns how
    many of the most."""
    most = 0
    for table in _OF_WHO_LEFT:
        db.execute(
            text(
                f"DELETE FROM {table} WHERE person_id IN"  # noqa: S608 - names of this module
                " (SELECT id FROM person WHERE left_at IS NOT NULL)"
            )
        )
    for table, (column, days) in OLD.items():
        statement = (
            f"DELETE FROM {table} WHERE ctid IN"  # noqa: S608 - names of this module
            f" (SELECT ctid FROM {table} WHERE {column} < :before LIMIT :limit)"
        )
        done = db.execute(text(statement), {"before": now - timedelta(days=days), "limit": limit})
        most = max(most, done.rowcount)
    return most
