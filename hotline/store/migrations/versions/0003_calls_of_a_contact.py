"""Calls of a contact: found at once when the contact is erased. Nothing else changes."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_session_caller_id', 'session', ['caller_id'], unique=False, postgresql_where=sa.text('caller_id IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_session_caller_id', table_name='session', postgresql_where=sa.text('caller_id IS NOT NULL'))
