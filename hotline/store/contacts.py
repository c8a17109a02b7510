"""Contacts: anyone behind a number, known by its keyed hash."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, text, update

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber
from hotline.store.sealing import Keyring
from hotline.store.tables import contact, delivery


def find(db: Connection, keyring: Keyring, number: PhoneNumber) -> int | None:
    """The id of the contact behind a number."""
    hashes = keyring.lookups(number)
    return db.scalar(select(contact.c.id).where(contact.c.phone_hash.in_(hashes)))


def add(db: Connection, keyring: Keyring, number: PhoneNumber, now: datetime) -> int:
    """The contact behind a number, made if it is new. Two at once make one."""
    known = find(db, keyring, number)
    if known is not None:
        return known
    contact_id = int(db.execute(text("SELECT nextval(pg_get_serial_sequence('contact', 'id'))")).scalar_one())
    added = db.execute(
        text(
            "INSERT INTO contact (id, phone_hash, phone_ct, created_at, seen_at)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, :hash, :phone, :now, :now)"
            " ON CONFLICT (phone_hash) DO NOTHING RETURNING id"
        ),
        {
            "id": contact_id,
            "hash": keyring.lookup(number),
            "phone": keyring.seal(number.e164, place(contact_id)),
            "now": now,
        },
    ).scalar_one_or_none()
    if added is not None:
        return int(added)
    found = find(db, keyring, number)
    assert found is not None
    return found


def place(contact_id: int) -> str:
    return f"contact.phone.{contact_id}"


def number_of(db: Connection, keyring: Keyring, contact_id: int) -> PhoneNumber | None:
    """The number of a contact, opened; None when the contact is gone."""
    sealed = db.scalar(select(contact.c.phone_ct).where(contact.c.id == contact_id))
    return PhoneNumber(keyring.open(sealed, place(contact_id))) if sealed else None


def language_of(db: Connection, contact_id: int) -> Language | None:
    found: Language | None = db.scalar(select(contact.c.language).where(contact.c.id == contact_id))
    return found


def remember_language(db: Connection, contact_id: int, language: Language) -> None:
    db.execute(update(contact).where(contact.c.id == contact_id).values(language=language))


def remove(db: Connection, contact_id: int) -> None:
    """Remove a contact; sessions, messages, subscriptions and tickets go with it.

    What was sent to it is kept as a count: deliveries lose whom they were for, waiting ones are skipped.
    """
    gone = update(delivery).where(delivery.c.contact_id == contact_id)
    waiting = delivery.c.status.in_(("pending", "held"))
    db.execute(gone.where(waiting).values(status="skipped", reason="erased"))
    db.execute(gone.values(contact_id=None, phone_hash=None))
    db.execute(delete(contact).where(contact.c.id == contact_id))
