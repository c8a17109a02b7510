"""Signing in: a name and a password, then a code or a passkey. Whatever is wrong, the answer is the same."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hotline.domain.language import Language
from hotline.domain.person import key_of
from hotline.domain.sign_in import CODE_TRIES, PATIENCE, Patience
from hotline.operations import second_factor, sessions
from hotline.operations.line import Line
from hotline.operations.passwords import KNOWN, STRANGERS, hash_password, is_right, is_stale
from hotline.operations.tokens import hash_of, new_token
from hotline.store import accounts, audit, sign_in
from hotline.store.accounts import Account
from hotline.store.database import transaction
from hotline.store.sign_in import Proof

_log = structlog.get_logger("sign_in")

PROOF_GOOD_FOR: Final = timedelta(minutes=5)
SLOWED_AT: Final = 10  # failures at one name after which it is written down, once


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the door: the address they come from, what their browser calls itself, and the token of a
    device on which somebody signed in before (empty for none)."""

    source: str
    browser: str = ""
    device_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is the session's; `device_token` makes this browser known from now on."""

    person_id: int
    name: str
    language: Language
    token: str = field(repr=False)
    device_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NeedsSecond:
    """The password was right. `proof` comes back with the second one: a code if `has_code`, or an answer to
    `passkey` (JSON for the browser, empty for none)."""

    proof: str = field(repr=False)
    has_code: bool
    passkey: str


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Something was wrong, and nobody is told what. `wait_s`: nothing was looked at, and is not before
    then."""

    wait_s: int = 0


def with_password(
    line: Line, name: str, password: str, caller: Caller, public_url: str, now: datetime
) -> SignedIn | NeedsSecond | NotSignedIn:
    """The first step. Raises Crowded, when nothing was looked at or counted, and DatabaseAway."""
    with transaction(line.database) as db:
        of = accounts.named(db, name)
        is_known = _device(db, of, caller) is not None
    with (KNOWN if is_known else STRANGERS).turn():
        with transaction(line.database) as db:
            wait = sign_in.try_now(db, _who(line, db, of, name, caller, now), now)
        if wait > timedelta(0):
            return NotSignedIn(wait_s=max(1, round(wait.total_seconds())))
        right = is_right(password, of.password_hash if of else None)
        if of is not None and of.password_hash is not None and right and is_stale(of.password_hash):
            _renew(line, of, password)
    if of is None or of.password_hash is None or not right:
        _write_down(line, of, name, now)
        return NotSignedIn()
    if of.has_second:
        return _ask_second(line, of, public_url, now)
    if line.mode == "production":  # it cannot be: an account is made with a second proof there
        return NotSignedIn()
    with transaction(line.database) as db:
        return _let_in(line, db, of, caller, now)


def with_code(line: Line, proof: str, code: str, caller: Caller, now: datetime) -> SignedIn | NotSignedIn:
    """The second step, by an app's code."""
    with transaction(line.database) as db:
        found, of = _half_given(db, proof, now)
        if found is None or of is None or found.tries >= CODE_TRIES:
            return NotSignedIn()
        if not second_factor.use_code(line, db, of, code, now):
            sign_in.count_try(db, found.id)
            sign_in.try_now(db, _who(line, db, of, of.name, caller, now), now)
            if found.tries + 1 == CODE_TRIES:  # whoever it is knows the password
                audit.record(db, "system", "account.codes_guessed_at", f"person {of.person_id}", now)
                _log.warning("sign_in.codes_guessed_at", person=of.person_id)
            return NotSignedIn()
        sign_in.end_proof(db, found.id)
        return _let_in(line, db, of, caller, now)


def with_passkey(
    line: Line, proof: str, shown: str, caller: Caller, public_url: str, now: datetime
) -> SignedIn | NotSignedIn:
    """The second step, by a passkey: one answer to one challenge."""
    with transaction(line.database) as db:
        found, of = _half_given(db, proof, now)
        if found is None or of is None:
            return NotSignedIn()
        if not second_factor.use_passkey(db, of.person_id, shown, found.challenge, public_url, now):
            sign_in.count_try(db, found.id)
            return NotSignedIn()
        sign_in.end_proof(db, found.id)
        return _let_in(line, db, of, caller, now)


