"""Who was asked to look at an incident, and what they answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from hotline.domain.incident import Finding
from hotline.domain.verification import Answer, Request
from hotline.store.tables import verify_request


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """`ends_at` is when silence counts as no; a later answer is still taken."""

    id: int
    incident_id: int
    round: int
    person_id: int
    person: str
    answer: Answer | None
    finding: Finding | None
    created_at: datetime
    ends_at: datetime
    answered_at: datetime | None

    @property
    def counted(self) -> Request:
        return Request(self.person_id, self.answer, self.ends_at)


def add(
    db: Connection,
    incident_id: int,
    asking_round: int,
    person_id: int,
    person: str,
    message_id: int,
    now: datetime,
    ends_at: datetime,
) -> None:
    db.execute(
        insert(verify_request).values(
            incident_id=incident_id,
            round=asking_round,
            person_id=person_id,
            person=person,
            message_id=message_id,
            created_at=now,
            ends_at=ends_at,
        )
    )


def of_round(db: Connection, incident_id: int, asking_round: int) -> list[VerifyRequest]:
    """Who was asked in one round, in their order."""
    rows = db.execute(
        select(verify_request)
        .where(verify_request.c.incident_id == incident_id, verify_request.c.round == asking_round)
        .order_by(verify_request.c.id)
    )
    return [_read(row) for row in rows]


def of_incident(db: Connection, incident_id: int) -> list[VerifyRequest]:
    rows = db.execute(
        select(verify_request)
        .where(verify_request.c.incident_id == incident_id)
        .order_by(verify_request.c.id)
    )
    return [_read(row) for row in rows]


def newest_for(db: Connection, incident_id: int, person_id: int) -> VerifyRequest | None:
    """The last time this person was asked about it."""
    row = db.execute(
        select(verify_request)
        .where(verify_request.c.incident_id == incident_id, verify_request.c.person_id == person_id)
        .order_by(verify_request.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _read(row) if row else None


def codes_asked(db: Connection, person_id: int, since: datetime) -> list[str]:
    """Codes of the open incidents about which a person was asked since, the newest first."""
    rows = db.scalars(
        text(
            "SELECT i.code FROM verify_request r JOIN incident i ON i.id = r.incident_id"
            " WHERE r.person_id = :person AND r.created_at >= :since AND i.state <> 'closed'"
            " GROUP BY i.code ORDER BY max(r.id) DESC LIMIT 10"
        ),
        {"person": person_id, "since": since},
    )
    return list(rows)


def busy(db: Connection, since: datetime) -> set[int]:
    """People who are on their way to an open incident, or were asked about one and may still answer."""
    rows = db.scalars(
        text(
            "SELECT DISTINCT r.person_id FROM verify_request r JOIN incident i ON i.id = r.incident_id"
            " WHERE i.state = 'verifying' AND i.merged_into_id IS NULL AND r.round = i.asking_round"
            " AND (r.answer = 'go' AND r.finding IS NULL AND r.created_at >= :since"
            " OR r.answer IS NULL AND r.ends_at >= :since)"
        ),
        {"since": since},
    )
    return {int(row) for row in rows}


def answer(db: Connection, request_id: int, said: Answer, now: datetime) -> None:
    _change(db, request_id, answer=said, answered_at=now)


def found(db: Connection, request_id: int, finding: Finding) -> None:
    _change(db, request_id, finding=finding)


def _change(db: Connection, request_id: int, **values: Any) -> None:
    db.execute(update(verify_request).where(verify_request.c.id == request_id).values(**values))


def _read(row: Any) -> VerifyRequest:
    return VerifyRequest(
        row.id,
        row.incident_id,
        row.round,
        row.person_id,
        row.person,
        row.answer,
        row.finding,
        row.created_at,
        row.ends_at,
        row.answered_at,
    )
