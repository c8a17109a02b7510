"""Accounts, sessions and the audit chain: what was written down before becomes the chain's beginning."""

import json
from datetime import UTC
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('password_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_ct', sa.LargeBinary(), nullable=True),
    sa.Column('totp_step', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_account'))
    )
    op.create_table('passkey',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('credential_id', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index('ix_passkey_person_id', 'passkey', ['person_id'], unique=False)
    op.create_table('invitation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('invited_by', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    op.create_index('ix_invitation_person_id', 'invitation', ['person_id'], unique=False)
    op.create_table('recovery',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('asked_by', sa.BigInteger(), nullable=False),
    sa.Column('confirmed_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery'))
    )
    op.create_index('uq_recovery_open_person_id', 'recovery', ['person_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('staff_session',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('next_hash', sa.String(length=64), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('old_hash', sa.String(length=64), nullable=True),
    sa.Column('old_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('csrf', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stepped_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_why', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_staff_session_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_session')),
    sa.UniqueConstraint('next_hash', name=op.f('uq_staff_session_next_hash')),
    sa.UniqueConstraint('old_hash', name=op.f('uq_staff_session_old_hash')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_staff_session_token_hash'))
    )
    op.create_index('ix_staff_session_person_id', 'staff_session', ['person_id'], unique=False)
    op.create_table('proof',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('challenge', sa.String(length=64), nullable=False),
    sa.Column('tries', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_proof_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proof')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_proof_token_hash'))
    )
    op.create_index('ix_proof_expires_at', 'proof', ['expires_at'], unique=False)
    op.create_table('known_device',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_known_device_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_known_device_token_hash'))
    )
    op.create_index('ix_known_device_person_id', 'known_device', ['person_id'], unique=False)
    op.create_table('sign_in_failure',
    sa.Column('who', sa.String(length=70), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('wait_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('who', name=op.f('pk_sign_in_failure'))
    )
    op.create_index('ix_sign_in_failure_last_at', 'sign_in_failure', ['last_at'], unique=False)
    _chain()


def _chain() -> None:
    """What stands already is chained without a key: the first line after it, which has one, seals all of it."""
    op.execute('LOCK TABLE audit')
    op.add_column('audit', sa.Column('key_no', sa.SmallInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('audit', sa.Column('prev_hash', sa.String(length=64), server_default=sa.text("''"), nullable=False))
    op.add_column('audit', sa.Column('hash', sa.String(length=64), server_default=sa.text("''"), nullable=False))
    db, prev = op.get_bind(), ''
    found = db.execute(sa.text(
        'SELECT id, actor, act, subject, CAST(details AS text) AS details, created_at FROM audit ORDER BY id'))
    links = []
    for row in found:
        at = row.created_at.astimezone(UTC).isoformat(timespec='microseconds')
        line = json.dumps([prev, row.id, row.actor, row.act, row.subject, row.details, at])
        digest = sha256(line.encode()).hexdigest()
        links.append({'id': row.id, 'prev': prev, 'hash': digest})
        prev = digest
    for start in range(0, len(links), 5000):
        db.execute(sa.text('UPDATE audit SET prev_hash = :prev, hash = :hash WHERE id = :id'), links[start:start + 5000])
    op.create_index('ix_audit_actor', 'audit', ['actor', 'id'], unique=False)
    op.create_index('ix_audit_act', 'audit', ['act', 'id'], unique=False)
    op.create_index('ix_audit_subject', 'audit', ['subject', 'id'], unique=False)


def downgrade() -> None:
    for name in ('ix_audit_actor', 'ix_audit_act', 'ix_audit_subject'):
        op.drop_index(name, table_name='audit')
    for name in ('hash', 'prev_hash', 'key_no'):
        op.drop_column('audit', name)
    for table in ('sign_in_failure', 'known_device', 'proof', 'staff_session', 'recovery', 'invitation', 'passkey', 'account'):
        op.drop_table(table)
