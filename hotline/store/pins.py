"""PINs of people who text commands: tries, locks, and how long a phone is believed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hotline.store.tables import person


@dataclass(frozen=True, slots=True)
class Pin:
    """`hash` is None while nobody gave them a PIN; `command` waits for the PIN that was asked for."""

    person_id: int
    hash: str | None
    tries: int
    is_locked: bool
    good_until: datetime | None
    asked_until: datetime | None
    command: str | None


def lock(db: Connection, person_id: int) -> Pin:
    """The PIN of somebody, its row locked: two texts at once are two tries."""
    row = db.execute(select(person).where(person.c.id == person_id).with_for_update()).one()
    return Pin(
        row.id,
        row.pin_hash,
        row.pin_tries,
        row.pin_locked_at is not None,
        row.pin_good_until,
        row.pin_asked_until,
        row.pin_command,
    )


def give(db: Connection, person_id: int, hashed: str) -> None:
    """A new PIN; it opens what wrong ones had locked."""
    _set(
        db,
        person_id,
        pin_hash=hashed,
        pin_tries=0,
        pin_locked_at=None,
        pin_good_until=None,
        pin_asked_until=None,
        pin_command=None,
    )


def ask(db: Connection, person_id: int, command: str, until: datetime) -> None:
    _set(db, person_id, pin_asked_until=until, pin_command=command)


def right(db: Connection, person_id: int, good_until: datetime) -> None:
    _set(db, person_id, pin_tries=0, pin_good_until=good_until, pin_asked_until=None, pin_command=None)


def wrong(db: Connection, person_id: int, tries: int, locked_at: datetime | None) -> None:
    """One more wrong one; `locked_at` when it was the last that is taken."""
    values = {"pin_tries": tries, "pin_locked_at": locked_at}
    _set(db, person_id, **values, **({"pin_asked_until": None, "pin_command": None} if locked_at else {}))


def _set(db: Connection, person_id: int, **values: object) -> None:
    db.execute(update(person).where(person.c.id == person_id).values(**values))
