"""Marks: single values that every process must see (sending stopped, the Redis we last knew)."""

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from hotline.store.tables import setting_mark


def read(db: Connection, name: str) -> str | None:
    found: str | None = db.scalar(select(setting_mark.c.value).where(setting_mark.c.name == name))
    return found


def put(db: Connection, name: str, value: str, now: datetime) -> bool:
    """Set a mark; True when it was not so already (of several at once one is told True)."""
    row = insert(setting_mark).values(name=name, value=value, changed_at=now)
    statement = row.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": value, "changed_at": now},
        where=setting_mark.c.value != value,
    )
    return db.execute(statement.returning(setting_mark.c.name)).scalar_one_or_none() is not None


def put_after(db: Connection, name: str, value: str, now: datetime, at: datetime) -> bool:
    """Set a mark for what was done `at`; True when it was not set since (of several at once one is told
    True)."""
    row = insert(setting_mark).values(name=name, value=value, changed_at=now)
    statement = row.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": value, "changed_at": now},
        where=setting_mark.c.changed_at < at,
    )
    return db.execute(statement.returning(setting_mark.c.name)).scalar_one_or_none() is not None


def claim(db: Connection, name: str, value: str, now: datetime) -> str:
    """Set a mark that nobody has set yet; returns what stands, whoever was first."""
    row = insert(setting_mark).values(name=name, value=value, changed_at=now)
    db.execute(row.on_conflict_do_nothing())
    return read(db, name) or value


def clear(db: Connection, name: str) -> None:
    db.execute(delete(setting_mark).where(setting_mark.c.name == name))
