"""Contacts of sites: who agreed, from their own phone, to be told first; names and numbers sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber
from hotline.domain.site import ContactState, NoticeKind
from hotline.store.incidents import next_id
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import site_contact, site_notice


@dataclass(frozen=True, slots=True)
class SiteContact:
    """`phone` is None when no key of ours opens it."""

    id: int
    site_id: int
    name: str
    role: str
    note: str
    phone: PhoneNumber | None
    language: Language
    state: ContactState
    asked_at: datetime | None
    answered_at: datetime | None


def add(
    db: Connection,
    keyring: Keyring,
    site_id: int,
    name: str,
    role: str,
    note: str,
    phone: PhoneNumber,
    language: Language,
    now: datetime,
) -> int | None:
    """Add a contact who is yet to be asked; None when the site has one with this number."""
    if of_phone(db, keyring, site_id, phone) is not None:
        return None
    row_id = next_id(db, "site_contact")
    added = db.execute(
        text(
            "INSERT INTO site_contact (id, site_id, name_ct, role, note_ct, phone_ct, phone_hash, language,"
            " state, created_at) OVERRIDING SYSTEM VALUE VALUES (:id, :site_id, :name, :role, :note, :phone,"
            " :hash, :language, 'asked', :now)"
            " ON CONFLICT (site_id, phone_hash) DO NOTHING RETURNING id"
        ),
        {
            "id": row_id,
            "site_id": site_id,
            "name": keyring.seal(name, _place("name", row_id)),
            "role": role,
            "note": keyring.seal(note, _place("note", row_id)) if note else None,
            "phone": keyring.seal(phone.e164, _place("phone", row_id)),
            "hash": keyring.lookup(phone),
            "language": language,
            "now": now,
        },
    ).scalar_one_or_none()
    return None if added is None else int(added)


def asked(db: Connection, contact_id: int, now: datetime) -> None:
    _change(db, contact_id, state="asked", asked_at=now, answered_at=None)


def answered(db: Connection, contact_id: int, state: ContactState, now: datetime) -> None:
    _change(db, contact_id, state=state, answered_at=now)


def remove(db: Connection, contact_id: int) -> None:
    db.execute(delete(site_contact).where(site_contact.c.id == contact_id))


def remove_of_site(db: Connection, site_id: int) -> int:
    return int(db.execute(delete(site_contact).where(site_contact.c.site_id == site_id)).rowcount)


def remove_of_phone(db: Connection, hashes: Sequence[bytes]) -> None:
    """Whoever has their data erased is nobody's contact any more."""
    db.execute(delete(site_contact).where(site_contact.c.phone_hash.in_(hashes)))


def by_id(db: Connection, keyring: Keyring, contact_id: int, lock: bool = False) -> SiteContact | None:
    wanted = select(site_contact).where(site_contact.c.id == contact_id)
    row = db.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _read(keyring, row) if row else None


def of_phone(db: Connection, keyring: Keyring, site_id: int, phone: PhoneNumber) -> SiteContact | None:
    """The contact of a site who has this number."""
    theirs = site_contact.c.site_id == site_id, site_contact.c.phone_hash.in_(keyring.lookups(phone))
    row = db.execute(select(site_contact).where(*theirs).limit(1).with_for_update()).one_or_none()
    return _read(keyring, row) if row else None


def of_sites(db: Connection, keyring: Keyring, site_ids: Sequence[int]) -> list[SiteContact]:
    """The contacts of some sites, in the order in which they came."""
    rows = db.execute(
        select(site_contact).where(site_contact.c.site_id.in_(site_ids)).order_by(site_contact.c.id)
    )
    return [_read(keyring, row) for row in rows]


def count_confirmed(db: Connection, site_ids: Sequence[int]) -> dict[int, int]:
    """How many confirmed contacts each of some sites has."""
    rows = db.execute(
        select(site_contact.c.site_id, func.count().label("rows"))
        .where(site_contact.c.site_id.in_(site_ids), site_contact.c.state == "confirmed")
        .group_by(site_contact.c.site_id)
    )
    return {row.site_id: int(row.rows) for row in rows}


def claim_notice(
    db: Connection, incident_id: int, told: SiteContact, kind: NoticeKind, person: str, now: datetime
) -> int | None:
    """Put on record that a contact is told of an incident; None when that was done before."""
    row = insert(site_notice).values(
        incident_id=incident_id,
        site_id=told.site_id,
        site_contact_id=told.id,
        kind=kind,
        person=person,
        created_at=now,
    )
    once = ["incident_id", "site_contact_id", "kind"]
    made = db.execute(row.on_conflict_do_nothing(index_elements=once).returning(site_notice.c.id))
    found: int | None = made.scalar_one_or_none()
    return found


def name_message(db: Connection, notice_id: int, message_id: int) -> None:
    db.execute(update(site_notice).where(site_notice.c.id == notice_id).values(message_id=message_id))


def told_of(db: Connection, incident_id: int, kind: NoticeKind) -> dict[int, datetime]:
    """Which contacts were told of an incident, and when."""
    rows = db.execute(
        select(site_notice.c.site_contact_id, site_notice.c.created_at).where(
            site_notice.c.incident_id == incident_id, site_notice.c.kind == kind
        )
    )
    return {row.site_contact_id: row.created_at for row in rows}


def _change(db: Connection, contact_id: int, **values: Any) -> None:
    db.execute(update(site_contact).where(site_contact.c.id == contact_id).values(**values))


def _read(keyring: Keyring, row: Any) -> SiteContact:
    phone = _opened(keyring, "phone", row.id, row.phone_ct)
    return SiteContact(
        row.id,
        row.site_id,
        _opened(keyring, "name", row.id, row.name_ct),
        row.role,
        _opened(keyring, "note", row.id, row.note_ct),
        PhoneNumber(phone) if phone else None,
        row.language,
        row.state,
        row.asked_at,
        row.answered_at,
    )


def _opened(keyring: Keyring, column: str, row_id: int, sealed: bytes | None) -> str:
    try:
        return keyring.open(sealed, _place(column, row_id)) if sealed else ""
    except CannotOpen:
        return ""


def _place(column: str, row_id: int) -> str:
    return f"site_contact.{column}.{row_id}"
