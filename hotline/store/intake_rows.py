"""Rows of a list on their way in: copied beside the tables, judged there, and taken in one batch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from hotline.domain.language import Channel, Language
from hotline.domain.phone import PhoneNumber
from hotline.store import contacts
from hotline.store.database import connection
from hotline.store.quick import driver_of
from hotline.store.sealing import Keyring
from hotline.store.subscriptions import ALERT_KINDS

_ONE_AT_A_TIME: Final = 4_684_555  # an advisory lock of ours: two lists never wait for each other's rows

# Gone with their connection. What was seen is kept over the whole file, as 16 bytes for each row.
_SCRATCH: Final = (
    "SET temp_buffers = '32MB'",
    "CREATE TEMP TABLE intake_row (line bigint NOT NULL, key uuid NOT NULL, phone_hash bytea NOT NULL,"
    " hashes bytea[], zip varchar(5) NOT NULL, language varchar(2), channel varchar(5) NOT NULL)"
    " ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE intake_new (line bigint PRIMARY KEY, contact_id bigint NOT NULL, phone_ct bytea,"
    " consent_id bigint NOT NULL, words_ct bytea NOT NULL) ON COMMIT DELETE ROWS",
    # A table, not a subquery: the planner sees how many rows it has, and joins them by hash.
    "CREATE TEMP TABLE intake_ready (line bigint NOT NULL, contact_id bigint NOT NULL,"
    " phone_hash bytea NOT NULL, zip varchar(5) NOT NULL, channel varchar(5) NOT NULL,"
    " language varchar(2), consent_id bigint NOT NULL, words_ct bytea NOT NULL) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE intake_seen (key uuid PRIMARY KEY, line bigint NOT NULL)",
)
_COPY_ROWS: Final = (
    "COPY intake_row (line, key, phone_hash, hashes, zip, language, channel) FROM STDIN (FORMAT BINARY)"
)
_ROW_TYPES: Final = ["int8", "uuid", "bytea", "bytea[]", "varchar", "varchar", "varchar"]
_COPY_NEW: Final = (
    "COPY intake_new (line, contact_id, phone_ct, consent_id, words_ct) FROM STDIN (FORMAT BINARY)"
)
_NEW_TYPES: Final = ["int8", "int8", "bytea", "int8", "bytea"]

_SEE = text("INSERT INTO intake_seen (key, line) SELECT key, line FROM intake_row ON CONFLICT DO NOTHING")

# While keys rotate a number may be stored under more than one hash; else one is compared, not a list.
_JUDGE: Final = """
    SELECT r.line, s.line AS first_line, c.id AS contact_id,
           EXISTS (SELECT FROM suppression p WHERE p.phone_hash {theirs}) AS is_opted_out,
           EXISTS (SELECT FROM subscription b WHERE b.contact_id = c.id AND b.zip = r.zip) AS is_known
    FROM intake_row r JOIN intake_seen s USING (key)
    LEFT JOIN LATERAL (SELECT id FROM contact WHERE phone_hash {theirs} LIMIT 1) c ON true
    ORDER BY r.line
"""
_JUDGE_ONE, _JUDGE_ANY = (
    text(_JUDGE.format(theirs=condition)) for condition in ("= r.phone_hash", "= ANY(r.hashes)")
)

_ADD_CONTACTS = text(
    "INSERT INTO contact (id, phone_hash, phone_ct, language, created_at, seen_at) OVERRIDING SYSTEM VALUE"
    " SELECT n.contact_id, r.phone_hash, n.phone_ct, r.language, :now, :now"
    " FROM intake_new n JOIN intake_row r USING (line) WHERE n.phone_ct IS NOT NULL ORDER BY line"
    " ON CONFLICT (phone_hash) DO NOTHING"
)
# The language that a person chose on our line stands.
_FILL_LANGUAGES = text(
    "UPDATE contact c SET language = r.language FROM intake_new n JOIN intake_row r USING (line)"
    " WHERE c.id = n.contact_id AND n.phone_ct IS NULL AND c.language IS NULL AND r.language IS NOT NULL"
)
# A contact that somebody else made meanwhile is found by its hash. Who opted out meanwhile is left alone.
_RESOLVE = text(
    "INSERT INTO intake_ready (line, contact_id, phone_hash, zip, channel, language, consent_id, words_ct)"
    " SELECT n.line, c.id, c.phone_hash, r.zip, r.channel, r.language, n.consent_id, n.words_ct"
    " FROM intake_new n JOIN intake_row r USING (line)"
    " JOIN LATERAL (SELECT id, phone_hash FROM contact WHERE id = n.contact_id"
    " UNION ALL SELECT id, phone_hash FROM contact WHERE phone_hash = r.phone_hash LIMIT 1) c ON true"
    " WHERE NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)"
)
_SUBSCRIBE = text(
    """
    WITH subscribed AS (
        INSERT INTO subscription (contact_id, zip, kinds, channel, created_at)
        SELECT contact_id, zip, CAST(:kinds AS varchar[]), channel, :now FROM intake_ready ORDER BY line
        ON CONFLICT (contact_id, zip) DO NOTHING RETURNING contact_id, zip
    )
    INSERT INTO consent (id, contact_id, phone_hash, act, words_ct, words_key, language, channel, source,
                         created_at)
    OVERRIDING SYSTEM VALUE
    SELECT f.consent_id, f.contact_id, f.phone_hash, 'subscribe', f.words_ct, :key, f.language, f.channel,
           'import', :now
    FROM subscribed JOIN intake_ready f USING (contact_id, zip)
    """
)


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One good row, `line` counted as an editor does."""

    line: int
    number: PhoneNumber
    zip: str
    language: Language | None
    channel: Channel


