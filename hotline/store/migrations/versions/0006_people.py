"""People of the network as records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('name_key', sa.String(length=64), nullable=False),
    sa.Column('roles', postgresql.ARRAY(sa.String(length=16)), nullable=False),
    sa.Column('organisation', sa.String(length=80), server_default=sa.text("''"), nullable=False),
    sa.Column('languages', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=True),
    sa.Column('phone_ct', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('zips', postgresql.ARRAY(sa.String(length=5)), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('is_available', sa.Boolean(), nullable=False),
    sa.Column('available_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pin_hash', sa.Text(), nullable=True),
    sa.Column('pin_tries', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('pin_locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_good_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_asked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_command', sa.String(length=16), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('name_key', name=op.f('uq_person_name_key')),
    sa.UniqueConstraint('phone_hash', name=op.f('uq_person_phone_hash'))
    )


def downgrade() -> None:
    op.drop_table('person')
