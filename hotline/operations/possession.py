"""Whose data this is: a demo and a real line share none, and nobody goes on with a key that opens nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import structlog
from sqlalchemy import Connection, Engine

from hotline.operations.line import Line
from hotline.store import audit, consents, contacts, marks, schema
from hotline.store.database import transaction
from hotline.store.parcels import Parcel
from hotline.store.sealing import CannotOpen, Keyring

_log = structlog.get_logger()

Mode = Literal["demo", "production"]
MODE: Final = "mode"
_TOLD: Final = "wrong_key_told"


class OtherMode(Exception):
    """The data belongs to a line of the other mode."""


class WrongKey(CannotOpen):
    """None of our keys opens what was sealed last."""


def require_mode(database: Engine, mode: Mode) -> None:
    """Raises OtherMode when the data was made in the other mode. Changes nothing."""
    with transaction(database) as db:
        stands = marks.read(db, MODE) if schema.has_tables(db) else None
    if stands not in {None, mode}:
        raise OtherMode


def take_possession(database: Engine, mode: Mode, now: datetime) -> None:
    """Mark new data with the mode, once for ever. Raises OtherMode when another was first."""
    with transaction(database) as db:
        stands = marks.claim(db, MODE, mode, now)
    if stands != mode:
        raise OtherMode


def require_key(database: Engine, keyring: Keyring) -> None:
    """Raises WrongKey when something is held and nothing of the newest opens."""
    with transaction(database) as db:
        if schema.has_tables(db) and not _opens(db, keyring):
            raise WrongKey


def require_readable(line: Line, db: Connection, taken: Sequence[Parcel]) -> None:
    """Raises WrongKey, which undoes the taking, when what cannot be read is not one row but everything."""
    if any(parcel.to is None for parcel in taken) and not _opens(db, line.keyring):
        raise WrongKey


def tell_of_wrong_key(line: Line) -> None:
    """Raise the alarm once a day. Not by text: it would be sealed with the wrong key too."""
    now = line.clock()
    with transaction(line.database) as db:
        is_first = marks.put(db, _TOLD, now.date().isoformat(), now)
        if is_first:
            audit.record(db, "system", "sending.wrong_key", "all", now, {})
    if is_first:
        _log.critical("sending.wrong_key", setting="HOTLINE_SECRET_KEY")


def _opens(db: Connection, keyring: Keyring) -> bool:
    numbers = contacts.newest_opens(db, keyring)
    return numbers if numbers is not None else consents.newest_opens(db, keyring) is not False
