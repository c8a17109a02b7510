"""Incidents, their steps, and who was asked to look."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("zip", sa.String(length=5), nullable=True),
        sa.Column("fields_ct", sa.LargeBinary(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("asking_round", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("asking", sa.String(length=12), nullable=True),
        sa.Column("override_asked_by", sa.String(length=64), nullable=True),
        sa.Column("override_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stepped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merged_into_id"], ["incident.id"], name=op.f("fk_incident_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("code", name=op.f("uq_incident_code")),
    )
    op.create_index(
        "ix_incident_asking", "incident", ["id"], unique=False, postgresql_where=sa.text("asking = 'asking'")
    )
    op.create_index("ix_incident_created_at", "incident", ["created_at"], unique=False)
    op.create_index(
        "ix_incident_merged_into_id",
        "incident",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["is_urgent", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'closed' AND merged_into_id IS NULL"),
    )
    op.create_table(
        "incident_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("after", sa.String(length=16), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=True),
        sa.Column("reason_ct", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_step_incident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
    )
    op.create_index("ix_incident_step_incident_id", "incident_step", ["incident_id"], unique=False)
    op.create_table(
        "verify_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=4), nullable=True),
        sa.Column("finding", sa.String(length=8), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_verify_request_incident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verify_request")),
        sa.UniqueConstraint(
            "incident_id", "round", "person_id", name=op.f("uq_verify_request_incident_id_round_person_id")
        ),
    )
    op.create_index("ix_verify_request_person_id", "verify_request", ["person_id", "id"], unique=False)
    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.String(length=8), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("body_ct", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_observation_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_observation_report_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    op.create_index("ix_observation_incident_id", "observation", ["incident_id"], unique=False)
    op.create_index(
        "ix_observation_report_id",
        "observation",
        ["report_id"],
        unique=False,
        postgresql_where=sa.text("report_id IS NOT NULL"),
    )
    op.add_column("alert", sa.Column("incident_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_alert_incident_id",
        "alert",
        ["incident_id"],
        unique=False,
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_alert_incident_id"), "alert", "incident", ["incident_id"], ["id"])
    op.add_column(
        "report", sa.Column("source", sa.String(length=12), server_default=sa.text("'text'"), nullable=False)
    )
    op.add_column("report", sa.Column("incident_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_report_incident_id", "report", ["incident_id"], unique=False)
    op.create_index("ix_report_queue", "report", ["is_urgent", "id"], unique=False)
    op.create_index(
        "ix_report_without_incident",
        "report",
        ["id"],
        unique=False,
        postgresql_where=sa.text(
            "incident_id IS NULL AND erased_at IS NULL AND (is_urgent OR state = 'finished')"
        ),
    )
    op.create_foreign_key(op.f("fk_report_incident_id"), "report", "incident", ["incident_id"], ["id"])
    op.execute("UPDATE report SET source = 'call' WHERE channel = 'voice'")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_report_incident_id"), "report", type_="foreignkey")
    op.drop_index(
        "ix_report_without_incident",
        table_name="report",
        postgresql_where=sa.text(
            "incident_id IS NULL AND erased_at IS NULL AND (is_urgent OR state = 'finished')"
        ),
    )
    op.drop_index("ix_report_queue", table_name="report")
    op.drop_index("ix_report_incident_id", table_name="report")
    op.drop_column("report", "incident_id")
    op.drop_column("report", "source")
    op.drop_constraint(op.f("fk_alert_incident_id"), "alert", type_="foreignkey")
    op.drop_index(
        "ix_alert_incident_id", table_name="alert", postgresql_where=sa.text("incident_id IS NOT NULL")
    )
    op.drop_column("alert", "incident_id")
    op.drop_index(
        "ix_observation_report_id",
        table_name="observation",
        postgresql_where=sa.text("report_id IS NOT NULL"),
    )
    op.drop_index("ix_observation_incident_id", table_name="observation")
    op.drop_table("observation")
    op.drop_index("ix_verify_request_person_id", table_name="verify_request")
    op.drop_table("verify_request")
    op.drop_index("ix_incident_step_incident_id", table_name="incident_step")
    op.drop_table("incident_step")
    op.drop_index(
        "ix_incident_open",
        table_name="incident",
        postgresql_where=sa.text("state <> 'closed' AND merged_into_id IS NULL"),
    )
    op.drop_index(
        "ix_incident_merged_into_id",
        table_name="incident",
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.drop_index("ix_incident_created_at", table_name="incident")
    op.drop_index("ix_incident_asking", table_name="incident", postgresql_where=sa.text("asking = 'asking'"))
    op.drop_table("incident")
