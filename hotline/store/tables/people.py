"""Contacts, what they agreed to, and where they asked for alerts."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from hotline.store.tables.base import at, metadata, row_id

contact = Table(
    "contact",
    metadata,
    row_id(),
    Column("phone_hash", LargeBinary, nullable=False, unique=True),
    Column("phone_ct", LargeBinary, nullable=False),
    Column("language", String(2)),
    at("created_at"),
    at("seen_at"),
    Index("ix_contact_seen_at", "seen_at"),
)

# Append-only: what a person agreed to or refused, in their own words.
consent = Table(
    "consent",
    metadata,
    row_id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("phone_hash", LargeBinary, nullable=False),
    Column("act", String(12), nullable=False),
    Column("words_ct", LargeBinary, nullable=False),
    Column("words_key", String(32), nullable=False),
    Column("language", String(2)),
    Column("channel", String(5), nullable=False),
    Column("source", String(16), nullable=False),
    at("created_at"),
    Index("ix_consent_phone_hash", "phone_hash"),
    # Who is erased leaves their rows here, to be found without reading all of them.
    Index("ix_consent_contact_id", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
)

suppression = Table(
    "suppression",
    metadata,
    Column("phone_hash", LargeBinary, primary_key=True),
    Column("reason", String(16), nullable=False),
    at("since"),
)

carrier_block = Table(
    "carrier_block",
    metadata,
    Column("phone_hash", LargeBinary, nullable=False),
    Column("sender", String(40), nullable=False),
    at("since"),
    PrimaryKeyConstraint("phone_hash", "sender"),
)

number_health = Table(
    "number_health",
    metadata,
    Column("phone_hash", LargeBinary, primary_key=True),
    Column("failures", SmallInteger, nullable=False),
    Column("code", Integer),
    at("last_at"),
)

subscription = Table(
    "subscription",
    metadata,
    row_id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
    Column("zip", String(5), nullable=False),
    Column("kinds", ARRAY(String(16)), nullable=False),
    Column("channel", String(5), nullable=False, server_default=text("'sms'")),
    at("created_at"),
    UniqueConstraint("contact_id", "zip"),
    Index("ix_subscription_zip", "zip", "id"),
)
