"""Senders that may not go on for a while: the carrier's allowance of the day or hour is used up."""

from datetime import datetime

from sqlalchemy import Connection, select, text

from hotline.store.tables import sender_rest


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


def resting(db: Connection, now: datetime) -> frozenset[str]:
    return frozenset(db.scalars(select(sender_rest.c.sender).where(sender_rest.c.until > now)))
