"""Who asked for alerts, and where: ZIP codes are stored, areas are resolved when an alert goes out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.domain.language import Channel
from hotline.store.tables import subscription

ALERT_KINDS = ("alert",)


def add(
    db: Connection, contact_id: int, zip_code: str, now: datetime, kinds: Sequence[str] = ALERT_KINDS
) -> None:
    """Sign up for a ZIP code; again is the same as once."""
    row = insert(subscription).values(contact_id=contact_id, zip=zip_code, kinds=list(kinds), created_at=now)
    db.execute(
        row.on_conflict_do_update(index_elements=["contact_id", "zip"], set_={"kinds": row.excluded.kinds})
    )


def replace_zip(db: Connection, contact_id: int, zip_code: str, now: datetime) -> None:
    """Sign up for this ZIP code instead of any other."""
    db.execute(
        delete(subscription).where(subscription.c.contact_id == contact_id, subscription.c.zip != zip_code)
    )
    add(db, contact_id, zip_code, now)


def set_channel(db: Connection, contact_id: int, channel: Channel) -> int:
    """Have alerts come as texts or as calls, for every ZIP code of theirs; how many there are."""
    changed = update(subscription).where(subscription.c.contact_id == contact_id).values(channel=channel)
    return db.execute(changed).rowcount


def zips_of(db: Connection, contact_id: int) -> list[str]:
    rows = db.scalars(select(subscription.c.zip).where(subscription.c.contact_id == contact_id))
    return sorted(rows)


def remove_all(db: Connection, contact_id: int) -> None:
    db.execute(delete(subscription).where(subscription.c.contact_id == contact_id))


def counts_by_language(db: Connection, zips: Sequence[str]) -> dict[str, int]:
    """Recipients an alert for these ZIP codes would have now, by language; none who opted out."""
    rows = db.execute(
        text(
            "SELECT coalesce(c.language, 'es') AS language, count(DISTINCT c.id) AS people"
            " FROM subscription s JOIN contact c ON c.id = s.contact_id"
            " WHERE s.zip = ANY(:zips) AND NOT EXISTS"
            " (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash) GROUP BY 1"
        ),
        {"zips": list(zips)},
    )
    return {row.language: row.people for row in rows}


def count(db: Connection) -> int:
    return int(db.scalar(select(func.count()).select_from(subscription)) or 0)
