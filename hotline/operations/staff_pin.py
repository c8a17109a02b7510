"""The PIN by which a phone is believed: asked once in twelve hours, locked after five wrong ones."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection

from hotline.domain.person import Person
from hotline.operations.line import Line
from hotline.operations.staff_words import PIN_LOCKED_TOLD
from hotline.operations.telling import tell_admins
from hotline.store import audit, pins

LENGTH: Final = 6  # one-time words have four signs, ZIP codes five: a PIN is taken for neither
TRIES: Final = 5
GOOD_FOR: Final = timedelta(hours=12)
ASKED_FOR: Final = timedelta(minutes=10)

# A million PINs fall to anyone who has the database, whatever a guess costs: the lock is what protects them.
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_SHAPE: Final = re.compile(rf"\d{{{LENGTH}}}")

Standing = Literal["believed", "asked", "none", "locked"]
Shown = Literal["right", "wrong", "locked"]


def new_pin() -> str:
    """Six digits by chance, no run of them and no digit only."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(LENGTH))
        if len(set(pin)) > 2 and pin not in "0123456789" and pin not in "9876543210":
            return pin


def hash_pin(pin: str) -> str:
    return _HASHER.hash(pin)


def require_pin(db: Connection, person: Person, command: str, now: datetime) -> Standing:
    """Is the phone believed? If not, the PIN is asked for and `command` waits for it."""
    pin = pins.lock(db, person.id)
    if pin.is_locked:
        return "locked"
    if pin.hash is None:
        return "none"
    if pin.good_until is not None and pin.good_until > now:
        return "believed"
    pins.ask(db, person.id, command, now + ASKED_FOR)
    return "asked"


def show_pin(
    line: Line, db: Connection, person: Person, body: str, now: datetime
) -> tuple[Shown, str, int] | None:
    """Take a text as the PIN that was asked for: what came of it, the command that waited, tries left.

    None when the text has another shape, or none was asked for.
    """
    typed = re.sub(r"[\s.-]", "", body)
    if not _SHAPE.fullmatch(typed):
        return None
    pin = pins.lock(db, person.id)
    if pin.hash is None or pin.asked_until is None or pin.asked_until <= now:
        return None
    if _is_right(pin.hash, typed):
        pins.right(db, person.id, now + GOOD_FOR)
        return "right", pin.command or "", TRIES
    left = TRIES - pin.tries - 1
    pins.wrong(db, person.id, pin.tries + 1, now if left <= 0 else None)
    if left > 0:
        return "wrong", "", left
    audit.record(db, person.name, "person.pin_locked", str(person.id), now)
    tell_admins(line, db, PIN_LOCKED_TOLD, now, NAME=person.name)
    return "locked", "", 0


def _is_right(hashed: str, typed: str) -> bool:
    try:
        return _HASHER.verify(hashed, typed)
    except VerifyMismatchError:
        return False
