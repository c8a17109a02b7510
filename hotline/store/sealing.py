"""Personal data at rest: sealed with AES-GCM, looked up by a keyed hash.

An envelope is version, key id, nonce and ciphertext; its place (table.column.row) is part of what is
authenticated, so that a value moved to another row does not open.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.domain.phone import PhoneNumber

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class BadKey(ValueError):
    """A key is not 32 bytes of base64, or a list of `id:key`."""


class CannotOpen(Exception):
    """An envelope was made with a key we do not have, or was altered or moved."""


@dataclass(frozen=True)
class Key:
    """One secret (32 bytes) under a short id. Printing it shows the id only."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"hotline seal"))

    @cached_property
    def _lookup(self) -> "hmac.HMAC":
        return hmac.new(self._derived(b"hotline lookup"), digestmod=sha256)

    def lookup(self, text: str) -> bytes:
        """Keyed hash (32 bytes) by which a number is found again."""
        mac = self._lookup.copy()
        mac.update(text.encode())
        return mac.digest()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(self.secret)


@dataclass(frozen=True)
class Keyring:
    """The first key seals and hashes; every key opens."""

    keys: tuple[Key, ...]

    @property
    def first(self) -> Key:
        return self.keys[0]

    def seal(self, text: str, place: str) -> bytes:
        """Seal a text for one place, such as `contact.phone.17`."""
        nonce = os.urandom(NONCE_BYTES)
        head = bytes((VERSION, len(self.first.id))) + self.first.id.encode()
        return head + nonce + self.first.cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, envelope: bytes, place: str) -> str:
        """Open what `seal` made for the same place. Raises CannotOpen."""
        if len(envelope) < 2 or envelope[0] != VERSION:
            raise CannotOpen(place)
        start = 2 + envelope[1]
        key_id = envelope[2:start].decode(errors="replace")
        nonce, sealed = envelope[start : start + NONCE_BYTES], envelope[start + NONCE_BYTES :]
        for key in self.keys:
            if key.id == key_id:
                try:
                    return key.cipher.decrypt(nonce, sealed, place.encode()).decode()
                except InvalidTag:
                    break
        raise CannotOpen(place)

    def opens_any(self, sealed: Sequence[tuple[bytes, str]]) -> bool | None:
        """Does one of these envelopes, each with its place, open? None when there is none."""
        return any(self._opens(envelope, place) for envelope, place in sealed) if sealed else None

    def _opens(self, envelope: bytes, place: str) -> bool:
        try:
            self.open(envelope, place)
        except CannotOpen:
            return False
        return True

    def lookup(self, number: PhoneNumber) -> bytes:
        """The hash under which a number is stored: key id, a colon, 32 bytes."""
        return _hash_under(self.first, number)

    def lookups(self, number: PhoneNumber) -> list[bytes]:
        """The hashes under every key, the first first: while keys rotate a row may be under any."""
        return [_hash_under(key, number) for key in self.keys]


def _hash_under(key: Key, number: PhoneNumber) -> bytes:
    return key.id.encode() + b":" + key.lookup(number.e164)


def read_keys(text: str) -> Keyring:
    """Read `HOTLINE_SECRET_KEY`: one base64 key, or `id:key,id:key`. Raises BadKey."""
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    keys = tuple(_read_key(piece) for piece in pieces)
    if not keys or len({key.id for key in keys}) != len(keys):
        raise BadKey("give one key, or a list id:key,id:key with different ids")
    return Keyring(keys)


def new_key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _read_key(piece: str) -> Key:
    name, colon, encoded = piece.partition(":")
    if not colon:
        name, encoded = "1", piece
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise BadKey("a key is not base64; make one with: hotline settings new-key") from None
    if len(secret) != KEY_BYTES or not 1 <= len(name) <= 32 or not name.isalnum():
        raise BadKey("a key is 32 bytes in base64 under a short id; make one with: hotline settings new-key")
    if len(set(secret)) < 8:
        raise BadKey("a key repeats few bytes and can be guessed; make one with: hotline settings new-key")
    return Key(name, secret)
