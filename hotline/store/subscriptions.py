"""Who asked for alerts, and where: ZIP codes are stored, areas are resolved when an alert goes out."""

from collections.abc import Collection, Sequence
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


def replace_zip(
    db: Connection, contact_id: int, zip_code: str, now: datetime, kinds: Sequence[str] = ALERT_KINDS
) -> None:
    """Sign up for this ZIP code instead of any other; what they asked for goes along, calls too."""
    left = db.execute(
        delete(subscription)
        .where(subscription.c.contact_id == contact_id, subscription.c.zip != zip_code)
        .returning(subscription.c.kinds, subscription.c.channel)
    ).all()
    add(db, contact_id, zip_code, now, sorted({*kinds, *(kind for row in left for kind in row.kinds)}))
    if any(row.channel == "voice" for row in left):
        set_channel(db, contact_id, "voice")


def widen(db: Connection, contact_id: int, kinds: Sequence[str]) -> None:
    """Ask for more lists in every ZIP code that they are signed up for."""
    for row in of_contact(db, contact_id):
        _set_kinds(db, contact_id, row.zip, {*row.kinds, *kinds})


def narrow(db: Connection, contact_id: int, kinds: Sequence[str] = ALERT_KINDS) -> list[str]:
    """Keep these lists and leave the others; which were left. A sign-up for nothing more is removed."""
    left = set[str]()
    for row in of_contact(db, contact_id):
        left |= {*row.kinds} - {*kinds}
        _set_kinds(db, contact_id, row.zip, {*row.kinds} & {*kinds})
    mine = subscription.c.contact_id == contact_id, subscription.c.kinds == []
    db.execute(delete(subscription).where(*mine))
    return sorted(left)


def start_anew(db: Connection, contact_id: int) -> None:
    """Drop what was chosen before an opt-out, lists and calls: only what is agreed to now counts. The ZIP
    codes stay, to be filled in the same transaction."""
    mine = subscription.c.contact_id == contact_id
    db.execute(update(subscription).where(mine).values(kinds=[], channel="sms"))


def _set_kinds(db: Connection, contact_id: int, zip_code: str, kinds: Collection[str]) -> None:
    mine = subscription.c.contact_id == contact_id, subscription.c.zip == zip_code
    db.execute(update(subscription).where(*mine).values(kinds=sorted(kinds)))


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


def count(db: Connection) -> int:
    return int(db.scalar(select(func.count()).select_from(subscription)) or 0)
