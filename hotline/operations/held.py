"""What we hold of people: how much, how old, and when the next of it is erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from hotline.operations.line import Limits, Line
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
    "consents": ("consent", "created_at", "true"),
    "opt-outs": ("suppression", "since", "true"),
    "to delete at the carrier": ("carrier_deletion", "created_at", "true"),
}
KINDS: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Held:
    """`erased_at` is when the oldest of it goes; None where it is kept as long as it is needed."""

    kind: str
    rows: int
    oldest_at: datetime | None
    erased_at: datetime | None


def held(line: Line) -> list[Held]:
    """Count what is held. Names no one and opens nothing."""
    periods = _periods(line.limits)
    with transaction(line.database) as db:
        found = []
        for kind, (table, column, which) in _KINDS.items():
            statement = f"SELECT count(*) AS rows, min({column}) AS oldest FROM {table} WHERE {which}"  # noqa: S608
            row = db.execute(text(statement)).one()
            period = periods.get(kind)
            erased_at = row.oldest + period if row.oldest and period is not None else None
            found.append(Held(kind, row.rows, row.oldest, erased_at))
    return found


def _periods(limits: Limits) -> dict[str, timedelta]:
    return {
        "contacts": timedelta(days=limits.contact_days),
        "conversations": timedelta(0),
        "stored answers": timedelta(days=limits.turn_days),
        "texts": timedelta(days=limits.message_days),
        "reports": timedelta(days=limits.report_days),
        "recordings": timedelta(days=limits.recording_days),
        "closed tickets": timedelta(days=limits.ticket_days),
    }
