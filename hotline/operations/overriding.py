"""An emergency override: a written reason, a second person, and a flag that stays."""

from datetime import datetime
from typing import Final

from hotline.domain.incident import SHORTEST_OVERRIDE_REASON, may_step
from hotline.domain.person import key_of
from hotline.domain.verification import is_fresh
from hotline.operations.incident_refusals import OVERRIDES, IncidentRefused, worker
from hotline.operations.incidents import find_open, read_reason, take_step
from hotline.operations.line import Line
from hotline.store import audit, incident_steps, incidents
from hotline.store.database import transaction
from hotline.store.incidents import Incident

_POSSIBLE: Final = frozenset({"reported", "verifying", "unsure"})


def ask_override(line: Line, code: str, by: str, reason: str, now: datetime) -> None:
    """Ask that an incident counts as confirmed although something is missing. Raises IncidentRefused."""
    person = worker(line, by).name
    try:
        why = read_reason(reason, SHORTEST_OVERRIDE_REASON)
    except IncidentRefused:
        raise IncidentRefused("override_reason") from None
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        if of.state not in _POSSIBLE:
            raise IncidentRefused("override_needless")
        incidents.ask_override(db, of.id, person, now)
        incident_steps.add(db, line.keyring, of.id, "override_asked", person, why, now)
        audit.record(db, person, "incident.override_asked", of.code, now)


def agree_to_override(line: Line, code: str, by: str, reason: str, now: datetime) -> None:
    """The second person agrees: it is confirmed, and flagged ever after. Raises IncidentRefused."""
    second = worker(line, by, OVERRIDES)
    why = read_reason(reason)
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        if of.state not in _POSSIBLE:
            raise IncidentRefused("override_needless")
        if not _is_asked(line, of, now):
            raise IncidentRefused("override_not_asked")
        assert of.override_asked_by is not None
        first = line.people().named(of.override_asked_by)
        if first is None or key_of(first.name) == key_of(second.name) or first.phone == second.phone:
            raise IncidentRefused("second_person")
        incidents.override(db, of.id, now)
        incident_steps.add(db, line.keyring, of.id, "override", second.name, why, now, subject=first.name)
        audit.record(db, second.name, "incident.override", of.code, now, {"asked_by": first.name})
        of = find_open(line, db, code)
        if not may_step(of.state, "confirmed"):
            take_step(line, db, of, "verifying", second.name, why, now)
            of = find_open(line, db, code)
        take_step(line, db, of, "confirmed", second.name, why, now)


def _is_asked(line: Line, of: Incident, now: datetime) -> bool:
    asked_at = of.override_asked_at
    return asked_at is not None and is_fresh(line.network.confirmed.rule, asked_at, now)
