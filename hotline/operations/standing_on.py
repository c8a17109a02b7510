"""What an alert stands on: a confirmed incident, or one made for it by an author who vouches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from hotline.domain.alert import AlertKind, Basis
from hotline.domain.verification import basis_of, is_fresh, seen_at_of
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.incidents import open_by_staff, take_step
from hotline.operations.line import Line
from hotline.operations.observing import vouch
from hotline.operations.verified import facts_of, group_of, may_alert
from hotline.store import incident_steps, incidents, observations
from hotline.store.incidents import Incident

# Why the steps were taken, as the timeline says it.
VOUCHED = "hotline alert draft: {BASIS}"


@dataclass(frozen=True, slots=True)
class Stood:
    """A confirmed incident and what it gives an alert. `basis` is None under an emergency override."""

    of: Incident
    basis: Basis | None
    seen_at: datetime

    def values(self, wanted: Collection[str]) -> dict[str, str]:
        """The fields that the text of the alert has a place for."""
        return {name: value for name, value in self.of.fields.items() if name in wanted}


def stand_on(line: Line, db: Connection, kind: AlertKind, code: str, now: datetime) -> Stood:
    """Stand on an incident, locked: what goes on is confirmed, what is over was looked at and not found,
    what was wrong has turned out to be something else. Raises AlertRefused."""
    of = incidents.by_code(db, line.keyring, code, lock=True)
    if of is None:
        raise AlertRefused("unknown_incident", code)
    match kind:
        case "actual" | "update":
            return _going_on(line, db, of, now)
        case "all_clear":
            return _over(line, db, of, now)
        case "correction":
            return _wrong(line, db, of, now)
        case "expired" | "exercise" | "test":
            raise AlertRefused("unknown_incident", code)  # these speak of no incident
        case _:
            assert_never(kind)


def _going_on(line: Line, db: Connection, of: Incident, now: datetime) -> Stood:
    if not may_alert(line, db, of, now):
        raise AlertRefused("unverified", of.code)
    facts = facts_of(line, db, of)
    basis = basis_of(line.network.confirmed.rule, facts, now)
    seen_at = seen_at_of(basis, facts) if basis else of.overridden_at
    return Stood(of, basis, seen_at or now)


def _over(line: Line, db: Connection, of: Incident, now: datetime) -> Stood:
    """The last verifier who looked found nothing any more, and lately."""
    rule = line.network.confirmed.rule
    looked = [
        one
        for one in observations.of_incidents(db, line.keyring, group_of(line, db, of))
        if one.kind == "on_scene" and is_fresh(rule, one.seen_at, now)
    ]
    last = max(looked, key=lambda one: (one.seen_at, one.id), default=None)
    if last is None or last.finding == "seen":
        raise AlertRefused("unverified", of.code)
    return Stood(of, "verifier_on_scene", last.seen_at)


def _wrong(line: Line, db: Connection, of: Incident, now: datetime) -> Stood:
    if incident_steps.outcome_of(db, of) not in {"not_found", "other_agency"}:
        raise AlertRefused("unverified", of.code)
    return Stood(of, None, now)


def vouched(
    line: Line,
    db: Connection,
    incident_id: int | None,
    fields: Mapping[str, str],
    zip_code: str | None,
    basis: Basis,
    observer: str,
    author: str,
    seen_at: datetime,
    now: datetime,
) -> int:
    """Put the author's basis on record of an incident and confirm it; a new one when there is none yet."""
    of = incidents.by_id(db, line.keyring, incident_id, lock=True) if incident_id is not None else None
    if of is None:
        of = open_by_staff(line, db, author, fields, zip_code, now)
    vouch(line, db, of, basis, observer, author, seen_at, now)
    why = VOUCHED.replace("{BASIS}", basis)
    if of.state == "reported":
        take_step(line, db, of, "verifying", author, why, now)
        of = incidents.by_id(db, line.keyring, of.id, lock=True) or of
    if of.state == "verifying":
        take_step(line, db, of, "confirmed", author, why, now)
    return of.id
