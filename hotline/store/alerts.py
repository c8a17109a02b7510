"""Alerts: what was drafted, by whom, on what basis, and who released it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from hotline.domain.alert import AlertState, Basis
from hotline.domain.notice import MessageKind
from hotline.store.sealing import Keyring
from hotline.store.tables import alert


@dataclass(frozen=True, slots=True)
class Alert:
    """`values` are field ids and the cross streets, not the finished wording."""

    id: int
    code: str
    kind: MessageKind
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
    incident_id: int | None = None
    agreed_by: str | None = None


def add(
    db: Connection,
    keyring: Keyring,
    code: str,
    kind: MessageKind,
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
    incident_id: int | None = None,
) -> int | None:
    """Write a draft under a code; None when the code is taken (draw another)."""
    row_id = int(db.execute(text("SELECT nextval(pg_get_serial_sequence('alert', 'id'))")).scalar_one())
    added = db.execute(
        text(
            "INSERT INTO alert (id, code, kind, template, values_ct, area, zips, basis, observer, seen_at,"
            " ends_at, author, follows_id, incident_id, state, created_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :code, :kind, :template, :values_ct, :area, CAST(:zips AS varchar[]), :basis,"
            " :observer, :seen_at, :ends_at, :author, :follows_id, :incident_id, 'draft',"
            " :now)"
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
            "incident_id": incident_id,
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


def page(db: Connection, keyring: Keyring, before_id: int | None, limit: int) -> list[Alert]:
    """The newest first, from behind an id."""
    wanted = select(alert)
    if before_id is not None:
        wanted = wanted.where(alert.c.id < before_id)
    return [_read(keyring, row) for row in db.execute(wanted.order_by(alert.c.id.desc()).limit(limit))]


def following(db: Connection, keyring: Keyring, first_id: int) -> list[Alert]:
    """What followed an alert, in its order; also what was withdrawn."""
    rows = db.execute(select(alert).where(alert.c.follows_id == first_id).order_by(alert.c.id).limit(100))
    return [_read(keyring, row) for row in rows]


def agree(db: Connection, alert_id: int, person: str) -> None:
    """The first of two has agreed; it waits for the second."""
    db.execute(
        update(alert).where(alert.c.id == alert_id).values(state="draft", agreed_by=person, word_hash=None)
    )


def ending(db: Connection, keyring: Keyring, now: datetime, until: datetime, limit: int = 20) -> list[Alert]:
    """Alerts of the world that end soon, of which nobody was reminded and that nothing newer replaced."""
    rows = db.execute(
        select(alert)
        .where(
            alert.c.state == "released",
            alert.c.kind.in_(("actual", "update")),
            alert.c.reminded_at.is_(None),
            alert.c.ends_at > now,
            alert.c.ends_at <= until,
            text(
                "NOT EXISTS (SELECT FROM alert f WHERE f.follows_id = coalesce(alert.follows_id, alert.id)"
                " AND f.state = 'released' AND (f.kind IN ('correction', 'all_clear', 'expired')"
                " OR f.kind = 'update' AND f.id > alert.id))"
            ),
        )
        .order_by(alert.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_read(keyring, row) for row in rows]


def reminded(db: Connection, alert_id: int, now: datetime) -> None:
    db.execute(update(alert).where(alert.c.id == alert_id).values(reminded_at=now))


def newest_release(
    db: Connection, kind: MessageKind, zips: Sequence[str], first_id: int | None
) -> datetime | None:
    """When the last of a kind went out: of one alert's followers, or of those for any of these ZIP codes."""
    of_one = alert.c.follows_id == first_id if first_id is not None else alert.c.zips.overlap(list(zips))
    found: datetime | None = db.scalar(
        select(func.max(alert.c.released_at)).where(alert.c.kind == kind, alert.c.state == "released", of_one)
    )
    return found


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
        row.incident_id,
        row.agreed_by,
    )


def _place(row_id: int) -> str:
    return f"alert.values.{row_id}"
