"""Incidents: where each stands; what staff chose to say of them is sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, or_, select, text, tuple_, update

from hotline.domain.incident import IncidentState
from hotline.store.sealing import Keyring
from hotline.store.tables import incident

# Verifiers are being asked; two are coming; nobody is left to ask.
Joining = Literal["merge", "unmerge"]
AskingState = Literal["asking", "enough", "exhausted"]


@dataclass(frozen=True, slots=True)
class Incident:
    """`fields` are cross streets and ids of the network's lists, as staff chose them."""

    id: int
    code: str
    state: IncidentState
    is_urgent: bool
    zip: str | None
    fields: Mapping[str, str]
    merged_into_id: int | None
    asking_round: int
    asking: AskingState | None
    override_asked_by: str | None
    override_asked_at: datetime | None
    overridden_at: datetime | None
    created_at: datetime
    stepped_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state != "closed" and self.merged_into_id is None


def add(
    db: Connection,
    keyring: Keyring,
    code: str,
    is_urgent: bool,
    zip_code: str | None,
    fields: Mapping[str, str],
    now: datetime,
) -> int | None:
    """Open an incident under a code; None when an incident, a report or a ticket has it (draw another)."""
    row_id = next_id(db, "incident")
    added = db.execute(
        text(
            "INSERT INTO incident (id, code, state, is_urgent, zip, fields_ct, created_at, stepped_at)"
            " OVERRIDING SYSTEM VALUE SELECT :id, CAST(:code AS varchar), 'reported', :is_urgent,"
            " CAST(:zip AS varchar), :fields_ct, CAST(:now AS timestamptz), CAST(:now AS timestamptz)"
            " WHERE NOT EXISTS (SELECT FROM ticket WHERE code = :code)"
            " AND NOT EXISTS (SELECT FROM report WHERE code = :code)"
            " ON CONFLICT (code) DO NOTHING RETURNING id"
        ),
        {
            "id": row_id,
            "code": code,
            "is_urgent": is_urgent,
            "zip": zip_code,
            "fields_ct": keyring.seal(json.dumps(dict(fields)), _place(row_id)),
            "now": now,
        },
    ).scalar_one_or_none()
    return None if added is None else int(added)


def by_code(db: Connection, keyring: Keyring, code: str, lock: bool = False) -> Incident | None:
    return _one(db, keyring, select(incident).where(incident.c.code == code), lock)


def by_id(db: Connection, keyring: Keyring, incident_id: int, lock: bool = False) -> Incident | None:
    return _one(db, keyring, select(incident).where(incident.c.id == incident_id), lock)


def merged_into(db: Connection, keyring: Keyring, incident_id: int) -> list[Incident]:
    """What was merged into an incident, in its order."""
    rows = db.execute(
        select(incident).where(incident.c.merged_into_id == incident_id).order_by(incident.c.id)
    )
    return [_read(keyring, row) for row in rows]


def open_around(
    db: Connection, keyring: Keyring, since: datetime, until: datetime, limit: int
) -> list[Incident]:
    """Open incidents that began between two times, the newest first."""
    rows = db.execute(
        select(incident)
        .where(incident.c.created_at.between(since, until), _is_open())
        .order_by(incident.c.created_at.desc(), incident.c.id.desc())
        .limit(limit)
    )
    return [_read(keyring, row) for row in rows]


def open_page(db: Connection, keyring: Keyring, after: tuple[bool, int] | None, limit: int) -> list[Incident]:
    """Open incidents, urgent ones first and then the newest, from behind a key (is urgent, id)."""
    wanted = select(incident).where(_is_open())
    if after is not None:
        wanted = wanted.where(tuple_(incident.c.is_urgent, incident.c.id) < after)
    rows = db.execute(wanted.order_by(incident.c.is_urgent.desc(), incident.c.id.desc()).limit(limit))
    return [_read(keyring, row) for row in rows]


def done_page(db: Connection, keyring: Keyring, before_id: int | None, limit: int) -> list[Incident]:
    """Incidents that are closed or merged, the newest first, from behind an id."""
    wanted = select(incident).where(~_is_open())
    if before_id is not None:
        wanted = wanted.where(incident.c.id < before_id)
    rows = db.execute(wanted.order_by(incident.c.id.desc()).limit(limit))
    return [_read(keyring, row) for row in rows]


