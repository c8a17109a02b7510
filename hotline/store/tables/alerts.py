"""Alerts, the broadcasts they become, and one row for each recipient."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
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

alert = Table(
    "alert",
    metadata,
    row_id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("template", String(64), nullable=False),
    Column("values_ct", LargeBinary, nullable=False),
    Column("area", String(64), nullable=False),
    Column("zips", ARRAY(String(5)), nullable=False),
    Column("basis", String(32)),
    Column("observer", String(32)),
    at("seen_at", nullable=True),
    at("ends_at"),
    Column("author", String(64), nullable=False),
    Column("releaser", String(64)),
    Column("follows_id", ForeignKey("alert.id")),
    Column("incident_id", ForeignKey("incident.id")),
    Column("state", String(12), nullable=False),
    Column("agreed_by", String(64)),
    Column("word_hash", LargeBinary),
    Column("word_person", String(64)),
    Column("word_tries", SmallInteger, nullable=False, server_default=text("0")),
    at("word_ends_at", nullable=True),
    at("created_at"),
    at("released_at", nullable=True),
    at("reminded_at", nullable=True),
    Index("ix_alert_follows_id", "follows_id", postgresql_where=text("follows_id IS NOT NULL")),
    Index("ix_alert_incident_id", "incident_id", postgresql_where=text("incident_id IS NOT NULL")),
)

# One alert going out. `written_to` and `next_seq` are where the writing of its deliveries goes on:
# `<zip>:<subscription id>`, or `<seq>` in the broadcast that it follows.
broadcast = Table(
    "broadcast",
    metadata,
    row_id(),
    Column("alert_id", ForeignKey("alert.id"), nullable=False, unique=True),
    Column("follows_id", ForeignKey("broadcast.id")),
    Column("is_urgent", Boolean, nullable=False),
    Column("audience", String(16), nullable=False, server_default=text("'alert'")),
    Column("state", String(12), nullable=False),
    Column("reason", String(64)),
    Column("zips", ARRAY(String(5)), nullable=False),
    Column("senders", ARRAY(String(40)), nullable=False),
    Column("written_to", String(32), nullable=False, server_default=text("''")),
    Column("next_seq", Integer, nullable=False, server_default=text("1")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("is_written", Boolean, nullable=False, server_default=text("false")),
    at("ends_at"),
    at("created_at"),
    at("finished_at", nullable=True),
    Index("ix_broadcast_running", "id", postgresql_where=text("finished_at IS NULL")),
)

# The wording that goes out, once for each language; `spoken_ct` is what a call says.
broadcast_body = Table(
    "broadcast_body",
    metadata,
    Column("broadcast_id", ForeignKey("broadcast.id", ondelete="CASCADE"), nullable=False),
    Column("language", String(2), nullable=False),
    Column("body_ct", LargeBinary, nullable=False),
    Column("encoding", String(5), nullable=False),
    Column("segments", SmallInteger, nullable=False),
    Column("spoken_ct", LargeBinary),
    PrimaryKeyConstraint("broadcast_id", "language"),
)

# One recipient of one broadcast. `d<broadcast>.<seq>` stands in its callback address.
delivery = Table(
    "delivery",
    metadata,
    Column("broadcast_id", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("contact_id", BigInteger),
    Column("phone_hash", LargeBinary),
    Column("language", String(2), nullable=False),
    Column("zip", String(5)),
    Column("sender", String(40)),
    Column("status", String(12), nullable=False),
    Column("reason", String(24)),
    Column("code", Integer),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("misses", SmallInteger, nullable=False, server_default=text("0")),
    Column("sid", String(34)),
    at("not_before", nullable=True),
    at("leased_until", nullable=True),
    at("asked_at", nullable=True),
    at("settled_at", nullable=True),
    PrimaryKeyConstraint("broadcast_id", "seq"),
    UniqueConstraint("contact_id", "broadcast_id"),
    # One number, one text: of two rows of a number only one can ever be taken up. Not entered before a row
    # is: that is a third of what writing the rows of a large broadcast costs.
    Index(
        "uq_delivery_taken_phone_hash",
        "broadcast_id",
        "phone_hash",
        unique=True,
        postgresql_where=text("fence > 0"),
    ),
    Index(
        "ix_delivery_pending", "broadcast_id", "sender", "seq", postgresql_where=text("status = 'pending'")
    ),
    Index(
        "ix_delivery_open",
        "broadcast_id",
        "seq",
        postgresql_where=text("status IN ('held', 'sending', 'unknown')"),
    ),
)

# How many deliveries stand where, as changes: written with every batch without waiting for another,
# folded into one row now and then. A page sums a handful of rows, never a million.
delivery_tally = Table(
    "delivery_tally",
    metadata,
    row_id(),
    Column("broadcast_id", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("reason", String(24)),
    Column("code", Integer),
    Column("language", String(2)),
    Column("area", String(3)),  # how the ZIP code begins
    Column("change", BigInteger, nullable=False),
    at("created_at"),
    Index("ix_delivery_tally_broadcast_id", "broadcast_id"),
)

# Money, in millionths of a dollar, as changes; folded like tallies. The day is the network's own.
spend = Table(
    "spend",
    metadata,
    row_id(),
    Column("day", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Index("ix_spend_day", "day"),
)

# A sender that may not go on before a time (the carrier's daily or hourly allowance is used up).
sender_rest = Table(
    "sender_rest",
    metadata,
    Column("sender", String(40), primary_key=True),
    Column("code", Integer),
    at("until"),
)