def second_of(line: Line, proof: str, public_url: str, now: datetime) -> NeedsSecond | None:
    """What is asked for again after a wrong code; None when it begins anew."""
    with transaction(line.database) as db:
        found, of = _half_given(db, proof, now)
        if found is None or of is None or found.tries >= CODE_TRIES:
            return None
        asked = second_factor.passkey_to_show(db, of.person_id, found.challenge, public_url)
        return NeedsSecond(proof, of.totp_ct is not None, asked)


def let_in(db: Connection, of: Account, browser: str, device_token: str, now: datetime) -> SignedIn:
    """A new session, always with a new token, and a device that is known from now on."""
    device = device_token
    if not device or sign_in.device_of(db, hash_of(device), of.person_id) is None:
        device = new_token()
    sign_in.know_device(db, of.person_id, hash_of(device), now)
    token = sessions.begin(db, of.person_id, browser, now)
    return SignedIn(of.person_id, of.name, of.language, token, device)


def _let_in(line: Line, db: Connection, of: Account, caller: Caller, now: datetime) -> SignedIn:
    who = [key for key, _ in _who(line, db, of, of.name, caller, now)]
    sign_in.forgive(db, [key for key in who if not key.startswith("s")])
    sign_in.take_back(db, _source(line, caller, now), now)
    signed_in = let_in(db, of, caller.browser, caller.device_token, now)
    audit.record(db, of.name, "account.sign_in", f"person {of.person_id}", now)
    return signed_in


def _half_given(db: Connection, proof: str, now: datetime) -> tuple[Proof | None, Account | None]:
    """What was given with the password that still is theirs: one that was changed since takes it back."""
    found = sign_in.find_proof(db, hash_of(proof), "sign_in", now)
    of = accounts.of(db, found.person_id) if found else None
    if found is None or of is None or of.password_at is None or of.password_at > found.created_at:
        return None, None
    return found, of


def _ask_second(line: Line, of: Account, public_url: str, now: datetime) -> NeedsSecond:
    proof, challenge = new_token(), new_token()
    with transaction(line.database) as db:
        sign_in.ask_proof(db, of.person_id, "sign_in", hash_of(proof), challenge, now, now + PROOF_GOOD_FOR)
        asked = second_factor.passkey_to_show(db, of.person_id, challenge, public_url)
    return NeedsSecond(proof, of.totp_ct is not None, asked)


def _who(
    line: Line, db: Connection, of: Account | None, name: str, caller: Caller, now: datetime
) -> list[tuple[str, Patience]]:
    """What this attempt is counted by: on a device they signed in on before, by that alone."""
    device = _device(db, of, caller)
    if device is not None:
        return [(f"d{device}", PATIENCE["device"])]
    return [
        (_name(line, name), PATIENCE["name"]),
        (_source(line, caller, now), PATIENCE["source"]),
    ]


def _device(db: Connection, of: Account | None, caller: Caller) -> int | None:
    if of is None or not caller.device_token:
        return None
    return sign_in.device_of(db, hash_of(caller.device_token), of.person_id)


def _name(line: Line, name: str) -> str:
    """Hashed: people type passwords into the wrong field."""
    return "n" + line.keyring.first.lookup(f"sign-in name {key_of(name)}").hex()


def _source(line: Line, caller: Caller, now: datetime) -> str:
    """Hashed with the day: tomorrow nobody can say who came twice."""
    return "s" + line.keyring.first.lookup(f"sign-in source {now.date()} {caller.source}").hex()


def _write_down(line: Line, of: Account | None, name: str, now: datetime) -> None:
    """Somebody guesses at an account: said once in a series, not each time."""
    with transaction(line.database) as db:
        if of is not None and sign_in.failures(db, _name(line, name)) == SLOWED_AT:
            audit.record(db, "system", "account.guessed_at", f"person {of.person_id}", now)
            _log.warning("sign_in.guessed_at", person=of.person_id)


def _renew(line: Line, of: Account, password: str) -> None:
    """The parameters were raised since."""
    fresh = hash_password(password)
    with transaction(line.database) as db:
        accounts.renew_hash(db, of.person_id, of.password_hash or "", fresh)
