"""The gate: what is on record of an incident, what is missing, and whether an alert may speak of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.notice import MessageKind
from hotline.domain.verification import Facts, Lack, Seen, is_fresh, missing
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.line import Line
from hotline.store import incidents, observations, reports
from hotline.store.incidents import Incident
from hotline.store.observations import Observation
from hotline.store.reports import Report

# Kinds that say that something is going on in the world.
NEED_CONFIRMED: Final[frozenset[MessageKind]] = frozenset({"actual", "update", "school_partner"})


def facts_of(line: Line, db: Connection, of: Incident) -> Facts:
    """What is on record of an incident and of what was merged into it.

    Whatever was seen before a verifier looked and found nothing, or another agency, counts no more.
    """
    ids = group_of(line, db, of)
    seen = observations.of_incidents(db, line.keyring, ids)
    told = reports.of_incidents(db, line.keyring, ids)
    since = _gone_at(seen)
    return Facts(
        on_scene=_after(since, (_seen(one) for one in seen if one.finding == "seen")),
        reports=_after(since, _first_hand(told, seen)),
        photos=_after(since, (_seen(one) for one in seen if one.kind == "photo_checked")),
        statements=_after(since, (_seen(one) for one in seen if one.kind == "statement")),
    )


def group_of(line: Line, db: Connection, of: Incident) -> list[int]:
    """The incident and whatever was merged into it."""
    return [of.id, *(one.id for one in incidents.merged_into(db, line.keyring, of.id))]


def lacks_of(line: Line, db: Connection, of: Incident, now: datetime) -> tuple[Lack, ...]:
    """What is still missing to call it confirmed; nothing when it may be."""
    return missing(line.network.confirmed.rule, facts_of(line, db, of), now)


def may_alert(line: Line, db: Connection, of: Incident, now: datetime) -> bool:
    """May an alert say that this is going on? Only what is confirmed, and lately enough seen."""
    if of.state != "confirmed" or of.merged_into_id is not None:
        return False
    return is_overridden(line, db, of, now) or not lacks_of(line, db, of, now)


def is_overridden(line: Line, db: Connection, of: Incident, now: datetime) -> bool:
    """Does an emergency override stand in for the rule? No longer than a sighting would, and not against
    a verifier who has looked since and found nothing."""
    at = of.overridden_at
    if at is None or not is_fresh(line.network.confirmed.rule, at, now):
        return False
    gone_at = _gone_at(observations.of_incidents(db, line.keyring, group_of(line, db, of)))
    return gone_at is None or gone_at <= at


def check_verified(
    line: Line, db: Connection, kind: MessageKind, incident_id: int | None, now: datetime
) -> None:
    """Nothing unverified goes out. Raises AlertRefused."""
    if kind not in NEED_CONFIRMED:
        return
    of = incidents.by_id(db, line.keyring, incident_id, lock=True) if incident_id is not None else None
    if of is None or not may_alert(line, db, of, now):
        raise AlertRefused("unverified", of.code if of else "")


def source_of(report: Report) -> str:
    """Who told it, as far as that makes reports independent of each other."""
    return f"report:{report.id}" if report.contact_id is None else f"contact:{report.contact_id}"


def _first_hand(told: Iterable[Report], seen: Iterable[Observation]) -> list[Seen]:
    """Who says `I see it now` from a number we know; else what a dispatcher put on record as first-hand."""
    own = [
        Seen(source_of(one), one.created_at)
        for one in told
        if one.words("seen") == "now" and one.contact_id is not None
    ]
    return own + [_seen(one) for one in seen if one.kind == "first_hand"]


def _gone_at(seen: Iterable[Observation]) -> datetime | None:
    """When a verifier last looked and found nothing, or another agency."""
    return max((one.seen_at for one in seen if one.finding in {"nothing", "other"}), default=None)


def _seen(one: Observation) -> Seen:
    return Seen(one.source, one.seen_at)


def _after(since: datetime | None, seen: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(one for one in seen if since is None or one.seen_at > since)
