"""What we hold of people: how much, how old, and when the next of it is erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from hotline.operations.line import Limits, Line
from hotline.store import charting
from hotline.store.database import transaction

# What is held -> table, the column it ages by, and which rows count.
_KINDS: Final[dict[str, tuple[str, str, str]]] = {
    "contacts": ("contact", "seen_at", "true"),
    "subscriptions": ("subscription", "created_at", "true"),
    "conversations": ("session", "expires_at", "state_ct <> ''"),
    "stored answers": ("turn", "created_at", "true"),
    "texts": ("message", "created_at", "true"),
    "reports": ("report", "created_at", "erased_at IS NULL"),
    "recordings": ("recording", "created_at", "true"),
    "waiting tickets": ("ticket", "created_at", "state <> 'closed'"),
    "closed tickets": ("ticket", "closed_at", "state = 'closed'"),
    "people of the network": ("person", "created_at", "left_at IS NULL"),
    "consents": ("consent", "created_at", "true"),
    "opt-outs": ("suppression", "since", "true"),
    "to delete at the carrier": ("carrier_deletion", "created_at", "true"),
    "incidents": ("incident", "created_at", "erased_at IS NULL"),
    "rows of broadcasts": ("delivery", "asked_at", "contact_id IS NOT NULL"),
    "site contacts": ("site_contact", "created_at", "true"),
    "lines of the audit": ("audit", "created_at", "true"),
}
KINDS: Final = tuple(_KINDS)

# Of a large table the oldest row is asked of an index; where none leads to it, it is not told.
_OLDEST: Final[dict[str, str]] = {
    "contacts": "SELECT min(seen_at) FROM contact",
    "subscriptions": "SELECT created_at FROM subscription ORDER BY id LIMIT 1",
    "stored answers": "SELECT created_at FROM turn ORDER BY id LIMIT 1",
    "texts": "SELECT created_at FROM message ORDER BY id LIMIT 1",
    "reports": "SELECT min(created_at) FROM report WHERE erased_at IS NULL",
    "recordings": "SELECT created_at FROM recording ORDER BY id LIMIT 1",
    "waiting tickets": (
        "SELECT least((SELECT min(created_at) FROM ticket WHERE state = 'open'),"
        " (SELECT min(created_at) FROM ticket WHERE state = 'taken'))"
    ),
    "closed tickets": "SELECT closed_at FROM ticket WHERE state = 'closed' ORDER BY id LIMIT 1",
    "consents": "SELECT created_at FROM consent ORDER BY id LIMIT 1",
    "to delete at the carrier": "SELECT created_at FROM carrier_deletion ORDER BY id LIMIT 1",
    "rows of broadcasts": "SELECT asked_at FROM delivery ORDER BY broadcast_id, seq LIMIT 1",
    "lines of the audit": "SELECT created_at FROM audit ORDER BY id LIMIT 1",
}
# Pages of 8 KiB up to which a table is counted: some ten thousand rows, a few milliseconds.
COUNTED_PAGES: Final = 500


@dataclass(frozen=True, slots=True)
class Held:
    """`erased_at` is when the oldest of it goes; None where it is kept as long as it is needed."""

    kind: str
    rows: int
    oldest_at: datetime | None
    erased_at: datetime | None
    is_estimate: bool = False


def held(line: Line) -> list[Held]:
    """Count what is held. Names no one and opens nothing."""
    with transaction(line.database) as db:
        return [_counted(line, db, kind) for kind in KINDS]


def glance(line: Line) -> list[Held]:
    """What is held, as fast as a page needs it: large tables are estimated, never read through."""
    with transaction(line.database) as db:
        pages = charting.pages_of(db, sorted({table for table, _, _ in _KINDS.values()}))
        return [
            _counted(line, db, kind) if pages[table] <= COUNTED_PAGES else _estimated(line, db, kind)
            for kind, (table, _, _) in _KINDS.items()
        ]


def _counted(line: Line, db: Connection, kind: str) -> Held:
    table, column, which = _KINDS[kind]
    statement = f"SELECT count(*) AS rows, min({column}) AS oldest FROM {table} WHERE {which}"  # noqa: S608
    row = db.execute(text(statement)).one()
    return Held(kind, row.rows, row.oldest, _erased_at(line, kind, row.oldest))


def _estimated(line: Line, db: Connection, kind: str) -> Held:
    table, _, which = _KINDS[kind]
    oldest = db.scalar(text(_OLDEST[kind])) if kind in _OLDEST else None
    rows = charting.estimate(db, table, which)
    return Held(kind, rows, oldest, _erased_at(line, kind, oldest), is_estimate=True)


def _erased_at(line: Line, kind: str, oldest: datetime | None) -> datetime | None:
    period = _periods(line.limits).get(kind)
    return oldest + period if oldest and period is not None else None


def _periods(limits: Limits) -> dict[str, timedelta]:
    return {
        "contacts": timedelta(days=limits.contact_days),
        "conversations": timedelta(0),
        "stored answers": timedelta(days=limits.turn_days),
        "texts": timedelta(days=limits.message_days),
        "reports": timedelta(days=limits.report_days),
        "incidents": timedelta(days=limits.report_days),
        "recordings": timedelta(days=limits.recording_days),
        "closed tickets": timedelta(days=limits.ticket_days),
    }
