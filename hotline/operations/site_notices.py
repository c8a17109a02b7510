"""Tell the sites near a verified incident, before the public or with it: confirmed contacts, each once.

A notice is put on record and its text written in one transaction: whoever presses the button twice, or
after a crash, tells nobody twice. What was told is also told to be over, to exactly the same people.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import clock_time
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.site import ENDED, RADII, SITE_KINDS, TOLD, NoticeKind, SiteKind
from hotline.flow.library import Library
from hotline.operations.line import Line
from hotline.operations.sites import SiteRefused
from hotline.operations.verified import facts_of, may_alert
from hotline.operations.writing import write_text
from hotline.store import audit, consents, incidents, site_contacts, sites
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.nearness import miles_between
from hotline.store.site_contacts import SiteContact
from hotline.store.sites import Site

VALID: Final = timedelta(minutes=30)  # as long as a sighting is fresh
SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Nearby:
    """A site near an incident. `confirmed`: contacts who may be told; `told_at`: when one last was."""

    site: Site
    miles: float
    confirmed: int
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """How many contacts are told now, and how many are not because they asked for no more texts."""

    contacts: int
    opted_out: int


def find_incident(line: Line, db: Connection, code: str, lock: bool = False) -> Incident:
    """Raises SiteRefused."""
    found = incidents.by_code(db, line.keyring, code, lock)
    if found is None:
        raise SiteRefused("unknown_incident")
    return found


def near(
    line: Line, db: Connection, incident: Incident, miles: float, kinds: Collection[SiteKind] = SITE_KINDS
) -> list[Nearby]:
    """Sites within so many miles of an incident, the nearest first; nothing when it has no ZIP code."""
    if incident.zip is None:
        return []
    away = {zip_code: miles_between(incident.zip, zip_code) for zip_code in sites.zips(db)}
    close_by = {zip_code: far for zip_code, far in away.items() if far is not None and far <= miles}
    found = sites.in_zips(db, line.keyring, list(close_by), list(kinds))
    contacts = site_contacts.of_sites(db, line.keyring, [site.id for site in found])
    told = site_contacts.told_of(db, incident.id, "told")
    nearby = [_nearby(site, close_by[site.zip], contacts, told) for site in found]
    return sorted(nearby, key=lambda one: one.miles)


def wordings(
    line: Line, db: Connection, incident: Incident, site: Site, now: datetime
) -> dict[Language, str]:
    """What the contacts of a site would be told now, in each language. Raises SiteRefused."""
    seen_at, library = facts_of(line, db, incident).last_seen_at or now, line.library()
    return {
        language: _wording(line, library, incident, site, language, "told", seen_at) for language in LANGUAGES
    }


def tell(
    line: Line, incident_code: str, site_codes: Sequence[str], by: str, now: datetime, why_far: str = ""
) -> Told:
    """Tell the confirmed contacts of some sites of an incident that an alert may speak of.

    `why_far` says in words why one must know that is not near; it stays in the audit. Raises SiteRefused.
    """
    with transaction(line.database) as db:
        incident = find_incident(line, db, incident_code, lock=True)
        if not may_alert(line, db, incident, now):
            raise SiteRefused("not_verified")
        seen_at = facts_of(line, db, incident).last_seen_at or now
        chosen = [site for code in site_codes if (site := sites.by_code(db, line.keyring, code))]
        far = [site.code for site in chosen if not _is_near(incident, site)]
        if far and len(why_far.strip()) < SHORTEST_REASON:
            raise SiteRefused("not_near")
        told = _write(line, db, incident, chosen, "told", by, seen_at, now)
        if not told.contacts:
            raise SiteRefused("nobody")
        details: dict[str, object] = {"sites": len(chosen), "contacts": told.contacts}
        if far:
            details |= {"far": far, "reason": why_far.strip()[:LONGEST_REASON]}
        audit.record(db, by, "site.tell", incident.code, now, details)
    line.queue.wake("messages")
    return told


def tell_ended(line: Line, incident_code: str, by: str, now: datetime) -> Told:
    """Tell everyone who was told of an incident, and not yet that it is over. Raises SiteRefused."""
    with transaction(line.database) as db:
        incident = find_incident(line, db, incident_code, lock=True)
        ids = set(site_contacts.told_of(db, incident.id, "told"))
        told = _write(
            line, db, incident, sites.told_of(db, line.keyring, incident.id), "ended", by, now, now, ids
        )
        if not told.contacts:
            raise SiteRefused("nobody")
        audit.record(db, by, "site.tell_ended", incident.code, now, {"contacts": told.contacts})
    line.queue.wake("messages")
    return told


def _write(
    line: Line,
    db: Connection,
    incident: Incident,
    chosen: Sequence[Site],
    kind: NoticeKind,
    by: str,
    at: datetime,
    now: datetime,
    only: Collection[int] | None = None,
) -> Told:
    contacts = site_contacts.of_sites(db, line.keyring, [site.id for site in chosen])
    written = opted_out = 0
    for site in chosen:
        for contact in contacts:
            is_theirs = contact.site_id == site.id and (only is None or contact.id in only)
            if not is_theirs or contact.state != "confirmed" or contact.phone is None:
                continue
            if consents.is_suppressed(db, line.keyring.lookups(contact.phone)):
                opted_out += 1
                continue
            written += _write_one(line, db, incident, site, contact, kind, by, at, now)
    return Told(written, opted_out)


def _write_one(
    line: Line,
    db: Connection,
    incident: Incident,
    site: Site,
    contact: SiteContact,
    kind: NoticeKind,
    by: str,
    at: datetime,
    now: datetime,
) -> int:
    assert contact.phone is not None
    wording = _wording(line, line.library(), incident, site, contact.language, kind, at)
    notice = site_contacts.claim_notice(db, incident.id, contact, kind, by, now)
    if notice is None:
        return 0
    message = write_text(line, db, contact.phone, None, wording, "site", now, now + VALID)
    site_contacts.name_message(db, notice, message)
    return 1


def _wording(
    line: Line,
    library: Library,
    incident: Incident,
    site: Site,
    language: Language,
    kind: NoticeKind,
    at: datetime,
) -> str:
    text = TOLD[site.kind] if kind == "told" else ENDED
    if not library.is_approved(text, language, "sms"):
        raise SiteRefused("not_approved")
    streets = _place_of(incident)
    return library.part(
        text,
        language,
        "sms",
        TIME=clock_time(at, line.hours.zone),
        SCHOOL=site.name,
        SITE=site.name,
        CROSS_STREETS=streets,
    ).wording


def _place_of(incident: Incident) -> str:
    """As exactly as it was told to us, and never where the site itself is. Raises SiteRefused."""
    place = incident.fields.get("cross_streets") or incident.zip
    if not place:
        raise SiteRefused("no_place")
    return place


def _is_near(incident: Incident, site: Site) -> bool:
    """Within the widest circle that can be chosen; nothing is near to what has no ZIP code."""
    miles = miles_between(incident.zip, site.zip) if incident.zip else None
    return miles is not None and miles <= max(RADII)


def _nearby(site: Site, miles: float, contacts: Sequence[SiteContact], told: dict[int, datetime]) -> Nearby:
    own = [one for one in contacts if one.site_id == site.id]
    confirmed = sum(1 for one in own if one.state == "confirmed")
    return Nearby(site, miles, confirmed, max((told[one.id] for one in own if one.id in told), default=None))
