"""Builders: people with accounts, and an authenticator that makes and shows passkeys as a browser would."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

import cbor2
import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from hotline.domain.person import Role
from hotline.domain.phone import PhoneNumber
from hotline.operations.invitations import Second, accept, invite, welcome
from hotline.operations.line import Line
from hotline.operations.sign_in import Caller, SignedIn
from hotline.store import people
from hotline.store.database import transaction

PUBLIC: Final = "https://line.example.org"
PASSWORD: Final = "cactus ladder orbit 9"
OFFICE: Final = Caller("192.0.2.7", "test browser")
_NUMBERS = count(5000)


def add_person(line: Line, name: str = "Rosa", roles: Iterable[Role] = ("admin",)) -> int:
    """Somebody of the network, with a number that reaches nobody."""
    number = PhoneNumber(f"+1500555{next(_NUMBERS):04d}")
    with transaction(line.database) as db:
        return people.add(db, line.keyring, name, tuple(roles), "", (), number, "en", (), True, line.clock())


def token_for(line: Line, person_id: int, now: datetime) -> str:
    return invite(line, person_id, "Ana", now).path.rpartition("/")[2]


@dataclass(frozen=True)
class Joined:
    """Somebody with an account, and the app that makes their codes."""

    person_id: int
    name: str
    signed_in: SignedIn
    secret: str

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)


def join(line: Line, now: datetime, name: str = "Rosa", roles: Iterable[Role] = ("admin",)) -> Joined:
    """Somebody new who accepts an invitation with a password and an app."""
    person_id = add_person(line, name, roles)
    token = token_for(line, person_id, now)
    shown = welcome(line, token, PUBLIC, now).code
    second = Second(sealed=shown.sealed, code=pyotp.TOTP(shown.secret).at(now))
    signed_in = accept(line, token, PASSWORD, second, "test browser", PUBLIC, now)
    return Joined(person_id, name, signed_in, shown.secret)


@dataclass
class Authenticator:
    """A software authenticator with one key (ES256, no attestation)."""

    origin: str = PUBLIC
    host: str = "line.example.org"
    signs: int = 0
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b"credential-of-a-test"

    def make(self, options: str) -> str:
        """What `navigator.credentials.create` gives, as JSON."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(0x45) + about}
        response = {
            "clientDataJSON": self._client("webauthn.create", options),
            "attestationObject": bytes_to_base64url(cbor2.dumps(statement)),
        }
        return self._credential(response)

    def show(self, options: str) -> str:
        """What `navigator.credentials.get` gives, as JSON."""
        self.signs += 1
        data, client = self._data(0x05), self._client("webauthn.get", options)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
        }
        return self._credential(response)

    def _data(self, flags: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes((flags,)) + self.signs.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> str:
        said = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}
        return bytes_to_base64url(json.dumps(said).encode())

    def _credential(self, response: dict[str, str]) -> str:
        known = bytes_to_base64url(self.id)
        return json.dumps({"id": known, "rawId": known, "type": "public-key", "response": response})
