"""Everybody who asked for alerts, page by page, and apart from them whoever opted out since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from hotline.domain.language import Channel, Language
from hotline.domain.phone import PhoneNumber
from hotline.store import contacts
from hotline.store.database import transaction
from hotline.store.sealing import CannotOpen, Keyring

PAGE: Final = 5_000

# Who paused or opted out is no subscriber: their ZIP codes are not told.
_PAGE = text(
    """
    SELECT c.id, c.phone_ct, c.language, p.since AS opted_out_at, s.zip, s.channel, s.created_at
    FROM (SELECT id, phone_hash, phone_ct, language FROM contact WHERE id > :after ORDER BY id LIMIT :limit) c
    LEFT JOIN suppression p ON p.phone_hash = c.phone_hash
    LEFT JOIN subscription s ON s.contact_id = c.id AND p.phone_hash IS NULL
    ORDER BY c.id, s.zip
    """
)
_COUNT = text(
    "SELECT (SELECT count(*) FROM subscription s JOIN contact c ON c.id = s.contact_id WHERE NOT EXISTS"
    " (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash))"
    " + (SELECT count(*) FROM contact c JOIN suppression p ON p.phone_hash = c.phone_hash)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One ZIP code of one subscriber, or, with `opted_out_at` and nothing else, who opted out.

    `number` is None when no key of ours opens it.
    """

    number: PhoneNumber | None
    language: Language | None
    zip: str | None
    channel: Channel | None
    since: datetime | None
    opted_out_at: datetime | None


def count(db: Connection) -> int:
    """How many entries there are now."""
    return int(db.execute(_COUNT).scalar_one())


def entries(engine: Engine, keyring: Keyring, page: int = PAGE) -> Iterator[Entry]:
    """Every entry, in short transactions. Raises DatabaseAway."""
    after = 0
    while True:
        with transaction(engine) as db:
            rows = db.execute(_PAGE, {"after": after, "limit": page}).all()
        if not rows:
            return
        yield from (_entry(keyring, row) for row in rows if row.zip or row.opted_out_at)
        after = rows[-1].id


def _entry(keyring: Keyring, row: Any) -> Entry:
    number = _number(keyring, row.id, row.phone_ct)
    return Entry(number, row.language, row.zip, row.channel, row.created_at, row.opted_out_at)


def _number(keyring: Keyring, contact_id: int, sealed: bytes) -> PhoneNumber | None:
    try:
        return PhoneNumber(keyring.open(sealed, contacts.place(contact_id)))
    except CannotOpen:
        return None
