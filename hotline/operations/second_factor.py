"""The second factor: a code from an app (RFC 6238), or a passkey (WebAuthn)."""

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import pyotp
import segno
import webauthn
from sqlalchemy import Connection
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hotline.operations.line import Line
from hotline.store import accounts, passkeys
from hotline.store.accounts import Account
from hotline.store.sealing import CannotOpen

STEP_S: Final = 30
WINDOW: Final = (0, -1, 1)  # the code of now, of just before, of just after
DIGITS: Final = 6
ISSUER: Final = "Hotline"
PASSKEY_NAME_LONGEST: Final = 40

# What comes of an answer that no browser gives; RecursionError: JSON in JSON, a thousand deep.
_NO_ANSWER: Final = (WebAuthnException, ValueError, KeyError, TypeError, StopIteration, RecursionError)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A secret for an app that is not yet ours: `sealed` comes back with the first code. `picture` is its QR
    code as a data address."""

    secret: str
    sealed: str
    address: str
    picture: str


def new_code(line: Line, person_id: int, name: str) -> NewCode:
    """A fresh secret to be shown once."""
    secret = pyotp.random_base32()
    sealed = base64.urlsafe_b64encode(line.keyring.seal(secret, _new_place(person_id))).decode()
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, light="white", border=3)
    return NewCode(secret, sealed, address, picture)


def read_new_code(
    line: Line, person_id: int, sealed: str, code: str, now: datetime
) -> tuple[str, int] | None:
    """Secret and time step, when the code is the app's; None when it is not."""
    try:
        secret = line.keyring.open(base64.urlsafe_b64decode(sealed), _new_place(person_id))
    except (CannotOpen, ValueError):
        return None
    step = _step_of(secret, code, now)
    return (secret, step) if step is not None else None


def use_code(line: Line, db: Connection, of: Account, code: str, now: datetime) -> bool:
    """Is it their code, used for the first time?"""
    if of.totp_ct is None:
        return False
    try:
        secret = line.keyring.open(of.totp_ct, accounts.place(of.person_id))
    except CannotOpen:
        return False
    step = _step_of(secret, code, now)
    return step is not None and accounts.use_step(db, of.person_id, step)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    typed = "".join(sign for sign in code if not sign.isspace())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    present = int(now.timestamp()) // STEP_S
    makes = pyotp.TOTP(secret).generate_otp
    matches = [present + by for by in WINDOW if hmac.compare_digest(makes(present + by), typed)]
    return matches[0] if matches else None


def _new_place(person_id: int) -> str:
    return f"account.new_totp.{person_id}"


def can_have_passkeys(public_url: str) -> bool:
    """Browsers make passkeys for names, over TLS or at localhost; not for addresses of digits."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def passkey_to_make(db: Connection, of: Account, challenge: str, public_url: str) -> str:
    """What the browser is asked for, as JSON, to make a new passkey."""
    options = webauthn.generate_registration_options(
        rp_id=_host(public_url),
        rp_name=ISSUER,
        user_name=of.name,
        user_id=f"person {of.person_id}".encode(),
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_theirs(db, of.person_id),
    )
    return webauthn.options_to_json(options)


def passkey_to_show(db: Connection, person_id: int, challenge: str, public_url: str) -> str:
    """What the browser is asked for, as JSON, to show one of their passkeys; empty when they have none."""
    theirs = _theirs(db, person_id)
    if not theirs or not can_have_passkeys(public_url):
        return ""
    options = webauthn.generate_authentication_options(
        rp_id=_host(public_url), challenge=base64url_to_bytes(challenge), allow_credentials=theirs
    )
    return webauthn.options_to_json(options)


def add_passkey(
    db: Connection, person_id: int, made: str, name: str, challenge: str, public_url: str, now: datetime
) -> bool:
    """Keep what the browser made, when it is an answer to our challenge and nobody has it yet."""
    try:
        good = webauthn.verify_registration_response(
            credential=made,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(public_url),
            expected_origin=_origin(public_url),
        )
    except _NO_ANSWER:
        return False
    known = bytes_to_base64url(good.credential_id)
    if passkeys.is_known(db, known):
        return False
    key = bytes_to_base64url(good.credential_public_key)
    called = name[:PASSKEY_NAME_LONGEST]
    passkeys.add(db, person_id, known, key, good.sign_count, called, now)
    return True


def use_passkey(
    db: Connection, person_id: int, shown: str, challenge: str, public_url: str, now: datetime
) -> bool:
    """Is it one of theirs, and an answer to our challenge?"""
    try:
        shown_id = str(json.loads(shown)["id"])
        one = next(one for one in passkeys.of(db, person_id) if one.credential_id == shown_id)
        good = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(public_url),
            expected_origin=_origin(public_url),
            credential_public_key=base64url_to_bytes(one.public_key),
            credential_current_sign_count=one.sign_count,
        )
    except _NO_ANSWER:
        return False
    passkeys.use(db, one.id, good.new_sign_count, now)
    return True


def _theirs(db: Connection, person_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in passkeys.of(db, person_id)
    ]


def _host(public_url: str) -> str:
    return urlsplit(public_url).hostname or ""


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}"
