"""Incidents, their steps, what was seen of them, and who was asked to look."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from hotline.store.tables.base import at, metadata, row_id

# One or more reports that staff are checking. `fields_ct` holds what staff chose: cross streets and ids of
# the network's lists, never a reporter's own words. A merged incident keeps its reports and points away.
incident = Table(
    "incident",
    metadata,
    row_id(),
    Column("code", String(8), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("is_urgent", Boolean, nullable=False, server_default=text("false")),
    Column("zip", String(5)),
    Column("fields_ct", LargeBinary, nullable=False),
    Column("merged_into_id", ForeignKey("incident.id")),
    Column("asking_round", SmallInteger, nullable=False, server_default=text("0")),
    Column("asking", String(12)),
    Column("override_asked_by", String(64)),
    at("override_asked_at", nullable=True),
    at("overridden_at", nullable=True),
    at("created_at"),
    at("stepped_at"),
    at("closed_at", nullable=True),
    at("erased_at", nullable=True),
    Index(
        "ix_incident_open",
        "is_urgent",
        "id",
        postgresql_where=text("state <> 'closed' AND merged_into_id IS NULL"),
    ),
    Index("ix_incident_created_at", "created_at"),
    Index(
        "ix_incident_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")
    ),
    Index("ix_incident_asking", "id", postgresql_where=text("asking = 'asking'")),
)

# Who did what with it, when and why; never changed afterwards.
incident_step = Table(
    "incident_step",
    metadata,
    row_id(),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("before", String(16)),
    Column("after", String(16)),
    Column("person", String(64), nullable=False),
    Column("subject", String(16)),
    Column("reason_ct", LargeBinary, nullable=False),
    at("created_at"),
    Index("ix_incident_step_incident_id", "incident_id"),
)

# What was seen, checked or stated. `source` tells the independent apart; `body_ct` holds words and media.
observation = Table(
    "observation",
    metadata,
    row_id(),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("finding", String(8)),
    Column("person", String(64), nullable=False),
    Column("source", String(80), nullable=False),
    Column("report_id", ForeignKey("report.id", ondelete="SET NULL")),
    Column("body_ct", LargeBinary, nullable=False),
    at("seen_at"),
    at("created_at"),
    Index("ix_observation_incident_id", "incident_id"),
    Index("ix_observation_report_id", "report_id", postgresql_where=text("report_id IS NOT NULL")),
)

# A person was asked to look; `round` counts how often verifiers were asked anew.
verify_request = Table(
    "verify_request",
    metadata,
    row_id(),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("person", String(64), nullable=False),
    Column("answer", String(4)),
    Column("finding", String(8)),
    Column("message_id", BigInteger),
    at("created_at"),
    at("ends_at"),
    at("answered_at", nullable=True),
    UniqueConstraint("incident_id", "round", "person_id"),
    Index("ix_verify_request_person_id", "person_id", "id"),
)
