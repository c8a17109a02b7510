"""Keys of the interface: whose, what for, until when; of the secret only a hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from hotline.domain.person import Role
from hotline.store.tables import api_key, person


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`person` made it, and it acts in their name; `roles` are theirs now, none once they left."""

    id: int
    key_id: str
    secret_hash: str
    name: str
    person_id: int
    person: str
    roles: frozenset[Role]
    scopes: frozenset[str]
    per_minute: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        return self.ended_at is None and self.expires_at > now and bool(self.roles)


def add(
    db: Connection,
    key_id: str,
    secret_hash: str,
    name: str,
    person_id: int,
    scopes: Sequence[str],
    per_minute: int,
    expires_at: datetime,
    now: datetime,
) -> int:
    """Raises sqlalchemy's IntegrityError when the id is taken."""
    made = insert(api_key).values(
        key_id=key_id,
        secret_hash=secret_hash,
        name=name,
        person_id=person_id,
        scopes=sorted(scopes),
        per_minute=per_minute,
        expires_at=expires_at,
        created_at=now,
    )
    return int(db.execute(made.returning(api_key.c.id)).scalar_one())


def by_key_id(db: Connection, key_id: str) -> ApiKey | None:
    row = db.execute(_everything().where(api_key.c.key_id == key_id)).one_or_none()
    return _read(row) if row else None


def latest(db: Connection, limit: int) -> list[ApiKey]:
    """Those that can be used first, then the newest."""
    ordered = _everything().order_by(api_key.c.ended_at.is_not(None), api_key.c.id.desc())
    return [_read(row) for row in db.execute(ordered.limit(limit))]


def count_open(db: Connection, now: datetime) -> int:
    wanted = select(func.count()).select_from(api_key)
    return int(db.scalar(wanted.where(api_key.c.ended_at.is_(None), api_key.c.expires_at > now)) or 0)


def used(db: Connection, row_id: int, now: datetime) -> tuple[int, datetime]:
    """Count one request; how many there were in the minute that runs, and when that minute began."""
    row = db.execute(
        text(
            "UPDATE api_key SET used_at = :now,"
            " window_at = CASE WHEN is_over THEN :now ELSE window_at END,"
            " window_count = CASE WHEN is_over THEN 1 ELSE window_count + 1 END"
            " FROM (SELECT id AS of_id, window_at IS NULL OR window_at <= CAST(:now AS timestamptz)"
            "   - interval '1 minute' AS is_over FROM api_key WHERE id = :id FOR UPDATE) AS w"
            " WHERE id = w.of_id RETURNING window_count, window_at"
        ),
        {"now": now, "id": row_id},
    ).one()
    return int(row.window_count), row.window_at


def end(db: Connection, key_id: str, now: datetime) -> bool:
    """False when there is none, or it was ended before."""
    ended = update(api_key).where(api_key.c.key_id == key_id, api_key.c.ended_at.is_(None))
    return bool(db.execute(ended.values(ended_at=now)).rowcount)


def _everything() -> Any:
    return select(api_key, person.c.name.label("person"), person.c.roles, person.c.left_at).join(
        person, person.c.id == api_key.c.person_id
    )


def _read(row: Any) -> ApiKey:
    return ApiKey(
        row.id,
        row.key_id,
        row.secret_hash,
        row.name,
        row.person_id,
        row.person,
        frozenset(() if row.left_at else row.roles),
        frozenset(row.scopes),
        row.per_minute,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.ended_at,
    )
