"""People of the network: add, change, put on and off duty, let go."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.person import NAME_AT_MOST, RESERVED, ROLES, Role, Spoken, key_of
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.operations.languages import NotALanguage, read_spoken
from hotline.operations.line import Line
from hotline.operations.staff_pin import hash_pin, new_pin
from hotline.store import audit, people, pins
from hotline.store.database import transaction
from hotline.store.people import Record

Reason = Literal[
    "name", "name_taken", "role", "organisation", "spoken", "number", "number_taken", "real", "language",
    "zip", "unknown", "left",
]  # fmt: skip

# In English; the catalogs in `locales/` say them in other languages.
REFUSALS: Final[dict[Reason, str]] = {
    "name": "Give a short name: letters, digits, spaces, points and hyphens, 40 at most.",
    "name_taken": "Somebody has or had this name: give another one, for it stands in the record.",
    "role": "Give at least one role: dispatcher, verifier, approver, admin.",
    "organisation": "The organisation takes 80 letters at most.",
    "spoken": "Give languages as es, es-MX, mam, or mam=Mam de Todos Santos.",
    "number": "Give a telephone number, as +12135550123.",
    "number_taken": "Somebody else has this number.",
    "real": "A demo takes numbers that reach nobody only: 555-0100 to 555-0199.",
    "language": "Texts to staff come in es or en.",
    "zip": "This is no ZIP code that we know.",
    "unknown": "There is no such person: see `hotline people list`.",
    "left": "This person has left.",
}

ORGANISATION_AT_MOST: Final = 80
_NAME: Final = re.compile(r"[^\W_](?:[\w .'’-]*[\w.])?")
EVERY_DUTY: Final[tuple[Role, ...]] = ("dispatcher", "verifier", "approver")


class PersonRefused(Exception):
    """A person cannot be added or changed. `reason` is one of a closed list, `detail` what was given."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{REFUSALS[reason]} {detail}".strip())
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of somebody, as it is typed. None leaves it as it is."""

    name: str | None = None
    number: str | None = None
    roles: Sequence[str] | None = None
    organisation: str | None = None
    spoken: Sequence[str] | None = None
    language: str | None = None
    zips: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    name: str | None
    phone: PhoneNumber | None
    roles: tuple[Role, ...] | None
    organisation: str | None
    languages: tuple[Spoken, ...] | None
    language: Language | None
    zips: tuple[str, ...] | None


def add(line: Line, given: Given, by: str, now: datetime, *, is_available: bool = True) -> int:
    """Add somebody and return their id; name, number, a role and the staff language are needed.

    Raises PersonRefused.
    """
    found = _check(line, given)
    if found.name is None:
        raise PersonRefused("name")
    if found.phone is None:
        raise PersonRefused("number")
    if found.roles is None:
        raise PersonRefused("role")
    if found.language is None:
        raise PersonRefused("language")
    with _unique(), transaction(line.database) as db:
        _must_be_free(line, db, found.phone, None)
        person_id = people.add(
            db,
            line.keyring,
            found.name,
            found.roles,
            found.organisation or "",
            found.languages or (),
            found.phone,
            found.language,
            found.zips or (),
            is_available,
            now,
        )
        audit.record(db, by, "person.add", str(person_id), now, {"roles": list(found.roles)})
    return person_id


def change(line: Line, person_id: int, given: Given, by: str, now: datetime) -> None:
    """Change what is given of somebody who has not left. Raises PersonRefused."""
    found = _check(line, given)
    changed = {
        "name": found.name,
        "phone": found.phone,
        "roles": found.roles,
        "organisation": found.organisation,
        "languages": found.languages,
        "language": found.language,
        "zips": found.zips,
    }
    names = sorted(name for name, value in changed.items() if value is not None)
    with _unique(), transaction(line.database) as db:
        before = _here(line, db, person_id)
        if found.phone is not None:
            _must_be_free(line, db, found.phone, person_id)
        people.change(db, line.keyring, person_id, **changed)  # type: ignore[arg-type]
        details: dict[str, Any] = {"changed": names, **({"roles": list(found.roles)} if found.roles else {})}
        if found.name is not None and found.name != before.name:
            people.rename_open(db, before.name, found.name)
            details["was"] = before.name  # what they did until now stands under that
        audit.record(db, by, "person.change", str(person_id), now, details)


def put_on(line: Line, person_id: int, is_available: bool, by: str, now: datetime) -> bool:
    """Put somebody on or off duty; False when they are so already. Raises PersonRefused."""
    with transaction(line.database) as db:
        _here(line, db, person_id)
        return switch(db, person_id, by, is_available, now)


def switch(db: Connection, person_id: int, by: str, is_available: bool, now: datetime) -> bool:
    """As `put_on`, within a transaction."""
    if not people.set_available(db, person_id, is_available, now):
        return False
    audit.record(db, by, "person.on" if is_available else "person.off", str(person_id), now)
    return True


def leave(line: Line, person_id: int, by: str, now: datetime) -> None:
    """Somebody leaves: their number is erased, their name stays in the record. Raises PersonRefused."""
    with transaction(line.database) as db:
        _here(line, db, person_id)
        people.leave(db, person_id, now)
        audit.record(db, by, "person.leave", str(person_id), now)


def give_pin(line: Line, person_id: int, by: str, now: datetime) -> str:
    """A new PIN for somebody, told once and kept as a hash; it unlocks their phone. Raises PersonRefused."""
    pin = new_pin()
    hashed = hash_pin(pin)
    with transaction(line.database) as db:
        _here(line, db, person_id)
        pins.give(db, person_id, hashed)
        audit.record(db, by, "person.pin", str(person_id), now)
    return pin


def find(line: Line, name: str) -> Record:
    """Somebody by their name, however it is typed, also who left. Raises PersonRefused."""
    with transaction(line.database) as db:
        found = people.by_name(db, line.keyring, name)
    if found is None:
        raise PersonRefused("unknown", name)
    return found


def read_list(written: str) -> list[Given]:
    """People as `name:number:language,...`, each for every duty. Raises PersonRefused."""
    found = []
    for piece in (piece.strip() for piece in written.split(",") if piece.strip()):
        parts = [part.strip() for part in piece.split(":")]
        if len(parts) != 3:
            raise PersonRefused("name", parts[0])
        name, number, language = parts
        spoken = (language,) if language in LANGUAGES else ()
        found.append(Given(name=name, number=number, roles=EVERY_DUTY, spoken=spoken, language=language))
    return found


def _here(line: Line, db: Connection, person_id: int) -> Record:
    """Somebody who has not left, locked. Raises PersonRefused."""
    found = people.by_id(db, line.keyring, person_id, lock=True)
    if found is None:
        raise PersonRefused("unknown")
    if found.left_at is not None:
        raise PersonRefused("left", found.name)
    return found


def _must_be_free(line: Line, db: Connection, phone: PhoneNumber, person_id: int | None) -> None:
    """While keys rotate one number may stand under two hashes: the constraint alone would not see it."""
    other = people.by_phone(db, line.keyring, phone)
    if other is not None and other.id != person_id:
        raise PersonRefused("number_taken")


@contextmanager
def _unique() -> Iterator[None]:
    """Names and numbers are one person's, whoever else adds one at the same time."""
    try:
        yield
    except IntegrityError as fault:
        raise PersonRefused("number_taken" if "phone_hash" in str(fault.orig) else "name_taken") from None


