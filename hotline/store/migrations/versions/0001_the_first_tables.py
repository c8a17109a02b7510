"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE message_id_seq INCREMENT BY 10")
    op.create_table('alert',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('template', sa.String(length=64), nullable=False),
    sa.Column('values_ct', sa.LargeBinary(), nullable=False),
    sa.Column('area', sa.String(length=64), nullable=False),
    sa.Column('zips', postgresql.ARRAY(sa.String(length=5)), nullable=False),
    sa.Column('basis', sa.String(length=32), nullable=True),
    sa.Column('observer', sa.String(length=32), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('author', sa.String(length=64), nullable=False),
    sa.Column('releaser', sa.String(length=64), nullable=True),
    sa.Column('follows_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('word_hash', sa.LargeBinary(), nullable=True),
    sa.Column('word_person', sa.String(length=64), nullable=True),
    sa.Column('word_tries', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('word_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['follows_id'], ['alert.id'], name=op.f('fk_alert_follows_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('code', name=op.f('uq_alert_code'))
    )
    op.create_table('audit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('act', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('carrier_block',
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('sender', sa.String(length=40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('phone_hash', 'sender', name=op.f('pk_carrier_block'))
    )
    op.create_table('carrier_deletion',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('sid_ct', sa.LargeBinary(), nullable=False),
    sa.Column('attempt', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier_deletion'))
    )
    op.create_table('contact',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('phone_ct', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('phone_hash', name=op.f('uq_contact_phone_hash'))
    )
    op.create_index('ix_contact_seen_at', 'contact', ['seen_at'], unique=False)
    op.create_table('counter',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'day', name=op.f('pk_counter'))
    )
    op.create_table('delivery',
    sa.Column('broadcast_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('sender', sa.String(length=40), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('attempt', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('fence', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('misses', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('sid', sa.String(length=34), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('broadcast_id', 'seq', name=op.f('pk_delivery')),
    sa.UniqueConstraint('broadcast_id', 'phone_hash', name=op.f('uq_delivery_broadcast_id_phone_hash')),
    sa.UniqueConstraint('contact_id', 'broadcast_id', name=op.f('uq_delivery_contact_id_broadcast_id'))
    )
    op.create_index('ix_delivery_open', 'delivery', ['broadcast_id', 'seq'], unique=False, postgresql_where=sa.text("status IN ('held', 'sending', 'unknown')"))
    op.create_index('ix_delivery_pending', 'delivery', ['broadcast_id', 'sender', 'seq'], unique=False, postgresql_where=sa.text("status = 'pending'"))
    op.create_table('delivery_tally',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('broadcast_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_tally'))
    )
    op.create_index('ix_delivery_tally_broadcast_id', 'delivery_tally', ['broadcast_id'], unique=False)
    op.create_table('number_health',
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('failures', sa.SmallInteger(), nullable=False),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('phone_hash', name=op.f('pk_number_health'))
    )
    op.create_table('sender_rest',
    sa.Column('sender', sa.String(length=40), nullable=False),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sender', name=op.f('pk_sender_rest'))
    )
    op.create_table('setting_mark',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting_mark'))
    )
    op.create_table('spend',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spend'))
    )
    op.create_index('ix_spend_day', 'spend', ['day'], unique=False)
    op.create_table('suppression',
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('phone_hash', name=op.f('pk_suppression'))
    )
    op.create_table('text_review',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('text_id', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('channel', sa.String(length=5), nullable=False),
    sa.Column('decision', sa.String(length=10), nullable=False),
    sa.Column('reviewed_by', sa.String(length=200), nullable=False),
    sa.Column('reviewed_on', sa.Date(), nullable=False),
    sa.Column('language_reviewed_by', sa.String(length=200), nullable=True),
    sa.Column('language_reviewed_on', sa.Date(), nullable=True),
    sa.Column('second_by', sa.String(length=200), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_review'))
    )
    op.create_index('ix_text_review_hash', 'text_review', ['hash'], unique=False)
    op.create_index('ix_text_review_text_id', 'text_review', ['text_id'], unique=False)
    op.create_table('broadcast',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('alert_id', sa.BigInteger(), nullable=False),
    sa.Column('follows_id', sa.BigInteger(), nullable=True),
    sa.Column('is_urgent', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=True),
    sa.Column('zips', postgresql.ARRAY(sa.String(length=5)), nullable=False),
    sa.Column('senders', postgresql.ARRAY(sa.String(length=40)), nullable=False),
    sa.Column('written_to', sa.String(length=32), server_default=sa.text("''"), nullable=False),
    sa.Column('next_seq', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('total', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('is_written', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['alert_id'], ['alert.id'], name=op.f('fk_broadcast_alert_id')),
    sa.ForeignKeyConstraint(['follows_id'], ['broadcast.id'], name=op.f('fk_broadcast_follows_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast')),
    sa.UniqueConstraint('alert_id', name=op.f('uq_broadcast_alert_id'))
    )
    op.create_index('ix_broadcast_running', 'broadcast', ['id'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))
    op.create_table('consent',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(), nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('words_ct', sa.LargeBinary(), nullable=False),
    sa.Column('words_key', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('channel', sa.String(length=5), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_consent_contact_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index('ix_consent_phone_hash', 'consent', ['phone_hash'], unique=False)
    op.create_table('message',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('phone_ct', sa.LargeBinary(), nullable=True),
    sa.Column('body_ct', sa.LargeBinary(), nullable=True),
    sa.Column('media_ct', sa.LargeBinary(), nullable=True),
    sa.Column('sid', sa.String(length=34), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('sender', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.String(length=24), nullable=True),
    sa.Column('attempt', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('fence', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('misses', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('segments', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_message_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    op.create_index('ix_message_contact_id', 'message', ['contact_id'], unique=False)
    op.create_index('ix_message_created_at', 'message', ['created_at'], unique=False, postgresql_using='brin')
    op.create_index('ix_message_sid', 'message', ['sid'], unique=False, postgresql_where=sa.text('sid IS NOT NULL'))
    op.create_index('ix_message_waiting', 'message', ['id'], unique=False, postgresql_where=sa.text("direction = 'out' AND status IN ('pending', 'sending', 'unknown')"))
    op.create_table('report',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('answers_ct', sa.LargeBinary(), nullable=False),
    sa.Column('is_urgent', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=5), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_report_contact_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('code', name=op.f('uq_report_code'))
    )
    op.create_index('ix_report_contact_id', 'report', ['contact_id'], unique=False)
    op.create_index('ix_report_created_at', 'report', ['created_at'], unique=False)
    op.create_table('session',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('call_sid', sa.String(length=34), nullable=True),
    sa.Column('state_ct', sa.LargeBinary(), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('caller_id', sa.BigInteger(), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['caller_id'], ['contact.id'], name=op.f('fk_session_caller_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_session_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('call_sid', name=op.f('uq_session_call_sid')),
    sa.UniqueConstraint('contact_id', name=op.f('uq_session_contact_id'))
    )
    op.create_index('ix_session_expires_at', 'session', ['expires_at'], unique=False)
    op.create_table('subscription',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=False),
    sa.Column('kinds', postgresql.ARRAY(sa.String(length=16)), nullable=False),
    sa.Column('channel', sa.String(length=5), server_default=sa.text("'sms'"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_subscription_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('contact_id', 'zip', name=op.f('uq_subscription_contact_id_zip'))
    )
    op.create_index('ix_subscription_zip', 'subscription', ['zip', 'id'], unique=False)
    op.create_table('ticket',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('is_urgent', sa.Boolean(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('owner', sa.String(length=64), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_ticket_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket')),
    sa.UniqueConstraint('code', name=op.f('uq_ticket_code'))
    )
    op.create_index('ix_ticket_contact_id', 'ticket', ['contact_id'], unique=False)
    op.create_index('ix_ticket_state', 'ticket', ['state', 'created_at'], unique=False)
    op.create_table('turn',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('sid', sa.String(length=40), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('answer_ct', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_turn_contact_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_turn')),
    sa.UniqueConstraint('sid', 'n', name=op.f('uq_turn_sid_n'))
    )
    op.create_index('ix_turn_contact_id', 'turn', ['contact_id'], unique=False)
    op.create_index('ix_turn_created_at', 'turn', ['created_at'], unique=False, postgresql_using='brin')
    op.create_table('broadcast_body',
    sa.Column('broadcast_id', sa.BigInteger(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('body_ct', sa.LargeBinary(), nullable=False),
    sa.Column('encoding', sa.String(length=5), nullable=False),
    sa.Column('segments', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcast.id'], name=op.f('fk_broadcast_body_broadcast_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('broadcast_id', 'language', name=op.f('pk_broadcast_body'))
    )
    op.create_table('leg',
    sa.Column('id', sa.String(length=24), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('person_language', sa.String(length=2), nullable=False),
    sa.Column('caller_language', sa.String(length=2), nullable=True),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('picked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_leg_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leg'))
    )
    op.create_index('ix_leg_call_sid', 'leg', ['call_sid'], unique=False)
    op.create_index('uq_leg_winner', 'leg', ['call_sid'], unique=True, postgresql_where=sa.text('accepted_at IS NOT NULL'))
    op.create_table('recording',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sid_ct', sa.LargeBinary(), nullable=False),
    sa.Column('sid_hash', sa.LargeBinary(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('report_id', sa.BigInteger(), nullable=True),
    sa.Column('duration_s', sa.Integer(), nullable=False),
    sa.Column('is_ready', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_recording_contact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_recording_report_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_recording_ticket_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recording')),
    sa.UniqueConstraint('sid_hash', name=op.f('uq_recording_sid_hash'))
    )


def downgrade() -> None:
    op.drop_table('recording')
    op.drop_index('uq_leg_winner', table_name='leg', postgresql_where=sa.text('accepted_at IS NOT NULL'))
    op.drop_index('ix_leg_call_sid', table_name='leg')
    op.drop_table('leg')
    op.drop_table('broadcast_body')
    op.drop_index('ix_turn_created_at', table_name='turn', postgresql_using='brin')
    op.drop_index('ix_turn_contact_id', table_name='turn')
    op.drop_table('turn')
    op.drop_index('ix_ticket_state', table_name='ticket')
    op.drop_index('ix_ticket_contact_id', table_name='ticket')
    op.drop_table('ticket')
    op.drop_index('ix_subscription_zip', table_name='subscription')
    op.drop_table('subscription')
    op.drop_index('ix_session_expires_at', table_name='session')
    op.drop_table('session')
    op.drop_index('ix_report_created_at', table_name='report')
    op.drop_index('ix_report_contact_id', table_name='report')
    op.drop_table('report')
    op.drop_index('ix_message_waiting', table_name='message', postgresql_where=sa.text("direction = 'out' AND status IN ('pending', 'sending', 'unknown')"))
    op.drop_index('ix_message_sid', table_name='message', postgresql_where=sa.text('sid IS NOT NULL'))
    op.drop_index('ix_message_created_at', table_name='message', postgresql_using='brin')
    op.drop_index('ix_message_contact_id', table_name='message')
    op.drop_table('message')
    op.drop_index('ix_consent_phone_hash', table_name='consent')
    op.drop_table('consent')
    op.drop_index('ix_broadcast_running', table_name='broadcast', postgresql_where=sa.text('finished_at IS NULL'))
    op.drop_table('broadcast')
    op.drop_index('ix_text_review_text_id', table_name='text_review')
    op.drop_index('ix_text_review_hash', table_name='text_review')
    op.drop_table('text_review')
    op.drop_table('suppression')
    op.drop_index('ix_spend_day', table_name='spend')
    op.drop_table('spend')
    op.drop_table('setting_mark')
    op.drop_table('sender_rest')
    op.drop_table('number_health')
    op.drop_index('ix_delivery_tally_broadcast_id', table_name='delivery_tally')
    op.drop_table('delivery_tally')
    op.drop_index('ix_delivery_pending', table_name='delivery', postgresql_where=sa.text("status = 'pending'"))
    op.drop_index('ix_delivery_open', table_name='delivery', postgresql_where=sa.text("status IN ('held', 'sending', 'unknown')"))
    op.drop_table('delivery')
    op.drop_table('counter')
    op.drop_index('ix_contact_seen_at', table_name='contact')
    op.drop_table('contact')
    op.drop_table('carrier_deletion')
    op.drop_table('carrier_block')
    op.drop_table('audit')
    op.drop_table('alert')
    op.execute("DROP SEQUENCE message_id_seq")
