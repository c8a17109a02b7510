"""One's own account: password, second proofs, language; and showing anew that it is oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.language import Language
from hotline.domain.password import weakness
from hotline.domain.sign_in import PATIENCE
from hotline.domain.visitor import Visitor
from hotline.operations import second_factor, sessions
from hotline.operations.account_refusals import AccountRefused
from hotline.operations.line import Line
from hotline.operations.passwords import KNOWN, hash_password, is_right
from hotline.operations.tokens import hash_of, new_token
from hotline.store import accounts, audit, passkeys, sign_in, staff_sessions
from hotline.store.accounts import Account
from hotline.store.database import transaction
from hotline.store.passkeys import Passkey
from hotline.store.sign_in import Purpose

ASKED_FOR: Final = timedelta(minutes=5)

# Who a demo signs in as: a demo holds nobody's data, and listens on this machine alone.
DEMO_PASSWORDS: Final = {"Ana": "comal-lluvia-milpa-27", "Bo": "harbor-lantern-quilt-27"}


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody sees of their own account."""

    has_code: bool
    passkeys: Sequence[Passkey]
    password_at: datetime | None

    @property
    def has_second(self) -> bool:
        return self.has_code or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Asked:
    """A passkey is asked for: `proof` comes back with what the browser answers to `options` (JSON)."""

    proof: str
    options: str


def own_account(line: Line, visitor: Visitor) -> OwnAccount:
    with transaction(line.database) as db:
        of = _of(db, visitor)
        return OwnAccount(of.totp_ct is not None, passkeys.of(db, of.person_id), of.password_at)


def change_password(line: Line, visitor: Visitor, old: str, new: str, now: datetime) -> str:
    """Change it, and end one's other sessions and what was given by half with the old one. Returns this
    session's new token. It is no proof anew where there is a second one to show. Raises AccountRefused,
    Crowded."""
    if weak := weakness(new, visitor.name):
        raise AccountRefused(weak)
    with KNOWN.turn():
        _try(line, visitor, now)
        with transaction(line.database) as db:
            of = _of(db, visitor)
        if not is_right(old, of.password_hash):
            raise AccountRefused("wrong_password")
        fresh = hash_password(new)
    with transaction(line.database) as db:
        accounts.lock(db, of.person_id)
        if _of(db, visitor).password_hash != of.password_hash:  # changed meanwhile, from elsewhere
            raise AccountRefused("wrong_password")
        accounts.set_password(db, of.person_id, fresh, now)
        sign_in.end_proofs(db, of.person_id)
        staff_sessions.end_all(db, of.person_id, "password", now, but=visitor.session_id)
        return _proven(db, visitor, "account.password", now, is_proof=not of.has_second)


def step_up_with_password(line: Line, visitor: Visitor, password: str, now: datetime) -> str:
    """Show by the password that it is oneself, where there is no second proof to show: whoever watched it
    being typed must not change what else lets in. Returns this session's new token. Raises AccountRefused,
    Crowded."""
    with KNOWN.turn():
        _try(line, visitor, now)
        with transaction(line.database) as db:
            of = _of(db, visitor)
        if of.has_second:
            raise AccountRefused("show_second")
        if not is_right(password, of.password_hash):
            raise AccountRefused("wrong_password")
    with transaction(line.database) as db:
        return _proven(db, visitor, "account.step_up", now)


def step_up_with_code(line: Line, visitor: Visitor, code: str, now: datetime) -> str:
    """Show it by an app's code. Raises AccountRefused."""
    _try(line, visitor, now)
    with transaction(line.database) as db:
        if not second_factor.use_code(line, db, _of(db, visitor), code, now):
            raise AccountRefused("wrong_code")
        return _proven(db, visitor, "account.step_up", now)


def ask_passkey(
    line: Line, visitor: Visitor, purpose: Purpose, public_url: str, now: datetime
) -> Asked | None:
    """Ask the browser to make a passkey (`passkey`) or to show one (`step_up`); None where it cannot."""
    if not second_factor.can_have_passkeys(public_url):
        return None
    proof, challenge = new_token(), new_token()
    with transaction(line.database) as db:
        of = _of(db, visitor)
        options = (
            second_factor.passkey_to_make(db, of, challenge, public_url)
            if purpose == "passkey"
            else second_factor.passkey_to_show(db, of.person_id, challenge, public_url)
        )
        if not options:
            return None
        sign_in.ask_proof(db, of.person_id, purpose, hash_of(proof), challenge, now, now + ASKED_FOR)
    return Asked(proof, options)


