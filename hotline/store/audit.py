"""Who did what, when: kept apart from what it was about, as a chain that cannot be mended.

Each line carries a keyed hash (HMAC-SHA256) over itself and the hash of the line before. What that proves
to whoever holds our keys: no line was altered, moved, taken out or put in by somebody without them. A sealed
mark of the newest line shows when lines were cut off at the end. What it does not prove: that an earlier
state of the whole database, its marks included, was not put back (compare `hotline audit verify` with a head
written down elsewhere), nor anything against somebody who holds the keys.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, Transaction, event, insert, select, text

from hotline.store import audit_keys
from hotline.store.sealing import Keyring
from hotline.store.tables import audit

_CHAIN_LOCK: Final = 28_348  # an advisory lock of ours: AUDIT on a keypad
_KEYRING: Final = "audit_keyring"
_READ_AT_ONCE: Final = 5_000
UNSIGNED: Final = 0

_NEXT: Final = text(
    "SELECT nextval(pg_get_serial_sequence('audit', 'id')) AS id,"
    " CAST(CAST(:details AS jsonb) AS text) AS details,"
    " coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), '') AS prev"
)
_LINES: Final = text(
    "SELECT id, actor, act, subject, CAST(details AS text) AS details, created_at, key_no, prev_hash, hash"
    " FROM audit ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line, as it is shown."""

    id: int
    actor: str
    act: str
    subject: str
    details: Mapping[str, Any]
    created_at: datetime


def sign_with(engine: Engine, keyring: Keyring) -> None:
    """Sign what is recorded over this engine's connections. Done by every Line for its own engine: so no
    caller of `record` needs a keyring, and none can forget it."""
    engine.update_execution_options(**{_KEYRING: keyring})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line that is written when its transaction commits; `details` as JSON."""

    actor: str
    act: str
    subject: str
    now: datetime
    details: str


_waiting: WeakKeyDictionary[Transaction, list[_Waiting]] = WeakKeyDictionary()


def record(
    db: Connection, actor: str, act: str, subject: str, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Write one line when the transaction commits. `details` carry ids and codes, never a number or a text.

    Writers follow each other until they commit. So nothing is written before the commit itself: whatever
    a transaction counts, writes or waits for after this call, nobody else waits for it; and what is undone
    was never in the chain.
    """
    line = _Waiting(actor, act, subject, now, json.dumps(details or {}))
    within = db.get_transaction() or db.begin()
    if db.in_nested_transaction():  # what a savepoint may undo alone is not kept for the commit of the whole
        _append(db, line)
        return
    _waiting.setdefault(within, []).append(line)
    if not event.contains(db, "commit", _append_waiting):
        event.listen(db, "commit", _append_waiting)


def _append_waiting(db: Connection) -> None:
    """Raises what the database raises: then nothing is committed."""
    of = db.get_transaction()
    for line in _waiting.pop(of, []) if of else []:
        _append(db, line)


def _append(db: Connection, line: _Waiting) -> None:
    lock(db)
    found = db.execute(_NEXT, {"details": line.details}).one()
    keyring: Keyring | None = db.get_execution_options().get(_KEYRING)
    signing = audit_keys.newest(db, keyring, line.now) if keyring else None
    number, key = signing or (UNSIGNED, b"")
    digest = _hash(key, found.prev, found.id, line.actor, line.act, line.subject, found.details, line.now)
    db.execute(
        insert(audit).values(
            id=found.id,
            actor=line.actor,
            act=line.act,
            subject=line.subject,
            details=json.loads(line.details),
            created_at=line.now,
            key_no=number,
            prev_hash=found.prev,
            hash=digest,
        )
    )
    if keyring and signing:
        audit_keys.set_head(db, keyring, found.id, digest, line.now)


def lock(db: Connection) -> None:
    """Nobody else adds to the chain until this transaction is over."""
    db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def renew_key(db: Connection, keyring: Keyring, now: datetime) -> None:
    """Sign from now on with a new key when the keyring's first has changed; all are sealed under that."""
    lock(db)
    audit_keys.renew(db, keyring, now)


def lines(
    db: Connection,
    limit: int,
    before: int | None = None,
    actor: str = "",
    act: str = "",
    subject: str = "",
) -> list[AuditLine]:
    """The newest lines first, older than the line `before`; of one actor, act or subject where given."""
    wanted = [column == value for column, value in _filters(actor, act, subject) if value]
    if before is not None:
        wanted.append(audit.c.id < before)
    rows = db.execute(select(audit).where(*wanted).order_by(audit.c.id.desc()).limit(limit))
    return [AuditLine(r.id, r.actor, r.act, r.subject, r.details, r.created_at) for r in rows]


def _filters(actor: str, act: str, subject: str) -> list[tuple[Any, str]]:
    return [(audit.c.actor, actor), (audit.c.act, act), (audit.c.subject, subject)]


def chain(db: Connection) -> Iterator[Row[Any]]:
    """Every line in its order, a few thousand at a time."""
    options = {"stream_results": True, "yield_per": _READ_AT_ONCE}
    yield from db.execute(_LINES, execution_options=options)


def is_genuine(line: Row[Any], key: bytes) -> bool:
    """Is the line's hash what the key makes of it? An empty key for what was never signed."""
    made = _hash(
        key, line.prev_hash, line.id, line.actor, line.act, line.subject, line.details, line.created_at
    )
    return hmac.compare_digest(made, line.hash)


def _hash(
    key: bytes, prev: str, line_id: int, actor: str, act: str, subject: str, details: str, at: datetime
) -> str:
    """`details` are PostgreSQL's own canonical text of them. The first lines of old databases are hashed in
    the same way by revision 0007: changing this needs a new way beside it, chosen by `key_no`."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    written = json.dumps([prev, line_id, actor, act, subject, details, moment]).encode()
    return hmac.digest(key, written, "sha256").hex() if key else sha256(written).hexdigest()
