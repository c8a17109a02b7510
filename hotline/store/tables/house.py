"""What the house keeps for itself: reviews of texts, deletions owed, audit, counts."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, SmallInteger, String, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from hotline.store.tables.base import at, metadata, row_id

text_review = Table(
    "text_review",
    metadata,
    row_id(),
    Column("hash", String(64), nullable=False),
    Column("text_id", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("channel", String(5), nullable=False),
    Column("decision", String(10), nullable=False),
    Column("reviewed_by", String(200), nullable=False),
    Column("reviewed_on", Date, nullable=False),
    Column("language_reviewed_by", String(200)),
    Column("language_reviewed_on", Date),
    Column("second_by", String(200)),
    Column("due_on", Date),
    Column("wording", Text),  # as it stood; decisions before this was kept have none
    Column("entered_by", String(64)),
    Column("note", String(300)),
    at("created_at"),
    Index("ix_text_review_hash", "hash"),
    Index("ix_text_review_text_id", "text_id"),
)

# What must still be deleted at the carrier; a row goes when the carrier says it is gone.
carrier_deletion = Table(
    "carrier_deletion",
    metadata,
    row_id(),
    Column("kind", String(10), nullable=False),
    Column("sid_ct", LargeBinary, nullable=False),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0")),
    at("not_before"),
    at("created_at"),
)

# A chain: `hash` is over the line and `prev_hash`, the hash of the line before (hotline.store.audit).
# A line of the version before, which goes on beside this one while it is replaced, has neither.
audit = Table(
    "audit",
    metadata,
    row_id(),
    Column("actor", String(64), nullable=False),
    Column("act", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    at("created_at"),
    Column("key_no", SmallInteger, nullable=False, server_default=text("0")),
    Column("prev_hash", String(64), nullable=False, server_default=text("''")),
    Column("hash", String(64), nullable=False, server_default=text("''")),
    Index("ix_audit_actor", "actor", "id"),
    Index("ix_audit_act", "act", "id"),
    Index("ix_audit_subject", "subject", "id"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

setting_mark = Table(
    "setting_mark",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
    at("changed_at"),
)
