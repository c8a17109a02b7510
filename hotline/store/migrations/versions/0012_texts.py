"""Texts: a decision keeps the wording it was made about, who entered it and why."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('text_review', sa.Column('wording', sa.Text(), nullable=True))
    op.add_column('text_review', sa.Column('entered_by', sa.String(length=64), nullable=True))
    op.add_column('text_review', sa.Column('note', sa.String(length=300), nullable=True))
    op.create_index('ix_report_kept', 'report', ['created_at'], unique=False, postgresql_where=sa.text('erased_at IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_report_kept', table_name='report', postgresql_where=sa.text('erased_at IS NULL'))
    op.drop_column('text_review', 'note')
    op.drop_column('text_review', 'entered_by')
    op.drop_column('text_review', 'wording')