def step_up_with_passkey(
    line: Line, visitor: Visitor, proof: str, shown: str, public_url: str, now: datetime
) -> str:
    """Show it by a passkey. Raises AccountRefused."""
    _try(line, visitor, now)
    with transaction(line.database) as db:
        challenge = _take_challenge(db, visitor, proof, "step_up", now)
        if not second_factor.use_passkey(db, visitor.person_id, shown, challenge, public_url, now):
            raise AccountRefused("wrong_passkey")
        return _proven(db, visitor, "account.step_up", now)


def add_passkey(
    line: Line, visitor: Visitor, proof: str, made: str, name: str, public_url: str, now: datetime
) -> None:
    """Keep what the browser made. Raises AccountRefused."""
    with transaction(line.database) as db:
        challenge = _take_challenge(db, visitor, proof, "passkey", now)
        kept = second_factor.add_passkey(db, visitor.person_id, made, name, challenge, public_url, now)
        if not kept:
            raise AccountRefused("wrong_passkey")
        audit.record(db, visitor.name, "account.passkey_add", f"person {visitor.person_id}", now)


def remove_passkey(line: Line, visitor: Visitor, passkey_id: int, now: datetime) -> None:
    """Raises AccountRefused: last_second."""
    with transaction(line.database) as db:
        accounts.lock(db, visitor.person_id)
        if passkeys.remove(db, visitor.person_id, passkey_id):
            _require_second(line, db, visitor)
            audit.record(db, visitor.name, "account.passkey_remove", f"person {visitor.person_id}", now)


def add_code(line: Line, visitor: Visitor, sealed: str, code: str, now: datetime) -> None:
    """Take codes of a new app, instead of any from before. Raises AccountRefused: wrong_code."""
    read = second_factor.read_new_code(line, visitor.person_id, sealed, code, now)
    if read is None:
        raise AccountRefused("wrong_code")
    with transaction(line.database) as db:
        accounts.set_totp(db, line.keyring, visitor.person_id, *read)
        audit.record(db, visitor.name, "account.code_add", f"person {visitor.person_id}", now)


def remove_code(line: Line, visitor: Visitor, now: datetime) -> None:
    """Raises AccountRefused: last_second."""
    with transaction(line.database) as db:
        accounts.lock(db, visitor.person_id)
        accounts.drop_totp(db, visitor.person_id)
        _require_second(line, db, visitor)
        audit.record(db, visitor.name, "account.code_remove", f"person {visitor.person_id}", now)


def set_language(line: Line, visitor: Visitor, language: Language, now: datetime) -> None:
    """In which language the pages, and texts for staff, are for them."""
    with transaction(line.database) as db:
        accounts.set_language(db, visitor.person_id, language)
        audit.record(db, visitor.name, "account.language", f"person {visitor.person_id}", now)


def demo_accounts(line: Line, now: datetime) -> list[tuple[str, str]]:
    """Accounts for a demo's people, without a second proof. Returns names and passwords, each time it
    starts; a password that was changed there is not changed back."""
    assert line.mode == "demo"
    with transaction(line.database) as db:
        for name, password in DEMO_PASSWORDS.items():
            of = accounts.named(db, name)
            if of is not None and of.password_hash is None:
                accounts.set_password(db, of.person_id, hash_password(password), now)
                audit.record(db, "demo", "account.join", f"person {of.person_id}", now)
    return list(DEMO_PASSWORDS.items())


def _of(db: Connection, visitor: Visitor) -> Account:
    of = accounts.of(db, visitor.person_id)
    if of is None:
        raise AccountRefused("nobody")
    return of


def _try(line: Line, visitor: Visitor, now: datetime) -> None:
    """Somebody at a screen that was left open guesses slowly."""
    with transaction(line.database) as db:
        key = f"p{visitor.session_id}"
        wait = sign_in.try_now(db, [(key, PATIENCE["device"])], now)
    if wait > timedelta(0):
        raise AccountRefused("wait")


def _proven(db: Connection, visitor: Visitor, act: str, now: datetime, is_proof: bool = True) -> str:
    token = sessions.prove(db, visitor, now) if is_proof else sessions.turn_token(db, visitor, now)
    if token is None:
        raise AccountRefused("nobody")
    sign_in.forgive(db, [f"p{visitor.session_id}"])
    audit.record(db, visitor.name, act, f"person {visitor.person_id}", now)
    return token


def _take_challenge(db: Connection, visitor: Visitor, proof: str, purpose: Purpose, now: datetime) -> str:
    found = sign_in.find_proof(db, hash_of(proof), purpose, now)
    if found is None or found.person_id != visitor.person_id:
        raise AccountRefused("wrong_passkey")
    sign_in.end_proof(db, found.id)
    return found.challenge


def _require_second(line: Line, db: Connection, visitor: Visitor) -> None:
    if line.mode == "production" and not _of(db, visitor).has_second:
        raise AccountRefused("last_second")
