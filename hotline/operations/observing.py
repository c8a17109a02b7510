"""Put on record what was seen, checked or stated of an incident."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from sqlalchemy import Connection

from hotline.domain.alert import Basis
from hotline.domain.incident import Finding, ObservationKind
from hotline.flow.network import NetworkRule
from hotline.operations.incident_refusals import IncidentRefused, worker
from hotline.operations.incidents import find_open
from hotline.operations.line import Line
from hotline.operations.verified import group_of, source_of
from hotline.store import audit, observations, reports
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.reports import Report

A_DAY: Final = timedelta(days=1)

# What must be written down in words, because nothing else shows it.
NEED_WORDS: Final[frozenset[ObservationKind]] = frozenset({"statement", "note"})


def observe(
    line: Line,
    code: str,
    kind: ObservationKind,
    by: str,
    seen_at: datetime,
    now: datetime,
    *,
    words: str = "",
    report: str | None = None,
    finding: Finding | None = None,
    observer: str | None = None,
) -> None:
    """Put it on record.

    `on_scene` says what a verifier (`observer`, a name) found; `first_hand` and `photo_checked` speak of
    a report of the incident; `statement` and `note` are words. Raises IncidentRefused.
    """
    person = worker(line, by).name
    if not now - A_DAY <= seen_at <= now:
        raise IncidentRefused("seen_at")
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        told = _report_of(line, db, of, report) if report else None
        source = _source(line, kind, person, told, observer, finding, words)
        observations.add(
            db,
            line.keyring,
            of.id,
            kind,
            person,
            source,
            seen_at,
            now,
            finding=finding if kind == "on_scene" else None,
            report_id=told.id if told else None,
            words=" ".join(words.split()),
        )
        audit.record(db, person, f"incident.{kind}", of.code, now, {"report": report} if report else None)


def found_on_scene(
    line: Line,
    db: Connection,
    of: Incident,
    verifier: str,
    finding: Finding,
    words: str,
    media: Sequence[str],
    now: datetime,
) -> None:
    """A verifier on scene says by themselves what they see now."""
    observations.add(
        db,
        line.keyring,
        of.id,
        "on_scene",
        verifier,
        f"person:{verifier}",
        now,
        now,
        finding=finding,
        words=words,
        media=media,
    )
    audit.record(db, verifier, "incident.on_scene", of.code, now, {"finding": finding})


def keep_pictures(
    line: Line, db: Connection, of: Incident, verifier: str, words: str, media: Sequence[str], now: datetime
) -> None:
    """Pictures that a verifier sent by themselves: a note, until a dispatcher has looked at them."""
    observations.add(
        db,
        line.keyring,
        of.id,
        "note",
        verifier,
        f"person:{verifier}",
        now,
        now,
        words=words,
        media=media,
    )
    audit.record(db, verifier, "incident.pictures", of.code, now, {"count": len(media)})


def vouch(
    line: Line,
    db: Connection,
    of: Incident,
    basis: Basis,
    observer: str,
    by: str,
    seen_at: datetime,
    now: datetime,
) -> None:
    """Put a whole basis on record that the author of an alert vouches for, as they name it."""
    for number, kind in enumerate(_kinds_of(line.network.confirmed, basis), 1):
        finding: Finding | None = "seen" if kind == "on_scene" else None
        source = f"vouched:{number}"
        observations.add(
            db, line.keyring, of.id, kind, by, source, seen_at, now, finding=finding, words=observer
        )


def _kinds_of(rule: NetworkRule, basis: Basis) -> Sequence[ObservationKind]:
    """What must be on record for a basis to be complete."""
    on_scene: Sequence[ObservationKind] = ("on_scene",)
    reports_of_it: Sequence[ObservationKind] = ("first_hand",)
    photo: Sequence[ObservationKind] = ("photo_checked",)
    match basis:
        case "verifier_on_scene":
            return tuple(on_scene) * rule.verifiers
        case "two_reports_and_media":
            return (*tuple(reports_of_it) * rule.reports, *tuple(photo) * rule.photos)
        case "official_statement":
            return ("statement",)
        case _:
            assert_never(basis)


def _report_of(line: Line, db: Connection, of: Incident, code: str) -> Report:
    told = reports.read(db, line.keyring, code)
    if told is None or told.incident_id not in group_of(line, db, of):
        raise IncidentRefused("unknown_report", code)
    return told


def _source(
    line: Line,
    kind: ObservationKind,
    person: str,
    told: Report | None,
    observer: str | None,
    finding: Finding | None,
    words: str,
) -> str:
    """Who it comes from, as far as that makes things independent of each other. Raises IncidentRefused."""
    if kind in NEED_WORDS and not words.strip():
        raise IncidentRefused("no_words")
    match kind:
        case "on_scene":
            if finding is None:
                raise IncidentRefused("no_words")
            return f"person:{worker(line, observer or person, frozenset({'verifier'})).name}"
        case "first_hand":
            if told is None:
                raise IncidentRefused("unknown_report")
            return source_of(told)
        case "photo_checked":
            if told is None and not words.strip():
                raise IncidentRefused("unknown_report")
            if told is not None and not told.media and not words.strip():
                raise IncidentRefused("no_picture")
            return source_of(told) if told else f"person:{person}"
        case "statement" | "note":
            return f"person:{person}"
        case _:
            assert_never(kind)
