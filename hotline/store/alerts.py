"""Alerts: what was drafted, by whom, on what basis, and who released it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update

from hotline.domain.alert import AlertKind, AlertState, Basis
from hotline.store.sealing import Keyring
from hotline.store.tables import alert


@dataclass(frozen=True, slots=True)
class Alert:
    """`values` are field ids and the cross streets, not the finished wording."""

    id: int
    code: str
    kind: AlertKind
    template: str
    values: Mapping[str, str]
    area: str
    zips: tuple[str, ...]
    basis: Basis | None
    observer: str | None
    seen_at: datetime | None
    ends_at: datetime
    author: str
    releaser: str | None
    follows_id: int | None
    state: AlertState
    word_hash: bytes | None
    word_person: str | None
    word_tries: int
    word_ends_at: datetime | None
    created_at: datetime
    released_at: datetime | None


def add(
    db: Connection,
    keyring: Keyring,
    code: str,
    kind: AlertKind,
    template: str,
    values: Mapping[str, str],
    area: str,
    zips: Sequence[str],
    basis: Basis | None,
    observer: str | None,
    seen_at: datetime | None,
    ends_at: datetime,
    author: str,
    follows_id: int | None,
    now: datetime,
) -> int | None:
    """Write a draft under a code; None when the code is taken (draw another)."""
    row_id = int(db.execute(text("SELECT nextval(pg_get_serial_sequence('alert', 'id'))")).scalar_one())
    added = db.execute(
        text(
            "INSERT INTO alert (id, code, kind, template, values_ct, area, zips, basis, observer, seen_at,"
            " ends_at, author, follows_id, state, created_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :code, :kind, :template, :values_ct, :area, CAST(:zips AS varchar[]), :basis,"
            " :observer, :seen_at, :ends_at, :author, :follows_id, 'draft', :now)"
            " ON CONFLICT (code) DO NOTHING RETURNING id"
        ),
        {
            "id": row_id,
            "code": code,
            "kind": kind,
            "template": template,
            "values_ct": keyring.seal(json.dumps(dict(values)), _place(row_id)),
            "area": area,
            "zips": list(zips),
            "basis": basis,
            "observer": observer,
            "seen_at": seen_at,
            "ends_at": ends_at,
            "author": author,
            "follows_id": follows_id,
            "now": now,
        },
    ).scalar_one_or_none()
    return None if added is None else int(added)


def by_code(db: Connection, keyring: Keyring, code: str, lock: bool = False) -> Alert | None:
    return _one(db, keyring, select(alert).where(alert.c.code == code), lock)


def by_id(db: Connection, keyring: Keyring, alert_id: int, lock: bool = False) -> Alert | None:
    return _one(db, keyring, select(alert).where(alert.c.id == alert_id), lock)


def asked_of(db: Connection, keyring: Keyring, person: str) -> list[Alert]:
    """Alerts that wait for a word from this person, the newest first, locked."""
    rows = db.execute(
        select(alert)
        .where(alert.c.state == "asked", alert.c.word_person == person)
        .order_by(alert.c.id.desc())
        .with_for_update()
    )
    return [_read(keyring, row) for row in rows]


def latest(db: Connection, keyring: Keyring, limit: int = 20) -> list[Alert]:
    rows = db.execute(select(alert).order_by(alert.c.id.desc()).limit(limit))
    return [_read(keyring, row) for row in rows]


def ask(db: Connection, alert_id: int, person: str, word_hash: bytes, ends_at: datetime) -> None:
    """Wait for a word from a person; an earlier word is worth nothing from now on."""
    db.execute(
        update(alert)
        .where(alert.c.id == alert_id)
        .values(state="asked", word_person=person, word_hash=word_hash, word_tries=0, word_ends_at=ends_at)
    )


def missed(db: Connection, alert_id: int) -> None:
    """A wrong word was answered."""
    db.execute(update(alert).where(alert.c.id == alert_id).values(word_tries=alert.c.word_tries + 1))


def back_to_draft(db: Connection, alert_id: int) -> None:
    db.execute(update(alert).where(alert.c.id == alert_id).values(state="draft", word_hash=None))


def withdraw(db: Connection, alert_id: int) -> None:
    db.execute(update(alert).where(alert.c.id == alert_id).values(state="withdrawn", word_hash=None))


def released(db: Connection, alert_id: int, releaser: str, now: datetime) -> None:
    db.execute(
        update(alert)
        .where(alert.c.id == alert_id)
        .values(state="released", releaser=releaser, released_at=now, word_hash=None)
    )


def ended_unanswered(db: Connection, keyring: Keyring, now: datetime, limit: int = 20) -> list[Alert]:
    """Released alerts of the world that are over and had no follow-up that closes them."""
    rows = db.execute(
        select(alert)
        .where(
            alert.c.state == "released",
            alert.c.kind == "actual",
            alert.c.ends_at <= now,
            text(
                "NOT EXISTS (SELECT FROM alert f WHERE f.follows_id = alert.id AND f.state <> 'withdrawn'"
                " AND (f.kind IN ('correction', 'all_clear', 'expired') AND f.state = 'released'"
                " OR f.kind = 'expired' OR f.kind = 'update' AND f.state = 'released' AND f.ends_at > :now))"
            ).bindparams(now=now),
        )
        .order_by(alert.c.id)
        .limit(limit)
    )
    return [_read(keyring, row) for row in rows]


def _one(db: Connection, keyring: Keyring, statement: Any, lock: bool) -> Alert | None:
    row = db.execute(statement.with_for_update() if lock else statement).one_or_none()
    return _read(keyring, row) if row else None


def _read(keyring: Keyring, row: Any) -> Alert:
    values = json.loads(keyring.open(row.values_ct, _place(row.id)))
    return Alert(
        row.id,
        row.code,
        row.kind,
        row.template,
        values,
        row.area,
        tuple(row.zips),
        row.basis,
        row.observer,
        row.seen_at,
        row.ends_at,
        row.author,
        row.releaser,
        row.follows_id,
        row.state,
        row.word_hash,
        row.word_person,
        row.word_tries,
        row.word_ends_at,
        row.created_at,
        row.released_at,
    )


def _place(row_id: int) -> str:
    return f"alert.values.{row_id}"
