"""People who work for the network, their numbers sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from hotline.domain.language import Language
from hotline.domain.person import Person, Role, Spoken, key_of
from hotline.domain.phone import PhoneNumber
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import person

Languages = Sequence[Spoken]


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody as they are kept. `available_at` is since when they are on, or off; `left_at` None means
    active; `phone` is None for who left, and when no key of ours opens it."""

    id: int
    name: str
    roles: frozenset[Role]
    organisation: str
    languages: tuple[Spoken, ...]
    phone: PhoneNumber | None
    language: Language
    zips: tuple[str, ...]
    is_available: bool
    available_at: datetime
    has_pin: bool
    is_locked: bool
    left_at: datetime | None

    @property
    def person(self) -> Person | None:
        """The person as the line knows them; None for who left or cannot be reached."""
        if self.left_at is not None or self.phone is None:
            return None
        return Person(
            self.id,
            self.name,
            self.roles,
            self.organisation,
            self.languages,
            self.phone,
            self.language,
            self.is_available,
            self.zips,
        )


def place(person_id: int) -> str:
    return f"person.phone.{person_id}"


def add(
    db: Connection,
    keyring: Keyring,
    name: str,
    roles: Iterable[Role],
    organisation: str,
    languages: Languages,
    phone: PhoneNumber,
    language: Language,
    zips: Sequence[str],
    is_available: bool,
    now: datetime,
) -> int:
    """Add somebody. Raises sqlalchemy's IntegrityError when the name or the number is taken."""
    person_id = int(db.execute(select(func.nextval("person_id_seq"))).scalar_one())
    values = {
        **_name(name),
        "roles": sorted(roles),
        "organisation": organisation,
        "languages": _kept(languages),
        **_phone(keyring, person_id, phone),
        "language": language,
        "zips": list(zips),
        "is_available": is_available,
    }
    db.execute(insert(person).values(id=person_id, **values, available_at=now, created_at=now))
    return person_id


def change(
    db: Connection,
    keyring: Keyring,
    person_id: int,
    *,
    name: str | None = None,
    roles: Iterable[Role] | None = None,
    organisation: str | None = None,
    languages: Languages | None = None,
    phone: PhoneNumber | None = None,
    language: Language | None = None,
    zips: Sequence[str] | None = None,
) -> None:
    """Change what is given. A new number has shown no PIN yet. Raises IntegrityError as `add` does."""
    values: dict[str, Any] = {
        **(_name(name) if name is not None else {}),
        **({"roles": sorted(roles)} if roles is not None else {}),
        **({"organisation": organisation} if organisation is not None else {}),
        **({"languages": _kept(languages)} if languages is not None else {}),
        **({"language": language} if language is not None else {}),
        **({"zips": list(zips)} if zips is not None else {}),
    }
    if phone is not None:
        values |= {**_phone(keyring, person_id, phone), "pin_good_until": None, "pin_asked_until": None}
    if values:
        db.execute(update(person).where(person.c.id == person_id).values(**values))


def rename_open(db: Connection, before: str, after: str) -> None:
    """What is not finished goes along with somebody's new name: who wrote a draft is still who wrote it when
    somebody else is given the old name."""
    for statement in _NAMED:
        db.execute(text(statement), {"before": before, "after": after})


_NAMED = (
    "UPDATE alert SET author = :after WHERE author = :before AND state IN ('draft', 'asked')",
    "UPDATE alert SET agreed_by = :after WHERE agreed_by = :before AND state IN ('draft', 'asked')",
    "UPDATE alert SET word_person = :after WHERE word_person = :before AND state = 'asked'",
    "UPDATE incident SET override_asked_by = :after"
    " WHERE override_asked_by = :before AND overridden_at IS NULL",
    "UPDATE ticket SET owner = :after WHERE owner = :before AND state = 'taken'",
)


def set_available(db: Connection, person_id: int, is_available: bool, now: datetime) -> bool:
    """Put somebody on or off duty; False when they are so already, or left."""
    here = (person.c.id == person_id) & person.c.left_at.is_(None)
    changed = update(person).where(here, person.c.is_available != is_available)
    return db.execute(changed.values(is_available=is_available, available_at=now)).rowcount > 0


def leave(db: Connection, person_id: int, now: datetime) -> bool:
    """Somebody leaves: the name stays, for the record; number, PIN and places go. False: they had left."""
    gone = dict.fromkeys(
        ("phone_hash", "phone_ct", "pin_hash", "pin_good_until", "pin_asked_until", "pin_command")
    )
    statement = update(person).where(person.c.id == person_id, person.c.left_at.is_(None))
    kept = {"is_available": False, "available_at": now, "left_at": now, "zips": []}
    return db.execute(statement.values(**gone, **kept)).rowcount > 0


def active(db: Connection, keyring: Keyring) -> tuple[Person, ...]:
    """Everybody who has not left, in the order in which they came."""
    rows = db.execute(select(person).where(person.c.left_at.is_(None)).order_by(person.c.id))
    records = (_read(keyring, row) for row in rows)
    return tuple(found for record in records if (found := record.person) is not None)


def page(
    db: Connection, keyring: Keyring, after: str = "", limit: int = 50, *, with_left: bool = False
) -> list[Record]:
    """The next records by name; `after` is the name of the last one on the page before."""
    rows = select(person).where(person.c.name_key > key_of(after)).order_by(person.c.name_key).limit(limit)
    if not with_left:
        rows = rows.where(person.c.left_at.is_(None))
    return [_read(keyring, row) for row in db.execute(rows)]


def by_id(db: Connection, keyring: Keyring, person_id: int, *, lock: bool = False) -> Record | None:
    return _one(db, keyring, person.c.id == person_id, lock)


def by_name(db: Connection, keyring: Keyring, name: str, *, lock: bool = False) -> Record | None:
    """Somebody by their name, however it is typed, also who left."""
    return _one(db, keyring, person.c.name_key == key_of(name), lock)


def by_phone(db: Connection, keyring: Keyring, phone: PhoneNumber) -> Record | None:
    return _one(db, keyring, person.c.phone_hash.in_(keyring.lookups(phone)), False)


def _one(db: Connection, keyring: Keyring, wanted: Any, lock: bool) -> Record | None:
    found = select(person).where(wanted).limit(1)
    row = db.execute(found.with_for_update() if lock else found).one_or_none()
    return _read(keyring, row) if row else None


def _read(keyring: Keyring, row: Any) -> Record:
    return Record(
        id=row.id,
        name=row.name,
        roles=frozenset(row.roles),
        organisation=row.organisation,
        languages=tuple(Spoken(tag, variant) for tag, variant in row.languages),
        phone=_opened(keyring, row.id, row.phone_ct),
        language=row.language,
        zips=tuple(row.zips),
        is_available=row.is_available,
        available_at=row.available_at,
        has_pin=row.pin_hash is not None,
        is_locked=row.pin_locked_at is not None,
        left_at=row.left_at,
    )


def _opened(keyring: Keyring, person_id: int, sealed: bytes | None) -> PhoneNumber | None:
    if sealed is None:
        return None
    try:
        return PhoneNumber(keyring.open(sealed, place(person_id)))
    except CannotOpen:
        return None


def _name(name: str) -> dict[str, str]:
    return {"name": name, "name_key": key_of(name)}


def _phone(keyring: Keyring, person_id: int, phone: PhoneNumber) -> dict[str, bytes]:
    return {"phone_hash": keyring.lookup(phone), "phone_ct": keyring.seal(phone.e164, place(person_id))}


def _kept(languages: Languages) -> list[list[str]]:
    return [[spoken.tag, spoken.variant] for spoken in languages]
