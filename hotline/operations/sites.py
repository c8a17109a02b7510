"""Sites and their contacts: add, change, ask to confirm, let go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from sqlalchemy import Connection

from hotline.catalogs import sentence
from hotline.domain.alert import NotCrossStreets, read_cross_streets
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.domain.site import (
    CONTACTS_AT_MOST,
    NAME_AT_MOST,
    NOTE_AT_MOST,
    PERSON_AT_MOST,
    PLAN_AT_MOST,
    ROLE_AT_MOST,
    ContactState,
    SiteKind,
    new_site_code,
)
from hotline.operations.line import Line
from hotline.operations.writing import write_text
from hotline.store import audit, consents, site_contacts, sites
from hotline.store.database import transaction
from hotline.store.site_contacts import SiteContact
from hotline.store.sites import Site

SiteRefusal = Literal[
    "unknown_site", "unknown_contact", "name", "kind", "zip", "place", "plan", "person", "role", "note",
    "number", "real", "language", "contact_known", "too_many", "opted_out", "said_no", "asked_lately",
    "not_approved", "not_verified", "unknown_incident", "nobody", "not_near", "no_place",
]  # fmt: skip

# In English; the catalogs in `locales/` say them in other languages.
SITE_REFUSALS: Final[dict[SiteRefusal, str]] = {
    "unknown_site": sentence("There is no such site."),
    "unknown_contact": sentence("The site has no such contact."),
    "name": sentence("Give the site a name of at most 40 letters: it stands in texts."),
    "kind": sentence("Choose what kind of site it is."),
    "zip": sentence("There is no such ZIP code."),
    "place": sentence("Give two streets and no house number, as 1st & Soto, or leave it empty."),
    "plan": sentence("The plan takes 4,000 letters at most."),
    "person": sentence("Give the contact a name of at most 60 letters."),
    "role": sentence("The role takes 40 letters at most."),
    "note": sentence("The note takes 200 letters at most."),
    "number": sentence("Give a telephone number, as +12135550123."),
    "real": sentence("A demo takes numbers that reach nobody only: 555-0100 to 555-0199."),
    "language": sentence("Choose a language."),
    "contact_known": sentence("The site has a contact with this number already."),
    "too_many": sentence("A site has 12 contacts at most."),
    "opted_out": sentence(
        "This number asked for no more texts: only its owner can change that, by texting START."
    ),
    "said_no": sentence("They said no: only they can change that, by texting CONFIRM and the code."),
    "asked_lately": sentence("They were asked less than an hour ago: give them time."),
    "not_approved": sentence("The text to contacts is not approved in every language."),
    "not_verified": sentence("Only a confirmed incident that was seen lately is told to sites."),
    "unknown_incident": sentence("There is no such incident."),
    "not_near": sentence(
        "A site farther than 10 miles away is told only with a reason in ten letters or more."
    ),
    "no_place": sentence("Say first where it is: cross streets, or at least a ZIP code."),
    "nobody": sentence("Nobody at these sites can be told: no confirmed contact, or all were told already."),
}

KIND_WORDS: Final[dict[SiteKind, str]] = {
    "school": sentence("school"),
    "workplace": sentence("workplace"),
    "hotel": sentence("hotel"),
    "market": sentence("market"),
}
STATE_WORDS: Final[dict[ContactState, str]] = {
    "asked": sentence("asked, not confirmed"),
    "confirmed": sentence("confirmed"),
    "declined": sentence("said no"),
}

ASK_EVERY: Final = timedelta(hours=1)
ASK_VALID: Final = timedelta(hours=4)
CODE_TRIES: Final = 8


class SiteRefused(Exception):
    """It cannot be done. `reason` is one of a closed list."""

    def __init__(self, reason: SiteRefusal) -> None:
        super().__init__(SITE_REFUSALS[reason])
        self.reason: SiteRefusal = reason


@dataclass(frozen=True, slots=True)
class SiteFields:
    """What is said of a site, as it is typed."""

    name: str
    kind: str
    zip: str
    place: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class ContactFields:
    """What is said of a contact, as it is typed."""

    name: str
    number: str
    language: str
    role: str = ""
    note: str = ""


def add(line: Line, fields: SiteFields, by: str, now: datetime) -> str:
    """Add a site and return its code. Raises SiteRefused."""
    kind, checked = _checked(line, fields)
    with transaction(line.database) as db:
        for _ in range(CODE_TRIES):
            code = new_site_code(line.pick)
            added = sites.add(
                db, line.keyring, code, checked.name, kind, checked.zip, checked.place, checked.plan, now
            )
            if added is not None:
                audit.record(db, by, "site.add", code, now)
                return code
    raise RuntimeError("no free site code: close old sites")


def change(line: Line, code: str, fields: SiteFields, by: str, now: datetime) -> None:
    """Raises SiteRefused."""
    kind, checked = _checked(line, fields)
    with transaction(line.database) as db:
        site = find(line, db, code, lock=True)
        sites.change(db, line.keyring, site.id, checked.name, kind, checked.zip, checked.place, checked.plan)
        audit.record(db, by, "site.change", code, now)


def close(line: Line, code: str, by: str, now: datetime) -> int:
    """Let a site go: its plan and its contacts are erased at once. Returns how many contacts it had."""
    with transaction(line.database) as db:
        site = find(line, db, code, lock=True)
        gone = site_contacts.remove_of_site(db, site.id)
        sites.close(db, site.id, now)
        audit.record(db, by, "site.close", code, now, {"contacts": gone})
    return gone


def add_contact(line: Line, code: str, fields: ContactFields, by: str, now: datetime) -> int:
    """Add a contact and ask them, by text, to confirm from their own phone. Returns the contact's id."""
    language, phone = _checked_contact(line, fields)
    with transaction(line.database) as db:
        site = find(line, db, code, lock=True)
        if len(site_contacts.of_sites(db, line.keyring, [site.id])) >= CONTACTS_AT_MOST:
            raise SiteRefused("too_many")
        added = site_contacts.add(
            db,
            line.keyring,
            site.id,
            _short(fields.name),
            _short(fields.role),
            _short(fields.note),
            phone,
            language,
            now,
        )
        contact = site_contacts.by_id(db, line.keyring, added) if added is not None else None
        if contact is None:
            raise SiteRefused("contact_known")
        _ask(line, db, site, contact, now)
        audit.record(db, by, "site.contact.add", code, now, {"contact": contact.id})
    line.queue.wake("messages")
    return contact.id


