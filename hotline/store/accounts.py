"""Accounts: passwords hashed, codes sealed, invitations and recoveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hotline.domain.language import Language
from hotline.domain.person import Role, key_of
from hotline.store.sealing import Keyring
from hotline.store.tables import account, invitation, known_device, passkey, person, recovery

_COLUMNS: Final = (
    person.c.id,
    person.c.name,
    person.c.roles,
    person.c.language,
    account.c.password_hash,
    account.c.password_at,
    account.c.totp_ct,
    account.c.totp_step,
    exists().where(passkey.c.person_id == person.c.id).label("has_passkey"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody active signs in with; without `password_hash` they have yet to accept an invitation."""

    person_id: int
    name: str
    roles: frozenset[Role]
    language: Language
    password_hash: str | None
    password_at: datetime | None
    totp_ct: bytes | None
    totp_step: int
    has_passkey: bool

    @property
    def has_second(self) -> bool:
        return self.totp_ct is not None or self.has_passkey


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be accepted."""

    id: int
    person_id: int
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Recovery:
    """One admin asked that somebody get in again; another confirms it."""

    id: int
    person_id: int
    name: str
    asked_by: int
    asker: str
    created_at: datetime
    expires_at: datetime


def place(person_id: int) -> str:
    """Where a code's secret is sealed for."""
    return f"account.totp.{person_id}"


def named(db: Connection, name: str) -> Account | None:
    """Somebody active by their name, however it is typed."""
    return _one(db, person.c.name_key == key_of(name))


def of(db: Connection, person_id: int) -> Account | None:
    """Somebody active by their id."""
    return _one(db, person.c.id == person_id)


def _one(db: Connection, which: Any) -> Account | None:
    statement = select(*_COLUMNS).select_from(person.outerjoin(account))
    row = db.execute(statement.where(which, person.c.left_at.is_(None))).one_or_none()
    if row is None:
        return None
    return Account(
        row.id,
        row.name,
        frozenset(row.roles),
        row.language,
        row.password_hash,
        row.password_at,
        row.totp_ct,
        row.totp_step or 0,
        row.has_passkey,
    )


def lock(db: Connection, person_id: int) -> None:
    """Nobody else changes how this person signs in until the transaction is over."""
    db.execute(select(person.c.id).where(person.c.id == person_id).with_for_update())


def set_password(db: Connection, person_id: int, password_hash: str, now: datetime) -> None:
    row = upsert(account).values(
        person_id=person_id, password_hash=password_hash, password_at=now, created_at=now
    )
    changed = {"password_hash": password_hash, "password_at": now}
    db.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=changed))


def renew_hash(db: Connection, person_id: int, old: str, new: str) -> None:
    """The same password, hashed anew; one that was changed meanwhile stays."""
    same = (account.c.person_id == person_id) & (account.c.password_hash == old)
    db.execute(update(account).where(same).values(password_hash=new))


def set_language(db: Connection, person_id: int, language: Language) -> None:
    db.execute(update(person).where(person.c.id == person_id).values(language=language))


def set_totp(db: Connection, keyring: Keyring, person_id: int, secret: str, step: int) -> None:
    """Codes of this secret from now on, none of `step` or before."""
    sealed = keyring.seal(secret, place(person_id))
    db.execute(update(account).where(account.c.person_id == person_id).values(totp_ct=sealed, totp_step=step))


def drop_totp(db: Connection, person_id: int) -> None:
    db.execute(update(account).where(account.c.person_id == person_id).values(totp_ct=None))


def use_step(db: Connection, person_id: int, step: int) -> bool:
    """Use the code of a time step; False when it, or a later one, was used before."""
    fresh = (account.c.person_id == person_id) & (account.c.totp_step < step)
    return db.execute(update(account).where(fresh).values(totp_step=step)).rowcount == 1


def forget_secrets(db: Connection, person_id: int) -> None:
    """Nothing of before signs anybody in."""
    values = {"password_hash": None, "password_at": None, "totp_ct": None}
    db.execute(update(account).where(account.c.person_id == person_id).values(**values))
    db.execute(delete(passkey).where(passkey.c.person_id == person_id))
    db.execute(delete(known_device).where(known_device.c.person_id == person_id))


def invite(
    db: Connection, person_id: int, token_hash: str, by: str, now: datetime, expires_at: datetime
) -> None:
    """A new invitation; one from before is void."""
    void_invitations(db, person_id, now)
    values = {"token_hash": token_hash, "invited_by": by, "created_at": now, "expires_at": expires_at}
    db.execute(insert(invitation).values(person_id=person_id, **values))


def void_invitations(db: Connection, person_id: int, now: datetime) -> None:
    unused = (invitation.c.person_id == person_id) & invitation.c.used_at.is_(None)
    db.execute(update(invitation).where(unused).values(used_at=now))


def find_invitation(
    db: Connection, token_hash: str, now: datetime, for_update: bool = False
) -> Invitation | None:
    """An invitation that is neither used nor too old, of somebody who has not left."""
    statement = (
        select(invitation)
        .join(person)
        .where(
            invitation.c.token_hash == token_hash,
            invitation.c.used_at.is_(None),
            invitation.c.expires_at > now,
            person.c.left_at.is_(None),
        )
    )
    row = db.execute(statement.with_for_update(of=invitation) if for_update else statement).one_or_none()
    return Invitation(row.id, row.person_id, row.invited_by, row.expires_at) if row else None


def use_invitation(db: Connection, invitation_id: int, now: datetime) -> None:
    db.execute(update(invitation).where(invitation.c.id == invitation_id).values(used_at=now))


def ask_recovery(db: Connection, person_id: int, asked_by: int, now: datetime, expires_at: datetime) -> None:
    """Begin a recovery; the caller has seen that none is open."""
    values = {"asked_by": asked_by, "created_at": now, "expires_at": expires_at}
    db.execute(insert(recovery).values(person_id=person_id, **values))


def open_recoveries(db: Connection, now: datetime, person_id: int | None = None) -> Sequence[Recovery]:
    """Those that wait for a second admin; what is too old is ended."""
    old = recovery.c.ended_at.is_(None) & (recovery.c.expires_at <= now)
    db.execute(update(recovery).where(old).values(ended_at=now))
    asker = person.alias("asker")
    statement = (
        select(recovery, person.c.name, asker.c.name.label("asker"))
        .join(person, person.c.id == recovery.c.person_id)
        .join(asker, asker.c.id == recovery.c.asked_by)
        .where(recovery.c.ended_at.is_(None), person.c.left_at.is_(None))
        .order_by(recovery.c.id)
    )
    if person_id is not None:
        statement = statement.where(recovery.c.person_id == person_id)
    return [
        Recovery(r.id, r.person_id, r.name, r.asked_by, r.asker, r.created_at, r.expires_at)
        for r in db.execute(statement)
    ]


def end_recovery(db: Connection, recovery_id: int, now: datetime, confirmed_by: int | None = None) -> None:
    values = {"ended_at": now, "confirmed_by": confirmed_by}
    db.execute(update(recovery).where(recovery.c.id == recovery_id).values(**values))


def with_accounts(db: Connection) -> dict[int, bool]:
    """Who has an account, by person, and whether with a second factor."""
    has_passkey = exists().where(passkey.c.person_id == account.c.person_id)
    has_second = or_(account.c.totp_ct.is_not(None), has_passkey).label("has_second")
    rows = db.execute(select(account.c.person_id, has_second).where(account.c.password_hash.is_not(None)))
    return {row.person_id: bool(row.has_second) for row in rows}
