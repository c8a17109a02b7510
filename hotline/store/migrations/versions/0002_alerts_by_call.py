"""Alerts by call: what is said. The version before goes on beside it and never takes a call's row."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('broadcast_body', sa.Column('spoken_ct', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('broadcast_body', 'spoken_ct')