def ask_again(line: Line, code: str, contact_id: int, by: str, now: datetime) -> None:
    """Ask a contact who has not answered once more, at most once an hour. Raises SiteRefused."""
    with transaction(line.database) as db:
        site = find(line, db, code, lock=True)
        contact = _contact(line, db, site, contact_id)
        if contact.state == "declined":
            raise SiteRefused("said_no")
        if contact.asked_at is not None and now - contact.asked_at < ASK_EVERY:
            raise SiteRefused("asked_lately")
        _ask(line, db, site, contact, now)
        audit.record(db, by, "site.contact.ask", code, now, {"contact": contact_id})
    line.queue.wake("messages")


def remove_contact(line: Line, code: str, contact_id: int, by: str, now: datetime) -> None:
    """Erase a contact: name, number and note go at once. Raises SiteRefused."""
    with transaction(line.database) as db:
        site = find(line, db, code, lock=True)
        site_contacts.remove(db, _contact(line, db, site, contact_id).id)
        audit.record(db, by, "site.contact.remove", code, now, {"contact": contact_id})


def find(line: Line, db: Connection, code: str, lock: bool = False) -> Site:
    """A site by its code. Raises SiteRefused."""
    site = sites.by_code(db, line.keyring, code, lock)
    if site is None:
        raise SiteRefused("unknown_site")
    return site


def _contact(line: Line, db: Connection, site: Site, contact_id: int) -> SiteContact:
    contact = site_contacts.by_id(db, line.keyring, contact_id, lock=True)
    if contact is None or contact.site_id != site.id:
        raise SiteRefused("unknown_contact")
    return contact


def _ask(line: Line, db: Connection, site: Site, contact: SiteContact, now: datetime) -> None:
    library = line.library()
    if not library.is_approved("site_confirm", contact.language, "sms"):
        raise SiteRefused("not_approved")
    if contact.phone is None:
        raise SiteRefused("number")
    if consents.is_suppressed(db, line.keyring.lookups(contact.phone)):
        raise SiteRefused("opted_out")
    part = library.part("site_confirm", contact.language, "sms", SITE=site.name, CODE=site.code)
    write_text(line, db, contact.phone, None, part.wording, "site", now, now + ASK_VALID)
    site_contacts.asked(db, contact.id, now)


def _checked(line: Line, fields: SiteFields) -> tuple[SiteKind, SiteFields]:
    name, plan = _short(fields.name), fields.plan.strip()
    if not name or len(name) > NAME_AT_MOST:
        raise SiteRefused("name")
    if line.place_of(fields.zip.strip()) is None:
        raise SiteRefused("zip")
    if len(plan) > PLAN_AT_MOST:
        raise SiteRefused("plan")
    try:
        place = read_cross_streets(fields.place) if fields.place.strip() else ""
    except NotCrossStreets:
        raise SiteRefused("place") from None
    return _kind(fields.kind), SiteFields(name, fields.kind, fields.zip.strip(), place, plan)


def _kind(given: str) -> SiteKind:
    for kind in get_args(SiteKind):
        if kind == given:
            found: SiteKind = kind
            return found
    raise SiteRefused("kind")


def _checked_contact(line: Line, fields: ContactFields) -> tuple[Language, PhoneNumber]:
    if not _short(fields.name) or len(_short(fields.name)) > PERSON_AT_MOST:
        raise SiteRefused("person")
    if len(_short(fields.role)) > ROLE_AT_MOST:
        raise SiteRefused("role")
    if len(_short(fields.note)) > NOTE_AT_MOST:
        raise SiteRefused("note")
    try:
        phone = parse_phone(fields.number)
    except NotAPhoneNumber:
        raise SiteRefused("number") from None
    if line.mode == "demo" and not phone.is_test:
        raise SiteRefused("real")
    for language in LANGUAGES:
        if language == fields.language:
            return language, phone
    raise SiteRefused("language")


def _short(words: str) -> str:
    return " ".join(words.split())
