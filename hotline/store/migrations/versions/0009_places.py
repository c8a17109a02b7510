"""Sites and their contacts, events, partners, and what tickets need for help requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('name_es', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('languages', postgresql.ARRAY(sa.String(length=16)), nullable=False),
    sa.Column('note_en', sa.String(length=300), server_default=sa.text("''"), nullable=False),
    sa.Column('note_es', sa.String(length=300), server_default=sa.text("''"), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('author', sa.String(length=64), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    op.create_index('ix_event_confirmed', 'event', ['ends_at'], unique=False, postgresql_where=sa.text("state = 'confirmed'"))
    op.create_index('ix_event_starts_at', 'event', ['starts_at', 'id'], unique=False)
    op.create_table('partner',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=80), nullable=False),
    sa.Column('kinds', postgresql.ARRAY(sa.String(length=16)), nullable=False),
    sa.Column('contact_ct', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner')),
    sa.UniqueConstraint('name_key', name=op.f('uq_partner_name_key'))
    )
    op.create_table('site',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=False),
    sa.Column('place', sa.String(length=80), server_default=sa.text("''"), nullable=False),
    sa.Column('plan_ct', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site')),
    sa.UniqueConstraint('code', name=op.f('uq_site_code'))
    )
    op.create_index('ix_site_name', 'site', ['name_key', 'id'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_site_zip', 'site', ['zip'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('site_contact',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('name_ct', sa.LargeBinary(), nullable=False),
    sa.Column('role', sa.String(length=40), server_default=sa.text("''"), nullable=False),
    sa.Column('note_ct', sa.LargeBinary(), nullable=True),
    sa.Column('phone_ct', sa.LargeBinary(), nullable=False),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_contact_site_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_contact')),
    sa.UniqueConstraint('site_id', 'phone_hash', name=op.f('uq_site_contact_site_id_phone_hash'))
    )
    op.create_index('ix_site_contact_phone_hash', 'site_contact', ['phone_hash'], unique=False)
    op.create_table('report_site',
    sa.Column('report_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('is_contact', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_site_report_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_report_site_site_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_report_site'))
    )
    op.create_index('ix_report_site_site_id', 'report_site', ['site_id'], unique=False)
    op.create_table('site_notice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('incident_id', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('site_contact_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_site_notice_incident_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_contact_id'], ['site_contact.id'], name=op.f('fk_site_notice_site_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_notice_site_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_notice')),
    sa.UniqueConstraint('incident_id', 'site_contact_id', 'kind', name=op.f('uq_site_notice_incident_id_site_contact_id_kind'))
    )
    op.create_index('ix_site_notice_site_contact_id', 'site_notice', ['site_contact_id'], unique=False)
    op.create_index('ix_site_notice_site_id', 'site_notice', ['site_id'], unique=False)
    op.create_index('ix_recording_ticket_id', 'recording', ['ticket_id'], unique=False, postgresql_where=sa.text('ticket_id IS NOT NULL'))
    op.add_column('ticket', sa.Column('partner_id', sa.BigInteger(), nullable=True))
    op.add_column('ticket', sa.Column('outcome', sa.String(length=16), nullable=True))
    op.add_column('ticket', sa.Column('note_ct', sa.LargeBinary(), nullable=True))
    op.create_index('ix_ticket_closed', 'ticket', ['id'], unique=False, postgresql_where=sa.text("state = 'closed'"))
    op.create_index('ix_ticket_kind', 'ticket', ['kind', 'state', 'is_urgent', 'id'], unique=False)
    op.create_index('ix_ticket_owner', 'ticket', ['owner', 'state', 'is_urgent', 'id'], unique=False, postgresql_where=sa.text('owner IS NOT NULL'))
    op.create_index('ix_ticket_partner_id', 'ticket', ['partner_id'], unique=False, postgresql_where=sa.text('partner_id IS NOT NULL'))
    op.create_index('ix_ticket_queue', 'ticket', ['state', 'is_urgent', 'id'], unique=False)
    op.create_foreign_key(op.f('fk_ticket_partner_id'), 'ticket', 'partner', ['partner_id'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    op.drop_constraint(op.f('fk_ticket_partner_id'), 'ticket', type_='foreignkey')
    op.drop_index('ix_ticket_queue', table_name='ticket')
    op.drop_index('ix_ticket_partner_id', table_name='ticket', postgresql_where=sa.text('partner_id IS NOT NULL'))
    op.drop_index('ix_ticket_owner', table_name='ticket', postgresql_where=sa.text('owner IS NOT NULL'))
    op.drop_index('ix_ticket_kind', table_name='ticket')
    op.drop_index('ix_ticket_closed', table_name='ticket', postgresql_where=sa.text("state = 'closed'"))
    op.drop_column('ticket', 'note_ct')
    op.drop_column('ticket', 'outcome')
    op.drop_column('ticket', 'partner_id')
    op.drop_index('ix_recording_ticket_id', table_name='recording', postgresql_where=sa.text('ticket_id IS NOT NULL'))
    op.drop_index('ix_site_notice_site_id', table_name='site_notice')
    op.drop_index('ix_site_notice_site_contact_id', table_name='site_notice')
    op.drop_table('site_notice')
    op.drop_index('ix_report_site_site_id', table_name='report_site')
    op.drop_table('report_site')
    op.drop_index('ix_site_contact_phone_hash', table_name='site_contact')
    op.drop_table('site_contact')
    op.drop_index('ix_site_zip', table_name='site', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_site_name', table_name='site', postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_table('site')
    op.drop_table('partner')
    op.drop_index('ix_event_starts_at', table_name='event')
    op.drop_index('ix_event_confirmed', table_name='event', postgresql_where=sa.text("state = 'confirmed'"))
    op.drop_table('event')
