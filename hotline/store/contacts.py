"""Contacts: anyone behind a number, known by its keyed hash."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, or_, select, text, update

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber
from hotline.store import standing
from hotline.store.sealing import Keyring
from hotline.store.tables import contact, delivery, leg, message, session, ticket

SAMPLE: Final = 20  # newest rows that are tried with a key


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


def hashes_of(db: Connection, contact_id: int) -> list[bytes]:
    """The hash that a contact is kept under; nothing when the contact is gone."""
    return list(db.scalars(select(contact.c.phone_hash).where(contact.c.id == contact_id)))


def language_of(db: Connection, contact_id: int) -> Language | None:
    found: Language | None = db.scalar(select(contact.c.language).where(contact.c.id == contact_id))
    return found


def remember_language(db: Connection, contact_id: int, language: Language) -> None:
    db.execute(update(contact).where(contact.c.id == contact_id).values(language=language))


def newest_opens(db: Connection, keyring: Keyring) -> bool | None:
    """Does one of the newest numbers open with our keys? None when there is no contact."""
    rows = db.execute(select(contact.c.id, contact.c.phone_ct).order_by(contact.c.id.desc()).limit(SAMPLE))
    return keyring.opens_any([(row.phone_ct, place(row.id)) for row in rows])


def lock(db: Connection, contact_id: int) -> None:
    """Wait for the turns that are being taken with a contact, and let no other one end.

    A turn has its session first and its contact afterwards: whoever removes a contact does the same.
    """
    db.execute(
        text("SELECT id FROM session WHERE contact_id = :id OR caller_id = :id ORDER BY id FOR UPDATE"),
        {"id": contact_id},
    )


def remove(db: Connection, contact_id: int, now: datetime) -> list[str]:
    """Remove a contact that was locked; conversations, calls, messages, subscriptions and tickets go too.

    What was sent to it is kept as a count: deliveries lose whom they were for, waiting ones are skipped.
    Returns the carrier's sids of its calls to us, and of calls back. Rows that others lock before they come
    to the contact go before it does.
    """
    standing.skip_erased(db, contact_id, now)
    gone = update(delivery).where(delivery.c.contact_id == contact_id)
    db.execute(gone.values(contact_id=None, phone_hash=None))
    db.execute(delete(message).where(message.c.contact_id == contact_id))
    called = _take_calls(db, contact_id)
    db.execute(delete(ticket).where(ticket.c.contact_id == contact_id))
    db.execute(select(contact.c.id).where(contact.c.id == contact_id).with_for_update())
    called |= _take_calls(db, contact_id)  # one that began meanwhile; from here on none can
    db.execute(delete(contact).where(contact.c.id == contact_id))
    return sorted(called)


def _take_calls(db: Connection, contact_id: int) -> set[str]:
    """Remove a contact's calls with what was said in them, and who was rung for them or called back."""
    calls = db.scalars(delete(session).where(session.c.caller_id == contact_id).returning(session.c.call_sid))
    sids = set(calls.all())
    theirs = select(ticket.c.id).where(ticket.c.contact_id == contact_id)
    of_theirs = or_(leg.c.call_sid.in_(sids), leg.c.ticket_id.in_(theirs))
    rung = db.scalars(delete(leg).where(of_theirs).returning(leg.c.call_sid)).all()
    return {sid for sid in (*sids, *rung) if sid}