def _check(line: Line, given: Given) -> _Checked:
    """Everything that is given, read. Raises PersonRefused at the first that is wrong."""
    return _Checked(
        _name(given.name) if given.name is not None else None,
        _number(line, given.number) if given.number is not None else None,
        _roles(given.roles) if given.roles is not None else None,
        _organisation(given.organisation) if given.organisation is not None else None,
        _spoken(given.spoken) if given.spoken is not None else None,
        _language(given.language) if given.language is not None else None,
        _zips(line, given.zips) if given.zips is not None else None,
    )


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not _NAME.fullmatch(name) or len(name) > NAME_AT_MOST or key_of(name) in RESERVED:
        raise PersonRefused("name", given)
    return name


def _number(line: Line, given: str) -> PhoneNumber:
    try:
        number = parse_phone(given)
    except NotAPhoneNumber:
        raise PersonRefused("number") from None
    if line.mode == "demo" and not number.is_test:
        raise PersonRefused("real")
    return number


def _roles(given: Sequence[str]) -> tuple[Role, ...]:
    roles = tuple(role for role in ROLES if role in given)
    if not roles or not set(given) <= set(ROLES):
        raise PersonRefused("role")
    return roles


def _organisation(given: str) -> str:
    organisation = " ".join(given.split())
    if len(organisation) > ORGANISATION_AT_MOST:
        raise PersonRefused("organisation")
    return organisation


def _spoken(given: Sequence[str]) -> tuple[Spoken, ...]:
    try:
        return tuple(dict.fromkeys(read_spoken(written) for written in given if written.strip()))
    except NotALanguage as fault:
        raise PersonRefused("spoken", str(fault)) from None


def _language(given: str) -> Language:
    for language in LANGUAGES:
        if language == given.strip():
            return language
    raise PersonRefused("language", given)


def _zips(line: Line, given: Sequence[str]) -> tuple[str, ...]:
    zips = tuple(dict.fromkeys(written.strip() for written in given if written.strip()))
    for zip_code in zips:
        if line.place_of(zip_code) is None:
            raise PersonRefused("zip", zip_code)
    return zips
