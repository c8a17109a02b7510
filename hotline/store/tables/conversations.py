"""What passes between a contact and the line: sessions, turns, messages, reports, tickets, calls."""

from sqlalchemy import (
    BigInteger,
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

from hotline.store.tables.base import at, metadata, row_id

session = Table(
    "session",
    metadata,
    row_id(),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), unique=True),
    Column("call_sid", String(34), unique=True),
    Column("state_ct", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("caller_id", ForeignKey("contact.id", ondelete="SET NULL")),
    at("expires_at"),
    Index("ix_session_caller_id", "caller_id", postgresql_where=text("caller_id IS NOT NULL")),
    postgresql_with={"fillfactor": 70},  # every turn changes a session: room for it in the same page
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
    at("created_at"),
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
    at("not_before", nullable=True),
    at("leased_until", nullable=True),
    at("asked_at", nullable=True),
    at("ends_at", nullable=True),
    at("created_at"),
    at("settled_at", nullable=True),
    Index("ix_message_contact_id", "contact_id"),
    Index("ix_message_created_at", "created_at", postgresql_using="brin"),
    Index("ix_message_sid", "sid", postgresql_where=text("sid IS NOT NULL")),
    Index(
        "ix_message_waiting",
        "id",
        postgresql_where=text("direction = 'out' AND status IN ('pending', 'sending', 'unknown')"),
    ),
)

report = Table(
    "report",
    metadata,
    row_id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("answers_ct", LargeBinary, nullable=False),
    Column("is_urgent", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(12), nullable=False),
    Column("channel", String(5), nullable=False),
    Column("language", String(2)),
    Column("source", String(12), nullable=False, server_default=text("'text'")),
    Column("incident_id", ForeignKey("incident.id")),
    at("created_at"),
    at("finished_at", nullable=True),
    at("erased_at", nullable=True),
    Index("ix_report_created_at", "created_at"),
    Index("ix_report_kept", "created_at", postgresql_where=text("erased_at IS NULL")),
    Index("ix_report_contact_id", "contact_id"),
    Index("ix_report_incident_id", "incident_id"),
    Index("ix_report_queue", "is_urgent", "id"),
    Index(
        "ix_report_without_incident",
        "id",
        postgresql_where=text(
            "incident_id IS NULL AND erased_at IS NULL AND (is_urgent OR state = 'finished')"
        ),
    ),
)

ticket = Table(
    "ticket",
    metadata,
    row_id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("is_urgent", Boolean, nullable=False),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE")),
    Column("language", String(2)),
    Column("owner", String(64)),
    Column("state", String(8), nullable=False),
    at("created_at"),
    at("due_at", nullable=True),
    at("closed_at", nullable=True),
    Column("partner_id", ForeignKey("partner.id", ondelete="SET NULL")),
    Column("outcome", String(16)),
    Column("note_ct", LargeBinary),
    Index("ix_ticket_state", "state", "created_at"),
    Index("ix_ticket_contact_id", "contact_id"),
    Index("ix_ticket_queue", "state", "is_urgent", "id"),
    Index("ix_ticket_kind", "kind", "state", "is_urgent", "id"),
    Index("ix_ticket_owner", "owner", "state", "is_urgent", "id", postgresql_where=text("owner IS NOT NULL")),
    Index("ix_ticket_closed", "id", postgresql_where=text("state = 'closed'")),
    Index("ix_ticket_partner_id", "partner_id", postgresql_where=text("partner_id IS NOT NULL")),
)

recording = Table(
    "recording",
    metadata,
    row_id(),
    Column("sid_ct", LargeBinary, nullable=False),
    Column("sid_hash", LargeBinary, nullable=False, unique=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="SET NULL")),
    Column("ticket_id", ForeignKey("ticket.id", ondelete="SET NULL")),
    Column("report_id", ForeignKey("report.id", ondelete="SET NULL")),
    Column("duration_s", Integer, nullable=False),
    Column("is_ready", Boolean, nullable=False, server_default=text("false")),
    at("created_at"),
    at("deleted_at", nullable=True),
    Index("ix_recording_ticket_id", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
    Index("ix_recording_contact_id", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
    Index("ix_recording_report_id", "report_id", postgresql_where=text("report_id IS NOT NULL")),
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
    at("created_at"),
    at("accepted_at", nullable=True),
    at("rung_at", nullable=True),
    at("picked_at", nullable=True),
    Column("outcome", String(16)),
    Index("ix_leg_call_sid", "call_sid"),
    Index("ix_leg_ticket_id", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
    Index("uq_leg_winner", "call_sid", unique=True, postgresql_where=text("accepted_at IS NOT NULL")),
)
