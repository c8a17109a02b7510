"""Reports: what a contact told us, sealed, kept also when half-finished."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, tuple_, update

from hotline.domain.incident import ReportSource
from hotline.domain.language import Channel, Language
from hotline.store.sealing import Keyring
from hotline.store.tables import report


@dataclass(frozen=True, slots=True)
class Report:
    """`answers` maps a question's name to `{"value": …, "media": […]}`."""

    id: int
    code: str
    state: str
    is_urgent: bool
    channel: Channel
    language: Language | None
    created_at: datetime
    finished_at: datetime | None
    answers: dict[str, dict[str, Any]]
    source: ReportSource
    incident_id: int | None
    contact_id: int | None

    def words(self, question: str) -> str:
        return str(self.answers.get(question, {}).get("value", ""))

    @property
    def media(self) -> tuple[str, ...]:
        """Addresses of the pictures, whichever question they came with."""
        return tuple(one for answer in self.answers.values() for one in answer.get("media", ()))


def start(
    db: Connection,
    keyring: Keyring,
    code: str,
    contact_id: int | None,
    channel: Channel,
    language: Language | None,
    now: datetime,
    source: ReportSource | None = None,
) -> int:
    """Open a report under a code; what is told otherwise than by the contact's own turn says its source.

    Raises sqlalchemy.exc.IntegrityError when the code is taken.
    """
    made = insert(report).values(
        code=code,
        contact_id=contact_id,
        answers_ct=keyring.seal("{}", _place(code)),
        state="open",
        channel=channel,
        language=language,
        source=source or ("call" if channel == "voice" else "text"),
        created_at=now,
    )
    return int(db.execute(made.returning(report.c.id)).scalar_one())


def answer(
    db: Connection, keyring: Keyring, code: str, field: str, value: str, media: tuple[str, ...]
) -> None:
    """Add one answer; a second answer to the same question stands beside the first."""
    row = db.execute(select(report.c.answers_ct).where(report.c.code == code).with_for_update()).one_or_none()
    if row is None:
        return  # erased meanwhile
    answers = json.loads(keyring.open(row.answers_ct, _place(code)))
    before = answers.get(field, {"value": "", "media": []})
    words = " / ".join(w for w in (before["value"], value) if w)
    answers[field] = {"value": words, "media": [*before["media"], *media]}
    sealed = keyring.seal(json.dumps(answers), _place(code))
    db.execute(update(report).where(report.c.code == code).values(answers_ct=sealed))


def flag_urgent(db: Connection, code: str) -> None:
    db.execute(update(report).where(report.c.code == code).values(is_urgent=True))


def finish(db: Connection, code: str, now: datetime) -> None:
    db.execute(update(report).where(report.c.code == code).values(state="finished", finished_at=now))


def erase_of_contact(db: Connection, keyring: Keyring, contact_id: int, now: datetime) -> None:
    """Empty a contact's reports; that they were made, and when, stays."""
    codes = db.scalars(select(report.c.code).where(report.c.contact_id == contact_id)).all()
    _empty(db, keyring, codes, now)


def erase_before(db: Connection, keyring: Keyring, before: datetime, now: datetime, limit: int) -> int:
    """Empty old reports in bounded steps; returns how many."""
    codes = db.scalars(
        select(report.c.code)
        .where(report.c.created_at < before, report.c.erased_at.is_(None))
        .order_by(report.c.id)
        .limit(limit)
    ).all()
    _empty(db, keyring, codes, now)
    return len(codes)


def _empty(db: Connection, keyring: Keyring, codes: Sequence[str], now: datetime) -> None:
    for code in codes:
        emptied = keyring.seal("{}", _place(code))
        db.execute(
            update(report)
            .where(report.c.code == code)
            .values(answers_ct=emptied, contact_id=None, erased_at=now)
        )


def read(db: Connection, keyring: Keyring, code: str, lock: bool = False) -> Report | None:
    wanted = select(report).where(report.c.code == code)
    row = db.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _opened(row, keyring) if row else None


def latest(db: Connection, keyring: Keyring, limit: int = 50) -> list[Report]:
    """The newest reports, urgent ones first."""
    rows = db.execute(
        select(report)
        .where(report.c.erased_at.is_(None))
        .order_by(report.c.is_urgent.desc(), report.c.created_at.desc())
        .limit(limit)
    )
    return [_opened(row, keyring) for row in rows]


def page(db: Connection, keyring: Keyring, after: tuple[bool, int] | None, limit: int) -> list[Report]:
    """Reports that are kept, urgent ones first and then the newest, from behind a key (is urgent, id)."""
    wanted = select(report).where(report.c.erased_at.is_(None))
    if after is not None:
        wanted = wanted.where(tuple_(report.c.is_urgent, report.c.id) < after)
    rows = db.execute(wanted.order_by(report.c.is_urgent.desc(), report.c.id.desc()).limit(limit))
    return [_opened(row, keyring) for row in rows]


def of_incidents(db: Connection, keyring: Keyring, ids: Sequence[int]) -> list[Report]:
    """The reports that belong to some incidents, in the order of time."""
    rows = db.execute(select(report).where(report.c.incident_id.in_(ids)).order_by(report.c.id))
    return [_opened(row, keyring) for row in rows]


def first_of(db: Connection, keyring: Keyring, ids: Sequence[int]) -> list[Report]:
    """The first report of each of some incidents."""
    first = select(func.min(report.c.id)).where(report.c.incident_id.in_(ids)).group_by(report.c.incident_id)
    rows = db.execute(select(report).where(report.c.id.in_(first)))
    return [_opened(row, keyring) for row in rows]


def without_incident(db: Connection, limit: int) -> list[str]:
    """Codes of finished or urgent reports that belong to no incident yet, the oldest first."""
    codes = db.scalars(
        select(report.c.code)
        .where(
            report.c.incident_id.is_(None),
            report.c.erased_at.is_(None),
            or_(report.c.is_urgent, report.c.state == "finished"),
        )
        .order_by(report.c.id)
        .limit(limit)
    )
    return list(codes)


def put_into(db: Connection, report_id: int, incident_id: int) -> None:
    """A report belongs to one incident, once."""
    db.execute(update(report).where(report.c.id == report_id).values(incident_id=incident_id))


def _opened(row: Any, keyring: Keyring) -> Report:
    answers = json.loads(keyring.open(row.answers_ct, _place(row.code)))
    return Report(
        row.id,
        row.code,
        row.state,
        row.is_urgent,
        row.channel,
        row.language,
        row.created_at,
        row.finished_at,
        answers,
        row.source,
        row.incident_id,
        row.contact_id,
    )


def _place(code: str) -> str:
    return f"report.answers.{code}"
