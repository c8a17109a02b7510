"""Sites and their contacts, events, and the organisations that help requests are handed over to."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from hotline.store.tables.base import at, metadata, row_id

# A school, workplace, hotel or market. Its name is public, its plan is not.
site = Table(
    "site",
    metadata,
    row_id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("name_key", String(80), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("zip", String(5), nullable=False),
    Column("place", String(80), nullable=False, server_default=text("''")),
    Column("plan_ct", LargeBinary),
    at("created_at"),
    at("closed_at", nullable=True),
    Index("ix_site_name", "name_key", "id", postgresql_where=text("closed_at IS NULL")),
    Index("ix_site_zip", "zip", postgresql_where=text("closed_at IS NULL")),
)

# Somebody of the site who agreed, from that phone, to be told first.
site_contact = Table(
    "site_contact",
    metadata,
    row_id(),
    Column("site_id", ForeignKey("site.id", ondelete="CASCADE"), nullable=False),
    Column("name_ct", LargeBinary, nullable=False),
    Column("role", String(40), nullable=False, server_default=text("''")),
    Column("note_ct", LargeBinary),
    Column("phone_ct", LargeBinary, nullable=False),
    Column("phone_hash", LargeBinary, nullable=False),
    Column("language", String(2), nullable=False),
    Column("state", String(10), nullable=False),
    at("asked_at", nullable=True),
    at("answered_at", nullable=True),
    at("created_at"),
    UniqueConstraint("site_id", "phone_hash"),
    Index("ix_site_contact_phone_hash", "phone_hash"),
)

# Which site a report is about, and whether one of its confirmed contacts told it.
report_site = Table(
    "report_site",
    metadata,
    Column(
        "report_id",
        BigInteger,
        ForeignKey("report.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("site_id", ForeignKey("site.id", ondelete="CASCADE"), nullable=False),
    Column("is_contact", Boolean, nullable=False),
    Index("ix_report_site_site_id", "site_id"),
)

# Who was told of an incident, and that it ended: each once, whoever presses the button twice.
site_notice = Table(
    "site_notice",
    metadata,
    row_id(),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("site_id", ForeignKey("site.id", ondelete="CASCADE"), nullable=False),
    Column("site_contact_id", ForeignKey("site_contact.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("person", String(64), nullable=False),
    Column("message_id", BigInteger),
    at("created_at"),
    UniqueConstraint("incident_id", "site_contact_id", "kind"),
    Index("ix_site_notice_site_id", "site_id"),
    Index("ix_site_notice_site_contact_id", "site_contact_id"),
)

event = Table(
    "event",
    metadata,
    row_id(),
    Column("name_en", String(80), nullable=False),
    Column("name_es", String(80), nullable=False),
    Column("place", String(80), nullable=False),
    Column("zip", String(5), nullable=False),
    Column("capacity", Integer),
    Column("languages", ARRAY(String(16)), nullable=False),
    Column("note_en", String(300), nullable=False, server_default=text("''")),
    Column("note_es", String(300), nullable=False, server_default=text("''")),
    Column("state", String(10), nullable=False),
    Column("author", String(64), nullable=False),
    at("starts_at"),
    at("ends_at"),
    at("created_at"),
    Index("ix_event_starts_at", "starts_at", "id"),
    Index("ix_event_confirmed", "ends_at", postgresql_where=text("state = 'confirmed'")),
)

# An organisation that takes help requests over; `contact_ct` is how staff reach it.
partner = Table(
    "partner",
    metadata,
    row_id(),
    Column("name", String(80), nullable=False),
    Column("name_key", String(80), nullable=False, unique=True),
    Column("kinds", ARRAY(String(16)), nullable=False),
    Column("contact_ct", LargeBinary, nullable=False),
    at("created_at"),
    at("closed_at", nullable=True),
)
