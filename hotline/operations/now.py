"""What waits, who is available and what is running, at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.domain.incident import IncidentState
from hotline.domain.person import Person, Role
from hotline.operations.incident_view import Row, open_rows
from hotline.operations.line import Line
from hotline.store import broadcasts, incidents
from hotline.store.database import transaction

FIRST: Final = 8  # incidents on the page; the list has them all


@dataclass(frozen=True, slots=True)
class TicketCount:
    kind: str
    is_urgent: bool
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """A broadcast on its way."""

    code: str
    state: str
    total: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Now:
    rows: Sequence[Row]
    states: dict[IncidentState, int]
    tickets: Sequence[TicketCount]
    people: dict[Role, tuple[Person, ...]]
    running: Sequence[Running]

    @property
    def urgent(self) -> list[Row]:
        """Urgent incidents that nobody has begun to work on."""
        return [row for row in self.rows if row.of.is_urgent and row.of.state == "reported"]

    @property
    def others(self) -> list[Row]:
        urgent = {row.of.id for row in self.urgent}
        return [row for row in self.rows if row.of.id not in urgent]


def now_of(line: Line, now: datetime) -> Now:
    roster = line.people()
    roles: tuple[Role, ...] = ("dispatcher", "verifier", "approver", "admin")
    with transaction(line.database) as db:
        return Now(
            open_rows(line, db, None, FIRST),
            incidents.count_by_state(db),
            _tickets(db),
            {role: roster.available(role) for role in roles},
            [
                Running(broadcasts.alert_code(db, one.id), one.state, one.total, one.ends_at)
                for one in broadcasts.running(db)
                if one.ends_at > now
            ],
        )


def _tickets(db: Connection) -> list[TicketCount]:
    """Tickets that nobody has; a report's own ticket is seen with its incident."""
    rows = db.execute(
        text(
            "SELECT kind, is_urgent, count(*) AS rows, min(created_at) AS oldest FROM ticket"
            " WHERE state = 'open' AND kind <> 'report'"
            " GROUP BY kind, is_urgent ORDER BY is_urgent DESC, min(created_at)"
        )
    )
    return [TicketCount(row.kind, row.is_urgent, int(row.rows), row.oldest) for row in rows]
