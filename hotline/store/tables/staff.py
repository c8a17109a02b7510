"""People who work for the network; who left keeps a name, for the record, and no number."""

from sqlalchemy import Boolean, Column, LargeBinary, SmallInteger, String, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hotline.store.tables.base import at, metadata, row_id

person = Table(
    "person",
    metadata,
    row_id(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False, unique=True),  # however it is typed
    Column("roles", ARRAY(String(16)), nullable=False),
    Column("organisation", String(80), nullable=False, server_default=text("''")),
    Column("languages", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("phone_hash", LargeBinary, unique=True),
    Column("phone_ct", LargeBinary),
    Column("language", String(2), nullable=False),
    Column("zips", ARRAY(String(5)), nullable=False, server_default=text("'{}'")),
    Column("is_available", Boolean, nullable=False),
    at("available_at"),  # since when they are on, or off
    Column("pin_hash", Text),
    Column("pin_tries", SmallInteger, nullable=False, server_default=text("0")),
    at("pin_locked_at", nullable=True),
    at("pin_good_until", nullable=True),
    at("pin_asked_until", nullable=True),
    Column("pin_command", String(16)),  # what is done once the PIN is right
    at("created_at"),
    at("left_at", nullable=True),
)
