"""Keys of the interface, what was answered to them, and whom the line tells of what happens."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hotline.store.tables.base import at, metadata, row_id

# A key acts in the name of whoever made it. Of its secret only the SHA-256 is kept: it is 32 random bytes.
# `window_count` requests were made since `window_at`.
api_key = Table(
    "api_key",
    metadata,
    row_id(),
    Column("key_id", String(12), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("name", String(60), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("scopes", ARRAY(String(32)), nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("window_count", Integer, nullable=False, server_default=text("0")),
    at("window_at", nullable=True),
    at("created_at"),
    at("expires_at"),
    at("used_at", nullable=True),
    at("ended_at", nullable=True),
    Index("ix_api_key_person_id", "person_id"),
)

# What was answered under an Idempotency-Key; without an answer it is still being worked on, or was lost.
api_answer = Table(
    "api_answer",
    metadata,
    row_id(),
    Column("api_key_id", ForeignKey("api_key.id", ondelete="CASCADE"), nullable=False),
    Column("asked_hash", String(64), nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("answer_ct", LargeBinary),
    at("created_at"),
    UniqueConstraint("api_key_id", "asked_hash"),
    Index("ix_api_answer_created_at", "created_at"),
)

# The address may hold a token of theirs, so it is sealed as the secret is.
hook = Table(
    "hook",
    metadata,
    row_id(),
    Column("url_ct", LargeBinary, nullable=False),
    Column("secret_ct", LargeBinary, nullable=False),
    Column("events", ARRAY(String(32)), nullable=False),
    Column("person", String(64), nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    at("created_at"),
    at("ended_at", nullable=True),
    Column("ended_why", String(10)),
)

# Written with what happened, in its transaction. `due_at` is NULL when nothing more is tried.
hook_delivery = Table(
    "hook_delivery",
    metadata,
    row_id(),
    Column("hook_id", ForeignKey("hook.id", ondelete="CASCADE"), nullable=False),
    Column("event", String(32), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0")),
    Column("status", SmallInteger),
    Column("is_taken", Boolean, nullable=False, server_default=text("false")),
    at("created_at"),
    at("due_at", nullable=True),
    at("tried_at", nullable=True),
    Index("ix_hook_delivery_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_hook_delivery_hook_id", "hook_id", "id"),
    Index("ix_hook_delivery_created_at", "created_at"),
)
