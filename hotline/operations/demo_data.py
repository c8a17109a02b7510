"""What a demo starts with: three neighbours who asked for alerts, two people who answer them, a school, a
market and an event, on numbers that reach nobody."""

from datetime import datetime
from typing import Final

from hotline.domain.language import Language
from hotline.domain.notice import AUDIENCES
from hotline.domain.phone import PhoneNumber
from hotline.operations.accounts import demo_accounts
from hotline.operations.demo_places import add_places
from hotline.operations.line import Line
from hotline.operations.people import EVERY_DUTY, Given, add
from hotline.operations.staff_pin import hash_pin
from hotline.store import consents, contacts, people, pins, subscriptions
from hotline.store.database import transaction

NEIGHBOURS: Final[tuple[tuple[str, Language, str], ...]] = (
    ("+12135550101", "es", "90033"),
    ("+12135550102", "es", "90033"),
    ("+12135550103", "en", "90033"),
)
LISTS: Final = tuple(one for one in AUDIENCES if one != "named")
PIN: Final = "135246"  # of both; a demo keeps no secret
STAFF: Final[tuple[Given, ...]] = (
    Given("Ana", "+12135550190", (*EVERY_DUTY, "admin"), "Red de Prueba", ("es", "en"), "es", ("90033",)),
    Given("Bo", "+12135550191", EVERY_DUTY, "Red de Prueba", ("en",), "en", ("90033",)),
)


def add_demo_data(line: Line, now: datetime) -> int:
    """Sign neighbours up, add the staff and the places, once; a demo that starts again changes nothing.
    Returns how many neighbours were new."""
    add_staff(line, now)
    add_places(line, now)
    return sum(
        add_neighbour(line, number, language, zip_code, now) for number, language, zip_code in NEIGHBOURS
    )


def add_staff(line: Line, now: datetime) -> None:
    """Add Ana and Bo, whose phones the pretend carrier has, unless they are there."""
    for given in STAFF:
        with transaction(line.database) as db:
            is_known = people.by_name(db, line.keyring, given.name or "") is not None
        if not is_known:
            person_id = add(line, given, "demo", now)
            with transaction(line.database) as db:
                pins.give(db, person_id, hash_pin(PIN))
    demo_accounts(line, now)


def add_neighbour(line: Line, e164: str, language: Language, zip_code: str, now: datetime) -> bool:
    """Sign somebody up unless the number is known; was it new?"""
    number = PhoneNumber(e164)
    with transaction(line.database) as db:
        if contacts.find(db, line.keyring, number) is not None:
            return False
        contact_id = contacts.add(db, line.keyring, number, now)
        contacts.remember_language(db, contact_id, language)
        subscriptions.add(db, contact_id, zip_code, now, LISTS)
        phone_hash = line.keyring.lookup(number)
        consents.record(
            db, line.keyring, contact_id, phone_hash, "subscribe", "SI", language, "sms", "demo", now
        )
    return True
