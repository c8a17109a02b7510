"""Everything that a page shows of reports and incidents, read in few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.domain.incident import STEPS, IncidentState, may_step
from hotline.domain.verification import Lack
from hotline.operations.incidents import find, suggested_streets
from hotline.operations.line import Line
from hotline.operations.near_duplicates import Proposal, proposals
from hotline.operations.verified import facts_of, group_of, is_overridden, lacks_of, may_alert
from hotline.store import incident_steps, incidents, observations, reports, verify_requests
from hotline.store.database import transaction
from hotline.store.incident_steps import Step
from hotline.store.incidents import Incident
from hotline.store.observations import Observation
from hotline.store.reports import Report
from hotline.store.verify_requests import VerifyRequest

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in a list: its reports, how many people are on their way, and the first words of where."""

    of: Incident
    report_count: int
    going: int
    place: str


@dataclass(frozen=True, slots=True)
class AlertOf:
    """An alert that speaks of an incident."""

    code: str
    kind: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """One incident with everything that belongs to it, also by what was merged into it."""

    of: Incident
    into: str | None
    parts: Sequence[Incident]
    reports: Sequence[Report]
    observations: Sequence[Observation]
    steps: Sequence[Step]
    requests: Sequence[VerifyRequest]
    proposals: Sequence[Proposal]
    alerts: Sequence[AlertOf]
    lacks: Sequence[Lack]
    last_seen_at: datetime | None
    may_alert: bool
    is_overridden: bool
    streets: str | None

    @property
    def next_states(self) -> list[IncidentState]:
        """Steps that exist now; none for what was merged away."""
        if self.of.merged_into_id is not None:
            return []
        return [state for state in STEPS if may_step(self.of.state, state)]


def whole(line: Line, code: str, now: datetime) -> Whole:
    """One incident by its code. Raises IncidentRefused."""
    with transaction(line.database) as db:
        of = find(line, db, code)
        into = incidents.by_id(db, line.keyring, of.merged_into_id) if of.merged_into_id else None
        ids = group_of(line, db, of)
        told = reports.of_incidents(db, line.keyring, ids)
        facts = facts_of(line, db, of)
        return Whole(
            of,
            into.code if into else None,
            incidents.merged_into(db, line.keyring, of.id),
            told,
            observations.of_incidents(db, line.keyring, ids),
            incident_steps.of_incidents(db, line.keyring, [of.id]),
            verify_requests.of_incident(db, of.id),
            proposals(line, db, of),
            _alerts_of(db, ids),
            lacks_of(line, db, of, now),
            facts.last_seen_at,
            may_alert(line, db, of, now),
            is_overridden(line, db, of, now),
            next((found for one in told if (found := suggested_streets(one))), None),
        )


def open_rows(line: Line, db: Connection, after: tuple[bool, int] | None, limit: int = PAGE) -> list[Row]:
    """Open incidents, urgent ones first and then the newest."""
    return _rows(line, db, incidents.open_page(db, line.keyring, after, limit))


def done_rows(line: Line, db: Connection, before_id: int | None, limit: int = PAGE) -> list[Row]:
    """Closed and merged incidents, the newest first."""
    return _rows(line, db, incidents.done_page(db, line.keyring, before_id, limit))


def codes_of(line: Line, db: Connection, told: Sequence[Report]) -> dict[int, tuple[str, IncidentState]]:
    """Code and state of the incidents that reports belong to, by their ids."""
    ids = sorted({one.incident_id for one in told if one.incident_id is not None})
    rows = db.execute(text("SELECT id, code, state FROM incident WHERE id = ANY(:ids)"), {"ids": ids})
    return {row.id: (row.code, row.state) for row in rows}


def _rows(line: Line, db: Connection, found: Sequence[Incident]) -> list[Row]:
    ids = [one.id for one in found]
    going = {
        row.incident_id: row.rows
        for row in db.execute(
            text(
                "SELECT r.incident_id, count(*) AS rows FROM verify_request r"
                " JOIN incident i ON i.id = r.incident_id AND i.asking_round = r.round"
                " WHERE r.incident_id = ANY(:ids) AND r.answer = 'go' GROUP BY r.incident_id"
            ),
            {"ids": ids},
        )
    }
    counts = {
        row.id: row.rows
        for row in db.execute(
            text(
                "SELECT coalesce(i.merged_into_id, i.id) AS id, count(*) AS rows FROM report r"
                " JOIN incident i ON i.id = r.incident_id"
                " WHERE i.id = ANY(:ids) OR i.merged_into_id = ANY(:ids) GROUP BY 1"
            ),
            {"ids": ids},
        )
    }
    places = {one.incident_id: one.words("place") for one in reports.first_of(db, line.keyring, ids)}
    return [
        Row(
            one,
            counts.get(one.id, 0),
            going.get(one.id, 0),
            one.fields.get("cross_streets") or places.get(one.id, ""),
        )
        for one in found
    ]


def _alerts_of(db: Connection, ids: Sequence[int]) -> list[AlertOf]:
    rows = db.execute(
        text(
            "SELECT code, kind, state, created_at FROM alert"
            " WHERE incident_id IS NOT NULL AND incident_id = ANY(:ids) ORDER BY id"
        ),
        {"ids": list(ids)},
    )
    return [AlertOf(row.code, row.kind, row.state, row.created_at) for row in rows]
