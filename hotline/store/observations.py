"""What was seen, checked or stated of an incident; words and pictures are sealed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from hotline.domain.incident import Finding, ObservationKind
from hotline.store.incidents import next_id
from hotline.store.sealing import Keyring
from hotline.store.tables import observation


@dataclass(frozen=True, slots=True)
class Observation:
    """`source` tells the independent apart; `media` are addresses at the carrier."""

    id: int
    incident_id: int
    kind: ObservationKind
    finding: Finding | None
    person: str
    source: str
    report_id: int | None
    words: str
    media: tuple[str, ...]
    seen_at: datetime
    created_at: datetime


def add(
    db: Connection,
    keyring: Keyring,
    incident_id: int,
    kind: ObservationKind,
    person: str,
    source: str,
    seen_at: datetime,
    now: datetime,
    *,
    finding: Finding | None = None,
    report_id: int | None = None,
    words: str = "",
    media: Sequence[str] = (),
) -> int:
    row_id = next_id(db, "observation")
    body = json.dumps({"words": words, "media": list(media)})
    db.execute(
        text(
            "INSERT INTO observation (id, incident_id, kind, finding, person, source, report_id, body_ct,"
            " seen_at, created_at) OVERRIDING SYSTEM VALUE"
            " VALUES (:id, :incident_id, :kind, :finding, :person, :source, :report_id, :body_ct,"
            " :seen_at, :now)"
        ),
        {
            "id": row_id,
            "incident_id": incident_id,
            "kind": kind,
            "finding": finding,
            "person": person,
            "source": source,
            "report_id": report_id,
            "body_ct": keyring.seal(body, _place(row_id)) if words or media else b"",
            "seen_at": seen_at,
            "now": now,
        },
    )
    return row_id


def of_incidents(db: Connection, keyring: Keyring, ids: Sequence[int]) -> list[Observation]:
    """What is on record of some incidents, in the order of time."""
    rows = db.execute(
        select(observation)
        .where(observation.c.incident_id.in_(ids))
        .order_by(observation.c.created_at, observation.c.id)
    )
    return [_read(keyring, row) for row in rows]


def by_id(db: Connection, keyring: Keyring, observation_id: int) -> Observation | None:
    row = db.execute(select(observation).where(observation.c.id == observation_id)).one_or_none()
    return _read(keyring, row) if row else None


def _read(keyring: Keyring, row: Any) -> Observation:
    body = json.loads(keyring.open(row.body_ct, _place(row.id))) if row.body_ct else {}
    return Observation(
        row.id,
        row.incident_id,
        row.kind,
        row.finding,
        row.person,
        row.source,
        row.report_id,
        body.get("words", ""),
        tuple(body.get("media", ())),
        row.seen_at,
        row.created_at,
    )


def _place(row_id: int) -> str:
    return f"observation.body.{row_id}"
