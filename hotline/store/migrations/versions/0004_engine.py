"""The engine: a number's one text is held when a row is taken up, and tallies say language and place."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('delivery_tally', sa.Column('language', sa.String(length=2), nullable=True))
    op.add_column('delivery_tally', sa.Column('area', sa.String(length=3), nullable=True))
    op.create_index('uq_delivery_taken_phone_hash', 'delivery', ['broadcast_id', 'phone_hash'], unique=True, postgresql_where=sa.text('fence > 0'))
    op.drop_constraint('uq_delivery_broadcast_id_phone_hash', 'delivery', type_='unique')


def downgrade() -> None:
    op.drop_column('delivery_tally', 'area')
    op.drop_column('delivery_tally', 'language')
    op.create_unique_constraint('uq_delivery_broadcast_id_phone_hash', 'delivery', ['broadcast_id', 'phone_hash'])
    op.drop_index('uq_delivery_taken_phone_hash', table_name='delivery', postgresql_where=sa.text('fence > 0'))
