"""Alerts made in the console: their incident and their other kinds."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('alert', sa.Column('agreed_by', sa.String(length=64), nullable=True))
    op.add_column('alert', sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_alert_follows_id', 'alert', ['follows_id'], unique=False, postgresql_where=sa.text('follows_id IS NOT NULL'))
    op.add_column('broadcast', sa.Column('audience', sa.String(length=16), server_default=sa.text("'alert'"), nullable=False))


def downgrade() -> None:
    op.drop_column('broadcast', 'audience')
    op.drop_index('ix_alert_follows_id', table_name='alert', postgresql_where=sa.text('follows_id IS NOT NULL'))
    op.drop_column('alert', 'reminded_at')
    op.drop_column('alert', 'agreed_by')
