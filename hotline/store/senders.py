"""Senders that may not go on for a while: the carrier's allowance is used up, theirs or the account's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, text

from hotline.store.tables import sender_rest

# Rests in the place of a sender: no text goes out then, from whichever.
ACCOUNT: Final = "account"


def rest(db: Connection, sender: str, code: int, until: datetime) -> None:
    """Let a sender rest; of two ends the later holds."""
    db.execute(
        text(
            "INSERT INTO sender_rest (sender, code, until) VALUES (:sender, :code, :until)"
            " ON CONFLICT (sender) DO UPDATE SET code = EXCLUDED.code,"
            " until = greatest(sender_rest.until, EXCLUDED.until)"
        ),
        {"sender": sender, "code": code, "until": until},
    )


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a sender rests, and the carrier's code that says why."""

    sender: str
    code: int | None
    until: datetime


def rests(db: Connection, now: datetime) -> list[Rest]:
    """Who rests now, and why."""
    rows = db.execute(select(sender_rest).where(sender_rest.c.until > now).order_by(sender_rest.c.sender))
    return [Rest(row.sender, row.code, row.until) for row in rows]


def resting(db: Connection, now: datetime) -> frozenset[str]:
    """Who rests now; with ACCOUNT among them, everyone who texts does."""
    return frozenset(db.scalars(select(sender_rest.c.sender).where(sender_rest.c.until > now)))