@dataclass(frozen=True, slots=True)
class Judged:
    """What a row would do. `first_line` is where number and ZIP code stood first in this file."""

    line: int
    first_line: int
    contact_id: int | None
    is_opted_out: bool
    is_known: bool


@contextmanager
def scratch(engine: Engine) -> Iterator[Connection]:
    """A connection of its own with the tables of one import. Raises DatabaseAway."""
    with connection(engine) as db:
        try:
            with db.begin():
                for statement in _SCRATCH:
                    db.execute(text(statement))
            yield db
        finally:
            db.invalidate()  # closed for good, and what was copied goes with it


def judge(db: Connection, keyring: Keyring, rows: Sequence[IntakeRow]) -> list[Judged]:
    """Copy rows beside the tables and say of each what it would do, in their order. Writes nothing else."""
    has_one_key = len(keyring.keys) == 1
    with driver_of(db).cursor() as cursor, cursor.copy(_COPY_ROWS) as copy:
        copy.set_types(_ROW_TYPES)
        for row in rows:
            phone_hash = keyring.lookup(row.number)
            hashes = None if has_one_key else keyring.lookups(row.number)
            key = _key(phone_hash, row.zip)
            copy.write_row((row.line, key, phone_hash, hashes, row.zip, row.language, row.channel))
    db.execute(_SEE)
    return [Judged(*row) for row in db.execute(_JUDGE_ONE if has_one_key else _JUDGE_ANY)]


def lock(db: Connection) -> None:
    """Wait until no other list is being taken; held until the transaction ends."""
    db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})


def take(
    db: Connection,
    keyring: Keyring,
    fresh: Sequence[tuple[IntakeRow, int | None]],
    words: str,
    now: datetime,
) -> int:
    """Sign up rows that were judged in this transaction, each with the contact it was found to be of.

    Seals the number of each new contact, and `words` as the consent of each. Returns how many are new.
    """
    if not fresh:
        return 0
    ids = _ids(db, "contact", sum(contact_id is None for _, contact_id in fresh))
    consent_ids = _ids(db, "consent", len(fresh))
    with driver_of(db).cursor() as cursor, cursor.copy(_COPY_NEW) as copy:
        copy.set_types(_NEW_TYPES)
        for row, known in fresh:
            contact_id, consent_id = next(ids) if known is None else known, next(consent_ids)
            phone = keyring.seal(row.number.e164, contacts.place(contact_id)) if known is None else None
            sealed = keyring.seal(words, f"consent.words.{consent_id}")
            copy.write_row((row.line, contact_id, phone, consent_id, sealed))
    db.execute(_ADD_CONTACTS, {"now": now})
    db.execute(_FILL_LANGUAGES)
    db.execute(_RESOLVE)
    values = {"now": now, "kinds": list(ALERT_KINDS), "key": keyring.first.id}
    return db.execute(_SUBSCRIBE, values).rowcount


def _key(phone_hash: bytes, zip_code: str) -> UUID:
    """88 bits of the keyed hash and the ZIP code: tells a row that comes twice in one file."""
    return UUID(bytes=phone_hash[-11:] + zip_code.encode())


def _ids(db: Connection, table: str, count: int) -> Iterator[int]:
    rows = db.scalars(
        text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"),
        {"table": table, "count": count},
    )
    return iter(rows.all())
