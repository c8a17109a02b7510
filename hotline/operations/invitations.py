"""Invitations: a link that makes one account, once, within three days."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection
from webauthn.helpers import bytes_to_base64url

from hotline.catalogs import sentence
from hotline.domain.language import Language
from hotline.domain.password import weakness
from hotline.operations import second_factor, sessions
from hotline.operations.account_refusals import AccountRefused
from hotline.operations.line import Line
from hotline.operations.passwords import KNOWN, hash_password
from hotline.operations.second_factor import NewCode
from hotline.operations.sign_in import SignedIn, let_in
from hotline.operations.telling import tell
from hotline.operations.tokens import hash_of, new_token
from hotline.store import accounts, audit, people, sign_in, staff_sessions
from hotline.store.accounts import Account, Invitation
from hotline.store.database import transaction

GOOD_FOR: Final = timedelta(hours=72)

# Whoever makes a link could use it: so the phone of whom it is for is told of the link, and of its use.
LINK_TOLD: Final = sentence(
    "{NAME} made a link that begins your console account. It is for you alone. If it does not reach you soon,"
    " call an admin."
)
USED_TOLD: Final = sentence(
    "Your console account was made just now. If that was not you, call another admin at once."
)


@dataclass(frozen=True, slots=True)
class Invited:
    """The link is the public address and `path`; it is shown once and kept nowhere."""

    name: str
    path: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Welcome:
    """What whoever opens an invitation is shown. `passkey` is what the browser is asked for, empty when it
    cannot be."""

    name: str
    language: Language
    needs_second: bool
    code: NewCode
    passkey: str


@dataclass(frozen=True, slots=True)
class Second:
    """The second proof that somebody begins with: the first code of an app, or a passkey; or neither."""

    sealed: str = ""
    code: str = ""
    passkey: str = ""


def invite(line: Line, person_id: int, actor: str, now: datetime) -> Invited:
    """Invite somebody who has no account yet. Raises AccountRefused: nobody, has_account."""
    with transaction(line.database) as db:
        of = accounts.of(db, person_id)
        if of is None:
            raise AccountRefused("nobody")
        if of.password_hash is not None:
            raise AccountRefused("has_account")
        invited = write_invitation(line, db, of, actor, now)
    line.queue.wake("messages")
    return invited


def reset(line: Line, person_id: int, actor: str, now: datetime) -> Invited:
    """Begin somebody's account anew, from the terminal of the server: whoever sits there holds the keys to
    all of it, and a network whose only admins are locked out has no other way. Raises AccountRefused."""
    with transaction(line.database) as db:
        of = accounts.of(db, person_id)
        if of is None:
            raise AccountRefused("nobody")
        begin_anew(db, of, now)
        invited = write_invitation(line, db, of, actor, now)
    line.queue.wake("messages")
    return invited


def begin_anew(db: Connection, of: Account, now: datetime) -> None:
    """Nothing of before lets anybody in: no password, no second proof, no device, no session."""
    accounts.lock(db, of.person_id)
    accounts.forget_secrets(db, of.person_id)
    sign_in.end_proofs(db, of.person_id)
    staff_sessions.end_all(db, of.person_id, "recovery", now)


def write_invitation(line: Line, db: Connection, of: Account, actor: str, now: datetime) -> Invited:
    """A new link, of which the phone of whom it is for is told; wake `messages` after the commit."""
    token, expires_at = new_token(), now + GOOD_FOR
    accounts.invite(db, of.person_id, hash_of(token), actor[:64], now, expires_at)
    _tell(line, db, of, LINK_TOLD, now, NAME=actor[:64])
    audit.record(db, actor[:64], "account.invite", f"person {of.person_id}", now)
    return Invited(of.name, f"/console/join/{token}", expires_at)


def welcome(line: Line, token: str, public_url: str, now: datetime) -> Welcome:
    """Open an invitation, which uses nothing up. Raises AccountRefused: invitation_over."""
    with transaction(line.database) as db:
        _, of = _found(db, token, now, for_update=False)
        asked = (
            second_factor.passkey_to_make(db, of, _challenge(token), public_url)
            if second_factor.can_have_passkeys(public_url)
            else ""
        )
    code = second_factor.new_code(line, of.person_id, of.name)
    return Welcome(of.name, of.language, line.mode == "production", code, asked)


def accept(
    line: Line, token: str, password: str, second: Second, device: str, public_url: str, now: datetime
) -> SignedIn:
    """Make the account, and sign in. Raises AccountRefused, Crowded; then the invitation is still good.

    `device` says where from, and is written down with it; no address is.
    """
    with transaction(line.database) as db:
        _, of = _found(db, token, now, for_update=False)
    if weak := weakness(password, of.name):
        raise AccountRefused(weak)
    with KNOWN.turn():
        password_hash = hash_password(password)
    with transaction(line.database) as db:
        invitation, of = _found(db, token, now, for_update=True)
        accounts.set_password(db, of.person_id, password_hash, now)
        _keep_second(line, db, of, second, _challenge(token), public_url, now)
        accounts.use_invitation(db, invitation.id, now)
        signed_in = let_in(db, of, device, "", now)
        _tell(line, db, of, USED_TOLD, now)
        details = {"invited_by": invitation.invited_by, "device": device[: sessions.DEVICE_LONGEST]}
        audit.record(db, of.name, "account.join", f"person {of.person_id}", now, details)
    line.queue.wake("messages")
    return signed_in


def _tell(line: Line, db: Connection, of: Account, words: str, now: datetime, **values: str) -> None:
    found = people.by_id(db, line.keyring, of.person_id)
    if found is not None and found.person is not None:
        tell(line, db, [found.person], words, now, **values)


def _found(db: Connection, token: str, now: datetime, for_update: bool) -> tuple[Invitation, Account]:
    invitation = accounts.find_invitation(db, hash_of(token), now, for_update)
    of = accounts.of(db, invitation.person_id) if invitation else None
    if invitation is None or of is None:
        raise AccountRefused("invitation_over")
    return invitation, of


def _keep_second(
    line: Line, db: Connection, of: Account, second: Second, challenge: str, public_url: str, now: datetime
) -> None:
    if second.passkey:
        if not second_factor.add_passkey(db, of.person_id, second.passkey, "1", challenge, public_url, now):
            raise AccountRefused("wrong_passkey")
    elif second.code:
        read = second_factor.read_new_code(line, of.person_id, second.sealed, second.code, now)
        if read is None:
            raise AccountRefused("wrong_code")
        accounts.set_totp(db, line.keyring, of.person_id, *read)
    elif line.mode == "production":
        raise AccountRefused("needs_second")


def _challenge(token: str) -> str:
    """As random as the token, and used as often: once."""
    return bytes_to_base64url(sha256(b"passkey of " + token.encode()).digest())
