"""Whom the line tells of what happens, and what is still to be told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, delete, select, text, update

from hotline.domain.hook import Ended, HookEvent
from hotline.store.incidents import next_id
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import hook, hook_delivery


@dataclass(frozen=True, slots=True)
class Hook:
    """`address` is empty when no key of ours opens it; `failures` came one after another, up to now."""

    id: int
    address: str
    events: tuple[HookEvent, ...]
    person: str
    failures: int
    created_at: datetime
    ended_at: datetime | None
    ended_why: Ended | None


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to tell: to where, signed with what, and how often it was tried before."""

    id: int
    hook_id: int
    address: str
    secret: str
    event: HookEvent | Literal["test"]
    payload: Mapping[str, Any]
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """What became of one thing that was to be told."""

    id: int
    event: HookEvent
    attempt: int
    status: int | None
    is_taken: bool
    created_at: datetime
    due_at: datetime | None
    tried_at: datetime | None


def announce(db: Connection, event: HookEvent, payload: Mapping[str, Any], now: datetime) -> None:
    """Write it down for everyone who is told of such: in the transaction of what happened.

    `payload` carries codes, ids, areas and times; no words and nobody's data.
    """
    db.execute(
        text(
            "INSERT INTO hook_delivery (hook_id, event, payload, created_at, due_at)"
            " SELECT id, CAST(:event AS varchar), CAST(:payload AS jsonb), :now, :now FROM hook"
            " WHERE ended_at IS NULL AND CAST(:event AS varchar) = ANY(events) ORDER BY id"
        ),
        {"event": event, "payload": json.dumps(dict(payload)), "now": now},
    )


def add(
    db: Connection,
    keyring: Keyring,
    address: str,
    secret: str,
    events: Sequence[HookEvent],
    person: str,
    now: datetime,
) -> int:
    row_id = next_id(db, "hook")
    db.execute(
        text(
            "INSERT INTO hook (id, url_ct, secret_ct, events, person, created_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :url, :secret, CAST(:events AS varchar[]), :person, :now)"
        ),
        {
            "id": row_id,
            "url": keyring.seal(address, f"hook.url.{row_id}"),
            "secret": keyring.seal(secret, f"hook.secret.{row_id}"),
            "events": sorted(events),
            "person": person,
            "now": now,
        },
    )
    return row_id


def by_id(db: Connection, keyring: Keyring, hook_id: int) -> Hook | None:
    row = db.execute(select(hook).where(hook.c.id == hook_id)).one_or_none()
    return _read(keyring, row) if row else None


def latest(db: Connection, keyring: Keyring, limit: int) -> list[Hook]:
    """Those that are told first, then the newest."""
    ordered = select(hook).order_by(hook.c.ended_at.is_not(None), hook.c.id.desc()).limit(limit)
    return [_read(keyring, row) for row in db.execute(ordered)]


def count_open(db: Connection) -> int:
    return int(db.scalar(text("SELECT count(*) FROM hook WHERE ended_at IS NULL")) or 0)


def tries(db: Connection, hook_id: int, limit: int) -> list[Try]:
    """The newest things that it was, or will be, told."""
    rows = db.execute(
        select(hook_delivery)
        .where(hook_delivery.c.hook_id == hook_id)
        .order_by(hook_delivery.c.id.desc())
        .limit(limit)
    )
    return [
        Try(r.id, r.event, r.attempt, r.status, r.is_taken, r.created_at, r.due_at, r.tried_at) for r in rows
    ]


def take_due(db: Connection, keyring: Keyring, now: datetime, until: datetime, limit: int) -> list[Due]:
    """Take up what is due, one of each webhook and the oldest first; it is ours until a time."""
    rows = db.execute(
        text(
            "UPDATE hook_delivery d SET due_at = :until, attempt = attempt + 1, tried_at = :now"
            " FROM (SELECT id FROM hook_delivery WHERE due_at <= :now AND id IN"
            "   (SELECT DISTINCT ON (hook_id) id FROM hook_delivery WHERE due_at <= :now"
            "   ORDER BY hook_id, id) ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED) AS due, hook h"
            " WHERE d.id = due.id AND h.id = d.hook_id AND h.ended_at IS NULL"
            " RETURNING d.id, d.hook_id, h.url_ct, h.secret_ct, d.event, d.payload, d.attempt, d.created_at"
        ),
        {"now": now, "until": until, "limit": limit},
    )
    return [
        Due(
            row.id,
            row.hook_id,
            _opened(keyring, row.url_ct, f"hook.url.{row.hook_id}"),
            _opened(keyring, row.secret_ct, f"hook.secret.{row.hook_id}"),
            row.event,
            row.payload,
            row.attempt,
            row.created_at,
        )
        for row in rows
    ]


def to_try(
    db: Connection, keyring: Keyring, hook_id: int, event: Literal["test"], now: datetime
) -> Due | None:
    """Something to tell that is written down nowhere (its id is 0); None for no webhook, or an ended one."""
    row = db.execute(select(hook).where(hook.c.id == hook_id, hook.c.ended_at.is_(None))).one_or_none()
    if row is None:
        return None
    address = _opened(keyring, row.url_ct, f"hook.url.{row.id}")
    return Due(
        0, row.id, address, _opened(keyring, row.secret_ct, f"hook.secret.{row.id}"), event, {}, 1, now
    )


def settle(db: Connection, of: Due, status: int | None, is_taken: bool, again_at: datetime | None) -> int:
    """Write down what came of a try; how many in a row have failed."""
    db.execute(
        update(hook_delivery)
        .where(hook_delivery.c.id == of.id)
        .values(status=status, is_taken=is_taken, due_at=again_at)
    )
    failures = 0 if is_taken else hook.c.failures + 1
    counted = update(hook).where(hook.c.id == of.hook_id).values(failures=failures)
    return int(db.execute(counted.returning(hook.c.failures)).scalar_one())


def has_due(db: Connection, now: datetime) -> bool:
    return bool(
        db.scalar(text("SELECT EXISTS (SELECT FROM hook_delivery WHERE due_at <= :now)"), {"now": now})
    )


def end(db: Connection, hook_id: int, why: Ended, now: datetime) -> bool:
    """Tell it nothing more, also of what waits. False when it was ended before."""
    ended = update(hook).where(hook.c.id == hook_id, hook.c.ended_at.is_(None))
    if not db.execute(ended.values(ended_at=now, ended_why=why)).rowcount:
        return False
    waiting = update(hook_delivery).where(
        hook_delivery.c.hook_id == hook_id, hook_delivery.c.due_at.is_not(None)
    )
    db.execute(waiting.values(due_at=None))
    return True


def forget(db: Connection, before: datetime, limit: int) -> int:
    """Delete what was settled and is older; returns how many."""
    ids = select(hook_delivery.c.id).where(
        hook_delivery.c.created_at < before, hook_delivery.c.due_at.is_(None)
    )
    return int(db.execute(delete(hook_delivery).where(hook_delivery.c.id.in_(ids.limit(limit)))).rowcount)


def _read(keyring: Keyring, row: Any) -> Hook:
    return Hook(
        row.id,
        _opened(keyring, row.url_ct, f"hook.url.{row.id}"),
        tuple(cast(list[HookEvent], row.events)),
        row.person,
        row.failures,
        row.created_at,
        row.ended_at,
        row.ended_why,
    )


def _opened(keyring: Keyring, sealed: bytes, place: str) -> str:
    try:
        return keyring.open(sealed, place)
    except CannotOpen:
        return ""
