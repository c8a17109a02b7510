"""Counts by day: small numbers that limits and alarms are read from."""

from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from hotline.store.tables import counter


def add(db: Connection, name: str, day: date, amount: int = 1) -> int:
    """Count up and return the new value."""
    row = insert(counter).values(name=name, day=day, value=amount)
    statement = row.on_conflict_do_update(
        index_elements=["name", "day"], set_={"value": counter.c.value + amount}
    )
    return int(db.execute(statement.returning(counter.c.value)).scalar_one())


def read(db: Connection, name: str, day: date) -> int:
    found = db.scalar(select(counter.c.value).where(counter.c.name == name, counter.c.day == day))
    return int(found or 0)
