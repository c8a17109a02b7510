"""Letting somebody in again who lost what they sign in with: two admins, neither of them that person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from hotline.domain.visitor import Visitor
from hotline.operations.account_refusals import AccountRefused
from hotline.operations.invitations import Invited, begin_anew, write_invitation
from hotline.operations.line import Line
from hotline.store import accounts, audit
from hotline.store.accounts import Recovery
from hotline.store.database import transaction

GOOD_FOR: Final = timedelta(hours=72)


def waiting(line: Line, now: datetime) -> Sequence[Recovery]:
    """What waits for a second admin, the oldest first."""
    with transaction(line.database) as db:
        return accounts.open_recoveries(db, now)


def ask(line: Line, admin: Visitor, name: str, now: datetime) -> None:
    """The first of two. Raises AccountRefused: not_admin, nobody, no_account, oneself, recovery_open."""
    _require_admin(admin)
    with transaction(line.database) as db:
        of = accounts.named(db, name)
        if of is None:
            raise AccountRefused("nobody")
        accounts.lock(db, of.person_id)
        if of.password_hash is None:
            raise AccountRefused("no_account")
        if of.person_id == admin.person_id:
            raise AccountRefused("oneself")
        if accounts.open_recoveries(db, now, of.person_id):
            raise AccountRefused("recovery_open")
        accounts.ask_recovery(db, of.person_id, admin.person_id, now, now + GOOD_FOR)
        audit.record(db, admin.name, "account.recovery_ask", f"person {of.person_id}", now)


def confirm(line: Line, admin: Visitor, person_id: int, now: datetime) -> Invited:
    """The second of two: everything of before is void, every session ended, and there is a new invitation.

    Raises AccountRefused: not_admin, oneself, same_admin, no_recovery.
    """
    _require_admin(admin)
    with transaction(line.database) as db:
        accounts.lock(db, person_id)
        found, of = accounts.open_recoveries(db, now, person_id), accounts.of(db, person_id)
        if not found or of is None:
            raise AccountRefused("no_recovery")
        if person_id == admin.person_id:
            raise AccountRefused("oneself")
        if found[0].asked_by == admin.person_id:
            raise AccountRefused("same_admin")
        begin_anew(db, of, now)
        accounts.end_recovery(db, found[0].id, now, confirmed_by=admin.person_id)
        invited = write_invitation(line, db, of, admin.name, now)
        audit.record(db, admin.name, "account.recover", f"person {person_id}", now)
    line.queue.wake("messages")
    return invited


def withdraw(line: Line, admin: Visitor, person_id: int, now: datetime) -> None:
    """Nobody is let in: any admin may say so, also whom it is about. Raises AccountRefused."""
    _require_admin(admin)
    with transaction(line.database) as db:
        accounts.lock(db, person_id)
        found = accounts.open_recoveries(db, now, person_id)
        if not found:
            raise AccountRefused("no_recovery")
        accounts.end_recovery(db, found[0].id, now)
        audit.record(db, admin.name, "account.recovery_withdraw", f"person {person_id}", now)


def _require_admin(admin: Visitor) -> None:
    if "admin" not in admin.roles:
        raise AccountRefused("not_admin")
