"""Every table: ids are bigint inside, personal data is sealed (`_ct`) or hashed (`_hash`)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A turn takes a block of ten ids: its own message and up to nine answers, in one round trip.
MESSAGE_BLOCK = 10
message_ids = Sequence("message_id_seq", increment=MESSAGE_BLOCK, metadata=metadata)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _at(name: str, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


contact = Table(
    "contact",
    metadata,
    _id(),
    Column("phone_hash", LargeBinary, nullable=False, unique=True),
    Column("phone_ct", LargeBinary, nullable=False),
    Column("language", String(2)),
    _at("created_at"),
    _at("seen_at"),
    Index("ix_contact_seen_at", "seen_at"),
)

session = Table(
    "session",
    metadata,
    _id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), unique=True),
    Column("call_sid", String(34), unique=True),
    Column("state_ct", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("caller_id", ForeignKey("contact.id", ondelete="SET NULL")),
    _at("expires_at"),
    Index("ix_session_expires_at", "expires_at"),
)

# One row for each thing that arrived, by the carrier's own name for it: a retry finds the answer.
turn = Table(
    "turn",
    metadata,
    Column("id", BigInteger, primary_key=True),  # the first of its block of message ids
    Column("sid", String(40), nullable=False),
    Column("n", Integer, nullable=False),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE")),
    Column("answer_ct", LargeBinary),
    _at("created_at"),
    UniqueConstraint("sid", "n"),
    Index("ix_turn_created_at", "created_at", postgresql_using="brin"),
    Index("ix_turn_contact_id", "contact_id"),
)

# Every text of whatever kind that is no delivery of a broadcast. `m<id>` stands in its callback address.
message = Table(
    "message",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("direction", String(3), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE")),
    Column("phone_ct", LargeBinary),
    Column("body_ct", LargeBinary),
    Column("media_ct", LargeBinary),
    Column("sid", String(34)),
    Column("status", String(12), nullable=False),
    Column("code", Integer),
    Column("sender", String(40)),
    Column("reason", String(24)),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0")),
    Column("fence", Integer, nullable=False, server_default=text("0")),
    Column("misses", SmallInteger, nullable=False, server_default=text("0")),
    Column("segments", SmallInteger, nullable=False, server_default=text("0")),
    _at("not_before", nullable=True),
    _at("leased_until", nullable=True),
    _at("asked_at", nullable=True),
    _at("ends_at", nullable=True),
    _at("created_at"),
    _at("settled_at", nullable=True),
    Index("ix_message_contact_id", "contact_id"),
    Index("ix_message_created_at", "created_at", postgresql_using="brin"),
    Index("ix_message_sid", "sid", postgresql_where=text("sid IS NOT NULL")),
    Index(
        "ix_message_waiting",
        "id",
        postgresql_where=text("direction = 'out' AND status IN ('pending', 'sending', 'unknown')"),
    ),
)

# Append-only: what a person agreed to or refused, in their own words.
consent = Table(
    "consent",
    metadata,
    _id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("phone_hash", LargeBinary, nullable=False),
    Column("act", String(12), nullable=False),
    Column("words_ct", LargeBinary, nullable=False),
    Column("words_key", String(32), nullable=False),
    Column("language", String(2)),
    Column("channel", String(5), nullable=False),
    Column("source", String(16), nullable=False),
    _at("created_at"),
    Index("ix_consent_phone_hash", "phone_hash"),
)

suppression = Table(
    "suppression",
    metadata,
    Column("phone_hash", LargeBinary, primary_key=True),
    Column("reason", String(16), nullable=False),
    _at("since"),
)

carrier_block = Table(
    "carrier_block",
    metadata,
    Column("phone_hash", LargeBinary, nullable=False),
    Column("sender", String(40), nullable=False),
    _at("since"),
    PrimaryKeyConstraint("phone_hash", "sender"),
)

number_health = Table(
    "number_health",
    metadata,
    Column("phone_hash", LargeBinary, primary_key=True),
    Column("failures", SmallInteger, nullable=False),
    Column("code", Integer),
    _at("last_at"),
)

subscription = Table(
    "subscription",
    metadata,
    _id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
    Column("zip", String(5), nullable=False),
    Column("kinds", ARRAY(String(16)), nullable=False),
    Column("channel", String(5), nullable=False, server_default=text("'sms'")),
    _at("created_at"),
    UniqueConstraint("contact_id", "zip"),
    Index("ix_subscription_zip", "zip", "id"),
)

report = Table(
    "report",
    metadata,
    _id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("answers_ct", LargeBinary, nullable=False),
    Column("is_urgent", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(12), nullable=False),
    Column("channel", String(5), nullable=False),
    Column("language", String(2)),
    _at("created_at"),
    _at("finished_at", nullable=True),
    _at("erased_at", nullable=True),
    Index("ix_report_created_at", "created_at"),
    Index("ix_report_contact_id", "contact_id"),
)

ticket = Table(
    "ticket",
    metadata,
    _id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("is_urgent", Boolean, nullable=False),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE")),
    Column("language", String(2)),
    Column("owner", String(64)),
    Column("state", String(8), nullable=False),
    _at("created_at"),
    _at("due_at", nullable=True),
    _at("closed_at", nullable=True),
    Index("ix_ticket_state", "state", "created_at"),
    Index("ix_ticket_contact_id", "contact_id"),
)

recording = Table(
    "recording",
    metadata,
    _id(),
    Column("sid_ct", LargeBinary, nullable=False),
    Column("sid_hash", LargeBinary, nullable=False, unique=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("ticket_id", ForeignKey("ticket.id", ondelete="SET NULL")),
    Column("report_id", ForeignKey("report.id", ondelete="SET NULL")),
    Column("duration_s", Integer, nullable=False),
    Column("is_ready", Boolean, nullable=False, server_default=text("false")),
    _at("created_at"),
    _at("deleted_at", nullable=True),
)

# One dispatcher's phone ringing for one caller; the first to press 1 has the call.
leg = Table(
    "leg",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("call_sid", String(34)),
    Column("ticket_id", ForeignKey("ticket.id", ondelete="CASCADE")),
    Column("person", String(64), nullable=False),
    Column("person_language", String(2), nullable=False),
    Column("caller_language", String(2)),
    Column("topic", String(40), nullable=False),
    _at("created_at"),
    _at("accepted_at", nullable=True),
    _at("rung_at", nullable=True),
    _at("picked_at", nullable=True),
    Column("outcome", String(16)),
    Index("ix_leg_call_sid", "call_sid"),
    Index("uq_leg_winner", "call_sid", unique=True, postgresql_where=text("accepted_at IS NOT NULL")),
)

text_review = Table(
    "text_review",
    metadata,
    _id(),
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
    _at("created_at"),
    Index("ix_text_review_hash", "hash"),
    Index("ix_text_review_text_id", "text_id"),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("template", String(64), nullable=False),
    Column("values_ct", LargeBinary, nullable=False),
    Column("area", String(64), nullable=False),
    Column("zips", ARRAY(String(5)), nullable=False),
    Column("basis", String(32)),
    Column("observer", String(32)),
    _at("seen_at", nullable=True),
    _at("ends_at"),
    Column("author", String(64), nullable=False),
    Column("releaser", String(64)),
    Column("follows_id", ForeignKey("alert.id")),
    Column("state", String(12), nullable=False),
    Column("word_hash", LargeBinary),
    Column("word_person", String(64)),
    Column("word_tries", SmallInteger, nullable=False, server_default=text("0")),
    _at("word_ends_at", nullable=True),
    _at("created_at"),
    _at("released_at", nullable=True),
)

# One alert going out. `written_to` and `next_seq` are where the writing of its deliveries goes on:
# `<zip>:<subscription id>`, or `<seq>` in the broadcast that it follows.
broadcast = Table(
    "broadcast",
    metadata,
    _id(),
    Column("alert_id", ForeignKey("alert.id"), nullable=False, unique=True),
    Column("follows_id", ForeignKey("broadcast.id")),
    Column("is_urgent", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(64)),
    Column("zips", ARRAY(String(5)), nullable=False),
    Column("senders", ARRAY(String(40)), nullable=False),
    Column("written_to", String(32), nullable=False, server_default=text("''")),
    Column("next_seq", Integer, nullable=False, server_default=text("1")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("is_written", Boolean, nullable=False, server_default=text("false")),
    _at("ends_at"),
    _at("created_at"),
    _at("finished_at", nullable=True),
    Index("ix_broadcast_running", "id", postgresql_where=text("finished_at IS NULL")),
)

# The wording that goes out, once for each language.
broadcast_body = Table(
    "broadcast_body",
    metadata,
    Column("broadcast_id", ForeignKey("broadcast.id", ondelete="CASCADE"), nullable=False),
    Column("language", String(2), nullable=False),
    Column("body_ct", LargeBinary, nullable=False),
    Column("encoding", String(5), nullable=False),
    Column("segments", SmallInteger, nullable=False),
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
    _at("not_before", nullable=True),
    _at("leased_until", nullable=True),
    _at("asked_at", nullable=True),
    _at("settled_at", nullable=True),
    PrimaryKeyConstraint("broadcast_id", "seq"),
    UniqueConstraint("contact_id", "broadcast_id"),
    UniqueConstraint("broadcast_id", "phone_hash"),
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
    _id(),
    Column("broadcast_id", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("reason", String(24)),
    Column("code", Integer),
    Column("change", BigInteger, nullable=False),
    _at("created_at"),
    Index("ix_delivery_tally_broadcast_id", "broadcast_id"),
)

# Money, in millionths of a dollar, as changes; folded like tallies. The day is the network's own.
spend = Table(
    "spend",
    metadata,
    _id(),
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
    _at("until"),
)

# What must still be deleted at the carrier; a row goes when the carrier says it is gone.
carrier_deletion = Table(
    "carrier_deletion",
    metadata,
    _id(),
    Column("kind", String(10), nullable=False),
    Column("sid_ct", LargeBinary, nullable=False),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0")),
    _at("not_before"),
    _at("created_at"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("actor", String(64), nullable=False),
    Column("act", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _at("created_at"),
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
    _at("changed_at"),
)
