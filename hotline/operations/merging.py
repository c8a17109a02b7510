"""Merge two incidents that are one, and take it back; never by itself."""

from datetime import datetime

from sqlalchemy import Connection, text

from hotline.domain.incident import MERGEABLE
from hotline.operations.incident_refusals import IncidentRefused, worker
from hotline.operations.incidents import find, read_reason
from hotline.operations.line import Line
from hotline.store import audit, incident_steps, incidents
from hotline.store.database import transaction
from hotline.store.incidents import Incident


def merge(line: Line, code: str, into: str, by: str, reason: str, now: datetime) -> None:
    """Make one incident part of another: its reports and observations count there, its own steps end.

    Only what no alert can speak of yet is merged away, and only into what is open. Raises
    IncidentRefused.
    """
    person, why = worker(line, by).name, read_reason(reason)
    with transaction(line.database) as db:
        part, whole = _both(line, db, code, into)
        if part.id == whole.id or not whole.is_open:
            raise IncidentRefused("not_mergeable")
        if part.state not in MERGEABLE or part.merged_into_id is not None or _is_told(db, part):
            raise IncidentRefused("not_mergeable")
        incidents.merge(db, part.id, whole.id)
        if part.is_urgent:
            incidents.flag_urgent(db, whole.id)
        _write(line, db, "merge", part, whole, person, why, now)


def unmerge(line: Line, code: str, by: str, reason: str, now: datetime) -> None:
    """Let an incident stand by itself again, where it stood. Raises IncidentRefused."""
    person, why = worker(line, by).name, read_reason(reason)
    with transaction(line.database) as db:
        part = find(line, db, code, lock=True)
        if part.merged_into_id is None:
            raise IncidentRefused("not_merged")
        whole = incidents.by_id(db, line.keyring, part.merged_into_id)
        assert whole is not None
        incidents.unmerge(db, part.id)
        _write(line, db, "unmerge", part, whole, person, why, now)


def _both(line: Line, db: Connection, code: str, into: str) -> tuple[Incident, Incident]:
    """Both locked, in one order for everybody: whoever merges the other way round waits."""
    first, second = sorted((find(line, db, code).id, find(line, db, into).id))
    incidents.by_id(db, line.keyring, first, lock=True)
    incidents.by_id(db, line.keyring, second, lock=True)
    return find(line, db, code), find(line, db, into)


def _is_told(db: Connection, of: Incident) -> bool:
    """Does an alert speak of it? Its update and its all-clear must find it where it was."""
    told = text("SELECT EXISTS (SELECT FROM alert WHERE incident_id = :id AND state <> 'withdrawn')")
    return bool(db.scalar(told, {"id": of.id}))


def _write(
    line: Line,
    db: Connection,
    kind: incidents.Joining,
    part: Incident,
    whole: Incident,
    person: str,
    reason: str,
    now: datetime,
) -> None:
    """Both timelines tell of it."""
    incident_steps.add(db, line.keyring, part.id, kind, person, reason, now, subject=whole.code)
    incident_steps.add(db, line.keyring, whole.id, kind, person, reason, now, subject=part.code)
    audit.record(db, person, f"incident.{kind}", part.code, now, {"into": whole.code})
