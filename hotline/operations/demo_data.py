"""What a demo starts with: three neighbours who asked for alerts, on numbers that reach nobody."""

from datetime import datetime
from typing import Final

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber
from hotline.operations.line import Line
from hotline.store import consents, contacts, subscriptions
from hotline.store.database import transaction

NEIGHBOURS: Final[tuple[tuple[str, Language, str], ...]] = (
    ("+12135550101", "es", "90033"),
    ("+12135550102", "es", "90033"),
    ("+12135550103", "en", "90033"),
)


def add_demo_data(line: Line, now: datetime) -> int:
    """Sign neighbours up once; a demo that starts again changes nothing. Returns how many were new."""
    return sum(_add(line, number, language, zip_code, now) for number, language, zip_code in NEIGHBOURS)


def _add(line: Line, e164: str, language: Language, zip_code: str, now: datetime) -> bool:
    number = PhoneNumber(e164)
    with transaction(line.database) as db:
        if contacts.find(db, line.keyring, number) is not None:
            return False
        contact_id = contacts.add(db, line.keyring, number, now)
        contacts.remember_language(db, contact_id, language)
        subscriptions.add(db, contact_id, zip_code, now)
        phone_hash = line.keyring.lookup(number)
        consents.record(
            db, line.keyring, contact_id, phone_hash, "subscribe", "SI", language, "sms", "demo", now
        )
    return True
