"""Accounts of people: what they sign in with, where they are signed in, and what guards the door."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from hotline.store.tables.base import at, metadata, row_id


def _person(is_key: bool = False) -> Column[int]:
    owner = ForeignKey("person.id", ondelete="CASCADE")
    return Column("person_id", BigInteger, owner, nullable=False, primary_key=is_key, autoincrement=False)


# One row for whoever ever accepted an invitation; without `password_hash` they cannot sign in.
account = Table(
    "account",
    metadata,
    _person(is_key=True),
    Column("password_hash", Text),
    at("password_at", nullable=True),
    Column("totp_ct", LargeBinary),
    Column("totp_step", BigInteger, nullable=False, server_default=text("0")),  # of the last code used
    at("created_at"),
)

passkey = Table(
    "passkey",
    metadata,
    row_id(),
    _person(),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(40), nullable=False),
    at("created_at"),
    at("used_at", nullable=True),
    Index("ix_passkey_person_id", "person_id"),
)

# Of every token only its SHA-256 is kept: it is 32 random bytes, which no table of guesses reaches.
invitation = Table(
    "invitation",
    metadata,
    row_id(),
    _person(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("invited_by", String(64), nullable=False),
    at("created_at"),
    at("expires_at"),
    at("used_at", nullable=True),
    Index("ix_invitation_person_id", "person_id"),
)

recovery = Table(
    "recovery",
    metadata,
    row_id(),
    _person(),
    Column("asked_by", BigInteger, nullable=False),
    Column("confirmed_by", BigInteger),
    at("created_at"),
    at("expires_at"),
    at("ended_at", nullable=True),
    Index("uq_recovery_open_person_id", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)

# `next_hash` is a token that was given out and not yet seen; `old_hash` the one before, for requests on
# their way. Whoever shows it later than `old_until` has a copy.
staff_session = Table(
    "staff_session",
    metadata,
    row_id(),
    _person(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("next_hash", String(64), unique=True),
    at("next_at", nullable=True),
    Column("old_hash", String(64), unique=True),
    at("old_until", nullable=True),
    Column("csrf", String(64), nullable=False),
    Column("device", String(80), nullable=False),
    at("created_at"),
    at("rotated_at"),
    at("seen_at"),
    at("stepped_up_at", nullable=True),
    at("ended_at", nullable=True),
    Column("ended_why", String(10)),
    Index("ix_staff_session_person_id", "person_id"),
)

# Between the first and the second factor, and while a passkey is asked for: who, what for, which challenge.
proof = Table(
    "proof",
    metadata,
    row_id(),
    _person(),
    Column("purpose", String(10), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("challenge", String(64), nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    at("created_at"),
    at("expires_at"),
    Index("ix_proof_expires_at", "expires_at"),
)

known_device = Table(
    "known_device",
    metadata,
    row_id(),
    _person(),
    Column("token_hash", String(64), nullable=False, unique=True),
    at("created_at"),
    at("seen_at"),
    Index("ix_known_device_person_id", "person_id"),
)

# Failed sign-ins by what they have in common (`who`): a name, a source address, a device; hashed each.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("who", String(70), primary_key=True),
    Column("failures", Integer, nullable=False),
    at("last_at"),
    at("wait_until"),
    Index("ix_sign_in_failure_last_at", "last_at"),
)
