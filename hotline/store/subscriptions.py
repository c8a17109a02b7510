"""Who asked for alerts, and where: ZIP codes are stored, areas are resolved when an alert goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.domain.language import Channel
from hotline.store.tables import subscription

ALERT_KINDS = ("alert",)


def add(
    db: Connection, contact_id: int, zip_code: str, now: datetime, kinds: Sequence[str] = ALERT_KINDS
) -> None:
    """Sign up for a ZIP code; again is the same as once. What else they asked for there stays."""
    row = insert(subscription).values(contact_id=contact_id, zip=zip_code, kinds=list(kinds), created_at=now)
    both = text("ARRAY(SELECT DISTINCT k FROM unnest(subscription.kinds || excluded.kinds) k ORDER BY 1)")
    db.execute(row.on_conflict_do_update(index_elements=["contact_id", "zip"], set_={"kinds": both}))


def replace_zip(db: Connection, contact_id: int, zip_code: str, now: datetime) -> None:
    """Sign up for this ZIP code instead of any other; what they asked for goes along."""
    left = db.scalars(
        delete(subscription)
        .where(subscription.c.contact_id == contact_id, subscription.c.zip != zip_code)
        .returning(subscription.c.kinds)
    ).all()
    add(db, contact_id, zip_code, now, sorted({*ALERT_KINDS, *(kind for kinds in left for kind in kinds)}))


def set_channel(db: Connection, contact_id: int, channel: Channel) -> int:
    """Have alerts come as texts or as calls, for every ZIP code of theirs; how many there are."""
    changed = update(subscription).where(subscription.c.contact_id == contact_id).values(channel=channel)
    return db.execute(changed).rowcount


@dataclass(frozen=True, slots=True)
class SignUp:
    """One ZIP code that somebody signed up for."""

    zip: str
    kinds: tuple[str, ...]
    channel: Channel
    created_at: datetime


def of_contact(db: Connection, contact_id: int) -> list[SignUp]:
    """What a contact signed up for, by ZIP code."""
    rows = db.execute(
        select(subscription).where(subscription.c.contact_id == contact_id).order_by(subscription.c.zip)
    )
    return [SignUp(row.zip, tuple(row.kinds), row.channel, row.created_at) for row in rows]


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
