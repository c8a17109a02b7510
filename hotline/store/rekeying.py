"""Every sealed column and keyed hash moved to the first key, in steps that go on where they were left.

The list of columns stands here once; a test holds it against the tables, so that no new one is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, and_, func, literal, select, text, update

from hotline.domain.phone import PhoneNumber
from hotline.store.sealing import VERSION, CannotOpen, Keyring
from hotline.store.tables import (
    account,
    alert,
    api_answer,
    broadcast_body,
    carrier_deletion,
    consent,
    contact,
    hook,
    incident,
    incident_step,
    message,
    observation,
    partner,
    person,
    recording,
    report,
    session,
    site,
    site_contact,
    ticket,
    turn,
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed column: `place` makes the place its values are bound to, of the columns in `keys`."""

    table: Table
    column: str
    keys: tuple[str, ...]
    place: str

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"


SEALED: Final = (
    Sealed(account, "totp_ct", ("person_id",), "account.totp.{person_id}"),
    Sealed(session, "state_ct", ("id",), "session.state.{id}"),
    Sealed(turn, "answer_ct", ("id",), "turn.answer.{id}"),
    Sealed(message, "phone_ct", ("id",), "message.phone.{id}"),
    Sealed(message, "body_ct", ("id",), "message.body.{id}"),
    Sealed(message, "media_ct", ("id",), "message.media.{id}"),
    Sealed(consent, "words_ct", ("id",), "consent.words.{id}"),
    Sealed(report, "answers_ct", ("code",), "report.answers.{code}"),
    Sealed(incident, "fields_ct", ("id",), "incident.fields.{id}"),
    Sealed(incident_step, "reason_ct", ("id",), "incident_step.reason.{id}"),
    Sealed(observation, "body_ct", ("id",), "observation.body.{id}"),
    Sealed(recording, "sid_ct", ("id",), "recording.sid.{id}"),
    Sealed(alert, "values_ct", ("id",), "alert.values.{id}"),
    Sealed(
        broadcast_body, "body_ct", ("broadcast_id", "language"), "broadcast.body.{broadcast_id}.{language}"
    ),
    Sealed(
        broadcast_body,
        "spoken_ct",
        ("broadcast_id", "language"),
        "broadcast.spoken.{broadcast_id}.{language}",
    ),
    Sealed(carrier_deletion, "sid_ct", ("id",), "carrier_deletion.sid.{id}"),
    Sealed(contact, "phone_ct", ("id",), "contact.phone.{id}"),
    Sealed(person, "phone_ct", ("id",), "person.phone.{id}"),
    Sealed(site, "plan_ct", ("id",), "site.plan.{id}"),
    Sealed(site_contact, "name_ct", ("id",), "site_contact.name.{id}"),
    Sealed(site_contact, "note_ct", ("id",), "site_contact.note.{id}"),
    Sealed(site_contact, "phone_ct", ("id",), "site_contact.phone.{id}"),
    Sealed(partner, "contact_ct", ("id",), "partner.contact.{id}"),
    Sealed(ticket, "note_ct", ("id",), "ticket.note.{id}"),
    Sealed(api_answer, "answer_ct", ("id",), "api_answer.answer.{id}"),
    Sealed(hook, "url_ct", ("id",), "hook.url.{id}"),
    Sealed(hook, "secret_ct", ("id",), "hook.secret.{id}"),
)

# Hashes of one-time words live for ten minutes and are not moved; `recording.sid_hash` has no key.
HASHED: Final = (
    "contact.phone_hash",
    "consent.phone_hash",
    "suppression.phone_hash",
    "carrier_block.phone_hash",
    "number_health.phone_hash",
    "delivery.phone_hash",
    "person.phone_hash",
    "site_contact.phone_hash",
)
NOT_MOVED: Final = ("alert.word_hash", "recording.sid_hash")

# Tables that keep a number of their own beside its hash; nothing else is found by it.
OWN_HASHES: Final = (person, site_contact)

After = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stepped:
    """What one step did; `last` is where the next one goes on, None when nothing is left."""

    moved: int
    unreadable: int
    last: After | None


def reseal(db: Connection, keyring: Keyring, sealed: Sealed, after: After | None, limit: int) -> Stepped:
    """Seal the next values of one column under the first key; one that changed meanwhile stays as it is."""
    keys = [sealed.table.c[key] for key in sealed.keys]
    column = sealed.table.c[sealed.column]
    wanted = [column.is_not(None), func.length(column) > 0, _is_under_another(column, _head(keyring))]
    if after is not None:
        wanted.append(_beyond(keys, after))
    rows = db.execute(select(*keys, column.label("sealed")).where(*wanted).order_by(*keys).limit(limit)).all()
    moved = unreadable = 0
    for row in rows:
        place = sealed.place.format(**{key: getattr(row, key) for key in sealed.keys})
        try:
            fresh: dict[str, Any] = {sealed.column: keyring.seal(keyring.open(row.sealed, place), place)}
        except CannotOpen:
            unreadable += 1
            continue
        if sealed.table is consent:
            fresh["words_key"] = keyring.first.id
        same = and_(*(key == getattr(row, key.name) for key in keys), column == row.sealed)
        moved += db.execute(update(sealed.table).where(same).values(**fresh)).rowcount
    last = tuple(getattr(rows[-1], key) for key in sealed.keys) if len(rows) == limit else None
    return Stepped(moved, unreadable, last)


def rehash(db: Connection, keyring: Keyring, after: After | None, limit: int) -> Stepped:
    """Move the next contacts, and whatever else is kept under their hashes, to the first key's hash.

    All tables of one contact move in one transaction: who opted out is never without it in between.
    """
    head = keyring.first.id.encode() + b":"
    wanted = [_is_under_another(contact.c.phone_hash, head)]
    if after is not None:
        wanted.append(contact.c.id > after[0])
    rows = db.execute(
        select(contact.c.id, contact.c.phone_ct)
        .where(*wanted)
        .order_by(contact.c.id)
        .limit(limit)
        .with_for_update()
    ).all()
    moved = [
        (row.id, hashes)
        for row in rows
        if (hashes := _hashes(keyring, f"contact.phone.{row.id}", row.phone_ct)) is not None
    ]
    if moved:
        _move(db, moved)
    return Stepped(len(moved), len(rows) - len(moved), (rows[-1].id,) if len(rows) == limit else None)


def rehash_own(db: Connection, keyring: Keyring, table: Table, after: After | None, limit: int) -> Stepped:
    """Move the next rows of a table of `OWN_HASHES` to the first key's hash."""
    head = keyring.first.id.encode() + b":"
    wanted = [table.c.phone_hash.is_not(None), _is_under_another(table.c.phone_hash, head)]
    if after is not None:
        wanted.append(table.c.id > after[0])
    found = select(table.c.id, table.c.phone_ct).where(*wanted).order_by(table.c.id).limit(limit)
    rows = db.execute(found.with_for_update()).all()
    moved = 0
    for row in rows:
        hashes = _hashes(keyring, f"{table.name}.phone.{row.id}", row.phone_ct)
        if hashes is not None:
            db.execute(update(table).where(table.c.id == row.id).values(phone_hash=hashes[0]))
            moved += 1
    return Stepped(moved, len(rows) - moved, (rows[-1].id,) if len(rows) == limit else None)


def left(db: Connection, keyring: Keyring) -> dict[str, int]:
    """How many hashes are still under another key: of people whose number we no longer hold."""
    head = keyring.first.id.encode() + b":"
    found = {}
    for name in HASHED:
        table, column = name.split(".")
        statement = text(
            f"SELECT count(*) FROM {table}"  # noqa: S608 - names of this module
            f" WHERE {column} IS NOT NULL AND substring({column} FROM 1 FOR :size) <> :head"
        )
        found[name] = int(db.execute(statement, {"size": len(head), "head": head}).scalar_one())
    return {name: count for name, count in found.items() if count}


