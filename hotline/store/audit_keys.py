"""The keys that the audit chain is signed with: random, numbered, kept as marks that only our keyring opens.

They are not the keyring's own, so that a key of the keyring can be dropped after `hotline keys rotate` and
every line still be verified. A rotation makes a new one: whoever held the old keys can forge no line after
it, nor one before it, which that line seals.
"""

import base64
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from hotline.store import marks
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import setting_mark

_NAME: Final = "audit_key."
_HEAD: Final = "audit_head"
_BYTES: Final = 32


def newest(db: Connection, keyring: Keyring, now: datetime) -> tuple[int, bytes] | None:
    """Number and key for the next line; the first is made here. None when our keyring opens it not.

    The caller holds the lock of the chain.
    """
    sealed = _sealed(db)
    if not sealed:
        return _make(db, keyring, 1, now)
    number = max(sealed)
    try:
        return number, _open(keyring, number, sealed[number])
    except CannotOpen:
        return None


def every(db: Connection, keyring: Keyring) -> Mapping[int, bytes]:
    """Each key that our keyring opens, by number."""
    found = {}
    for number, value in _sealed(db).items():
        try:
            found[number] = _open(keyring, number, value)
        except CannotOpen:
            continue
    return found


def renew(db: Connection, keyring: Keyring, now: datetime) -> bool:
    """Seal each under the keyring's first key, and begin a new one; False when they are so already.

    One that our keyring opens not stays as it is. The caller holds the lock of the chain.
    """
    sealed = _sealed(db)
    stale = [number for number, value in sealed.items() if not _is_first(keyring, value)]
    opened = every(db, keyring)
    for number in stale:
        if number in opened:
            put_sealed(db, keyring, f"{_NAME}{number}", base64.b64encode(opened[number]).decode(), now)
    if stale:
        _make(db, keyring, max(sealed) + 1, now)
    return bool(stale)


def set_head(db: Connection, keyring: Keyring, line_id: int, line_hash: str, now: datetime) -> None:
    """Remember the newest line where nobody without the keyring can change it."""
    put_sealed(db, keyring, _HEAD, f"{line_id}:{line_hash}", now)


def head(db: Connection, keyring: Keyring) -> tuple[int, str] | None:
    """The newest line as it was signed. Raises CannotOpen."""
    value = marks.read(db, _HEAD)
    if value is None:
        return None
    line_id, _, line_hash = unseal(keyring, _HEAD, value).partition(":")
    return int(line_id), line_hash


def _make(db: Connection, keyring: Keyring, number: int, now: datetime) -> tuple[int, bytes]:
    key = os.urandom(_BYTES)
    put_sealed(db, keyring, f"{_NAME}{number}", base64.b64encode(key).decode(), now)
    return number, key


def _sealed(db: Connection) -> dict[int, str]:
    rows = db.execute(
        select(setting_mark.c.name, setting_mark.c.value).where(setting_mark.c.name.startswith(_NAME))
    )
    return {int(row.name.removeprefix(_NAME)): row.value for row in rows}


def _open(keyring: Keyring, number: int, value: str) -> bytes:
    return base64.b64decode(unseal(keyring, f"{_NAME}{number}", value))


def put_sealed(db: Connection, keyring: Keyring, name: str, content: str, now: datetime) -> None:
    """Keep a short text as a mark that nobody without the keyring can write."""
    sealed = keyring.seal(content, f"setting_mark.{name}")
    marks.put(db, name, base64.b64encode(sealed).decode(), now)


def unseal(keyring: Keyring, name: str, value: str) -> str:
    """Open what `put_sealed` kept. Raises CannotOpen."""
    try:
        envelope = base64.b64decode(value, validate=True)
    except ValueError:
        raise CannotOpen(name) from None
    return keyring.open(envelope, f"setting_mark.{name}")


def _is_first(keyring: Keyring, value: str) -> bool:
    envelope = base64.b64decode(value)
    return envelope[2 : 2 + envelope[1]] == keyring.first.id.encode()
