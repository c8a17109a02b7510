"""What is older than its period, taken out in bounded steps; carrier sids of it are handed back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, text

_UNSEEN: Final = (
    "SELECT c.id FROM contact c WHERE c.seen_at < :before"
    " AND (NOT EXISTS (SELECT FROM subscription s WHERE s.contact_id = c.id)"
    " OR EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash AND p.reason <> 'pause'))"
    " AND NOT EXISTS (SELECT FROM ticket t WHERE t.contact_id = c.id AND t.state <> 'closed')"
)


def unseen_contacts(db: Connection, before: datetime, limit: int) -> list[int]:
    """Contacts not seen since, whom nothing keeps: no subscription that stands, no ticket that waits.

    Somebody who opted out is no subscriber any more; a pause is not yet an answer, so it keeps them.
    """
    rows = db.scalars(text(f"{_UNSEEN} ORDER BY c.id LIMIT :limit"), {"before": before, "limit": limit})
    return list(rows)


def still_unseen(db: Connection, before: datetime, ids: Sequence[int]) -> list[int]:
    """Those of them of whom that is still so, locked; who is busy elsewhere is left out."""
    rows = db.scalars(
        text(f"{_UNSEEN} AND c.id = ANY(:ids) ORDER BY c.id FOR UPDATE OF c SKIP LOCKED"),
        {"before": before, "ids": list(ids)},
    )
    return list(rows)


def messages(db: Connection, before: datetime, limit: int) -> list[str]:
    """Delete old texts; returns a sid for each, empty where the carrier named none."""
    rows = db.execute(
        text(
            "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE created_at < :before"
            " ORDER BY id LIMIT :limit) RETURNING sid"
        ),
        {"before": before, "limit": limit},
    )
    return [row.sid or "" for row in rows]


def turns(db: Connection, before: datetime, limit: int) -> int:
    """Delete stored answers that no retry asks for any more."""
    return _delete(db, "turn", "id", "created_at < :before", before, limit)


def sessions(db: Connection, now: datetime, limit: int) -> int:
    """Empty conversations that are over. The row of a contact stays: that they were greeted is known."""
    done = db.execute(
        text(
            "UPDATE session SET state_ct = '' WHERE id IN (SELECT id FROM session"
            " WHERE expires_at < :now AND state_ct <> '' ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"
        ),
        {"now": now, "limit": limit},
    )
    return done.rowcount


def calls(db: Connection, before: datetime, limit: int) -> list[str]:
    """Forget calls that are over for so long; returns their sids."""
    rows = db.execute(
        text(
            "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE call_sid IS NOT NULL"
            " AND expires_at < :before ORDER BY id LIMIT :limit) RETURNING call_sid"
        ),
        {"before": before, "limit": limit},
    )
    return [row.call_sid for row in rows]


def deliveries(db: Connection, before: datetime, limit: int) -> list[str]:
    """Forget whom a broadcast that is over went to, and under which sids, which are returned; counts stay."""
    rows = db.execute(
        text(
            "WITH old AS (SELECT d.broadcast_id, d.seq, d.sid FROM delivery d"
            " JOIN broadcast b ON b.id = d.broadcast_id WHERE b.finished_at < :before"
            " AND (d.sid IS NOT NULL OR d.contact_id IS NOT NULL OR d.phone_hash IS NOT NULL)"
            " ORDER BY d.broadcast_id, d.seq LIMIT :limit FOR UPDATE OF d SKIP LOCKED), gone AS"
            " (UPDATE delivery d SET sid = NULL, contact_id = NULL, phone_hash = NULL FROM old"
            " WHERE d.broadcast_id = old.broadcast_id AND d.seq = old.seq) SELECT sid FROM old"
        ),
        {"before": before, "limit": limit},
    )
    return [row.sid or "" for row in rows]


def tickets(db: Connection, before: datetime, limit: int) -> tuple[int, list[str]]:
    """Delete tickets that were closed so long ago, with who was rung for them; returns how many, and the
    sids of those calls."""
    which = "SELECT id FROM ticket WHERE state = 'closed' AND closed_at < :before ORDER BY id LIMIT :limit"
    ids = list(db.scalars(text(which), {"before": before, "limit": limit}))
    rung = db.scalars(text("DELETE FROM leg WHERE ticket_id = ANY(:ids) RETURNING call_sid"), {"ids": ids})
    sids = [sid for sid in rung if sid]
    return db.execute(text("DELETE FROM ticket WHERE id = ANY(:ids)"), {"ids": ids}).rowcount, sids


def legs(db: Connection, before: datetime, limit: int) -> list[str]:
    """Forget who was rung; returns the sid of each call back, empty for a leg without a call of its own.

    The leg of a transfer bears the sid of the caller's call, which goes with its conversation.
    """
    rows = db.execute(
        text(
            "DELETE FROM leg WHERE id IN (SELECT id FROM leg WHERE created_at < :before ORDER BY id"
            " LIMIT :limit) RETURNING CASE WHEN ticket_id IS NOT NULL THEN call_sid END AS sid"
        ),
        {"before": before, "limit": limit},
    )
    return [row.sid or "" for row in rows]


def health(db: Connection, before: datetime, limit: int) -> int:
    """Forget numbers that failed so long ago."""
    return _delete(db, "number_health", "phone_hash", "last_at < :before", before, limit)


def counters(db: Connection, before: date) -> int:
    return db.execute(text("DELETE FROM counter WHERE day < :before"), {"before": before}).rowcount


def _delete(db: Connection, table: str, key: str, which: str, before: datetime, limit: int) -> int:
    """Table, key and condition are words of this module, never of a caller."""
    statement = (
        f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608
        f" (SELECT {key} FROM {table} WHERE {which} ORDER BY {key} LIMIT :limit)"
    )
    return db.execute(text(statement), {"before": before, "limit": limit}).rowcount