def asking(db: Connection, keyring: Keyring, limit: int) -> list[Incident]:
    """Incidents for which verifiers are being asked."""
    rows = db.execute(
        select(incident).where(incident.c.asking == "asking").order_by(incident.c.id).limit(limit)
    )
    return [_read(keyring, row) for row in rows]


def count_by_state(db: Connection) -> dict[IncidentState, int]:
    """How many open incidents stand where."""
    rows = db.execute(
        text(
            "SELECT state, count(*) AS rows FROM incident"
            " WHERE state <> 'closed' AND merged_into_id IS NULL GROUP BY state"
        )
    )
    return {row.state: int(row.rows) for row in rows}


def move(db: Connection, incident_id: int, after: IncidentState, now: datetime) -> None:
    """Put it in a state. Whoever calls has seen to it that the step exists."""
    closed_at = now if after == "closed" else None
    _change(db, incident_id, state=after, stepped_at=now, closed_at=closed_at)


def describe(
    db: Connection, keyring: Keyring, incident_id: int, zip_code: str | None, fields: Mapping[str, str]
) -> None:
    sealed = keyring.seal(json.dumps(dict(fields)), _place(incident_id))
    _change(db, incident_id, zip=zip_code, fields_ct=sealed)


def flag_urgent(db: Connection, incident_id: int) -> None:
    _change(db, incident_id, is_urgent=True)


def merge(db: Connection, incident_id: int, into_id: int) -> None:
    """Point one at another; what was merged into the first goes along."""
    db.execute(
        update(incident)
        .where(or_(incident.c.id == incident_id, incident.c.merged_into_id == incident_id))
        .values(merged_into_id=into_id, asking=None)
    )


def unmerge(db: Connection, incident_id: int) -> None:
    _change(db, incident_id, merged_into_id=None)


def ask(db: Connection, incident_id: int, asking_round: int, state: AskingState | None) -> None:
    _change(db, incident_id, asking_round=asking_round, asking=state)


def ask_override(db: Connection, incident_id: int, person: str, now: datetime) -> None:
    _change(db, incident_id, override_asked_by=person, override_asked_at=now)


def override(db: Connection, incident_id: int, now: datetime) -> None:
    """Flagged from now on; nothing takes this back."""
    _change(db, incident_id, overridden_at=now)


def empty_before(db: Connection, keyring: Keyring, before: datetime, now: datetime, limit: int) -> int:
    """Empty what was written of old incidents; that they were, and their steps, stays. Returns how many."""
    ids = db.scalars(
        select(incident.c.id)
        .where(incident.c.created_at < before, incident.c.erased_at.is_(None))
        .order_by(incident.c.id)
        .limit(limit)
    ).all()
    for incident_id in ids:
        _change(
            db,
            incident_id,
            fields_ct=keyring.seal("{}", _place(incident_id)),
            erased_at=now,
        )
    if ids:
        emptied = {"ids": list(ids)}
        db.execute(text("UPDATE incident_step SET reason_ct = '' WHERE incident_id = ANY(:ids)"), emptied)
        db.execute(text("UPDATE observation SET body_ct = '' WHERE incident_id = ANY(:ids)"), emptied)
    return len(ids)


def next_id(db: Connection, table: str) -> int:
    """The id that a row will have: what is sealed in it is bound to it."""
    found = db.execute(text("SELECT nextval(pg_get_serial_sequence(:table, 'id'))"), {"table": table})
    return int(found.scalar_one())


def _is_open() -> Any:
    return and_(incident.c.state != "closed", incident.c.merged_into_id.is_(None))


def _change(db: Connection, incident_id: int, **values: Any) -> None:
    db.execute(update(incident).where(incident.c.id == incident_id).values(**values))


def _one(db: Connection, keyring: Keyring, statement: Any, lock: bool) -> Incident | None:
    row = db.execute(statement.with_for_update() if lock else statement).one_or_none()
    return _read(keyring, row) if row else None


def _read(keyring: Keyring, row: Any) -> Incident:
    return Incident(
        row.id,
        row.code,
        row.state,
        row.is_urgent,
        row.zip,
        json.loads(keyring.open(row.fields_ct, _place(row.id))),
        row.merged_into_id,
        row.asking_round,
        row.asking,
        row.override_asked_by,
        row.override_asked_at,
        row.overridden_at,
        row.created_at,
        row.stepped_at,
        row.closed_at,
    )


def _place(row_id: int) -> str:
    return f"incident.fields.{row_id}"
