"""The timelines of incidents: who did what, when, and why; the reasons are sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from hotline.domain.incident import IncidentState, StepKind
from hotline.store.incidents import Incident, next_id
from hotline.store.sealing import Keyring
from hotline.store.tables import incident_step


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what, when and why. `subject` is a code or a name it was about."""

    id: int
    incident_id: int
    kind: StepKind
    before: IncidentState | None
    after: IncidentState | None
    person: str
    subject: str | None
    reason: str
    created_at: datetime


def add(
    db: Connection,
    keyring: Keyring,
    incident_id: int,
    kind: StepKind,
    person: str,
    reason: str,
    now: datetime,
    before: IncidentState | None = None,
    after: IncidentState | None = None,
    subject: str | None = None,
) -> None:
    row_id = next_id(db, "incident_step")
    db.execute(
        text(
            "INSERT INTO incident_step (id, incident_id, kind, before, after, person, subject, reason_ct,"
            " created_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :incident_id, :kind, :before, :after, :person, :subject, :reason_ct, :now)"
        ),
        {
            "id": row_id,
            "incident_id": incident_id,
            "kind": kind,
            "before": before,
            "after": after,
            "person": person,
            "subject": subject,
            "reason_ct": keyring.seal(reason, _place(row_id)) if reason else b"",
            "now": now,
        },
    )


def of_incidents(db: Connection, keyring: Keyring, ids: Sequence[int]) -> list[Step]:
    """The timelines of some incidents, in the order of time."""
    rows = db.execute(
        select(incident_step)
        .where(incident_step.c.incident_id.in_(ids))
        .order_by(incident_step.c.created_at, incident_step.c.id)
    )
    return [
        Step(
            row.id,
            row.incident_id,
            row.kind,
            row.before,
            row.after,
            row.person,
            row.subject,
            keyring.open(row.reason_ct, _place(row.id)) if row.reason_ct else "",
            row.created_at,
        )
        for row in rows
    ]


def outcome_of(db: Connection, of: Incident) -> IncidentState:
    """Where it stands; of a closed one where it stood before."""
    if of.state != "closed":
        return of.state
    before: IncidentState | None = db.scalar(
        select(incident_step.c.before).where(
            incident_step.c.incident_id == of.id, incident_step.c.after == "closed"
        )
    )
    return before or of.state


def _place(row_id: int) -> str:
    return f"incident_step.reason.{row_id}"
