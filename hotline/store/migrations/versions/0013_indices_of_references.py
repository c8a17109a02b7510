"""Indices of references: erasing somebody reads no table whole."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

INDICES = (('consent', 'contact_id'), ('recording', 'contact_id'), ('recording', 'report_id'), ('leg', 'ticket_id'))


def upgrade() -> None:
    for table, column in INDICES:
        op.create_index(f'ix_{table}_{column}', table, [column], postgresql_where=sa.text(f'{column} IS NOT NULL'))


def downgrade() -> None:
    for table, column in INDICES:
        op.drop_index(f'ix_{table}_{column}', table_name=table)