def _head(keyring: Keyring) -> bytes:
    """How every envelope of the first key begins."""
    return bytes((VERSION, len(keyring.first.id))) + keyring.first.id.encode()


def _is_under_another(column: Column[Any], head: bytes) -> Any:
    return func.substring(column, 1, len(head)) != head


def _beyond(keys: Sequence[Column[Any]], after: After) -> Any:
    return (
        func.row(*keys) > func.row(*(literal(value) for value in after))
        if len(keys) > 1
        else keys[0] > after[0]
    )


def _hashes(keyring: Keyring, place: str, sealed: bytes) -> list[bytes] | None:
    try:
        return keyring.lookups(PhoneNumber(keyring.open(sealed, place)))
    except CannotOpen:
        return None


# `m` pairs each old hash of a contact with its new one.
_PAIRS: Final = (
    "FROM unnest(CAST(:ids AS bigint[]), CAST(:olds AS bytea[]), CAST(:news AS bytea[])) AS m(id, old, new)"
)
_MOVES: Final = (
    "UPDATE contact t SET phone_hash = m.new {pairs} WHERE t.id = m.id AND t.phone_hash = m.old"
    " AND NOT EXISTS (SELECT FROM contact o WHERE o.phone_hash = m.new)",
    "UPDATE consent t SET phone_hash = m.new {pairs} WHERE t.phone_hash = m.old",
    "UPDATE delivery t SET phone_hash = m.new {pairs} WHERE t.contact_id = m.id AND t.phone_hash = m.old",
    # The stronger reason stays: a pause never softens an opt-out.
    "INSERT INTO suppression (phone_hash, reason, since)"
    " SELECT m.new, max(t.reason) FILTER (WHERE t.reason <> 'pause'), min(t.since)"
    " {pairs} JOIN suppression t ON t.phone_hash = m.old"
    " GROUP BY m.new HAVING bool_or(t.reason <> 'pause')"
    " ON CONFLICT (phone_hash) DO UPDATE SET reason = CASE WHEN suppression.reason = 'pause'"
    " THEN EXCLUDED.reason ELSE suppression.reason END",
    "INSERT INTO suppression (phone_hash, reason, since) SELECT m.new, 'pause', min(t.since)"
    " {pairs} JOIN suppression t ON t.phone_hash = m.old GROUP BY m.new ON CONFLICT (phone_hash) DO NOTHING",
    "INSERT INTO carrier_block (phone_hash, sender, since) SELECT m.new, t.sender, min(t.since)"
    " {pairs} JOIN carrier_block t ON t.phone_hash = m.old GROUP BY m.new, t.sender ON CONFLICT DO NOTHING",
    "INSERT INTO number_health (phone_hash, failures, code, last_at)"
    " SELECT DISTINCT ON (m.new) m.new, t.failures, t.code, t.last_at"
    " {pairs} JOIN number_health t ON t.phone_hash = m.old"
    " ORDER BY m.new, t.last_at DESC ON CONFLICT (phone_hash) DO NOTHING",
    "DELETE FROM suppression WHERE phone_hash = ANY(CAST(:olds AS bytea[]))",
    "DELETE FROM carrier_block WHERE phone_hash = ANY(CAST(:olds AS bytea[]))",
    "DELETE FROM number_health WHERE phone_hash = ANY(CAST(:olds AS bytea[]))",
)


def _move(db: Connection, moved: Sequence[tuple[int, list[bytes]]]) -> None:
    pairs = [(contact_id, old, hashes[0]) for contact_id, hashes in moved for old in hashes[1:]]
    values = {
        "ids": [pair[0] for pair in pairs],
        "olds": [pair[1] for pair in pairs],
        "news": [pair[2] for pair in pairs],
    }
    for statement in _MOVES:
        db.execute(text(statement.replace("{pairs}", _PAIRS)), values)
