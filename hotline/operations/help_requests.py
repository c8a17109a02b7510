"""Help requests: written down as tickets of a kind, and the organisations that take them over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from hotline.catalogs import sentence
from hotline.domain.help import PARTNER_AT_MOST, PARTNER_CONTACT_AT_MOST, TOPIC_OF_HELP, HelpKind
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.flow.effect import OpenTicket
from hotline.operations.line import Line
from hotline.operations.ticket_desk import DeskRefused, checked_note, help_kind
from hotline.operations.tickets import open_ticket
from hotline.store import audit, contacts, help_requests, tickets
from hotline.store.database import transaction

HelpRefusal = Literal[
    "number", "real", "language", "full", "partner_name", "partner_known", "partner_kinds", "partner_contact",
    "partner_unknown",
]  # fmt: skip

# In English; the catalogs in `locales/` say them in other languages.
HELP_REFUSALS: Final[dict[HelpRefusal, str]] = {
    "number": sentence("Give a telephone number, as +12135550123."),
    "real": sentence("A demo takes numbers that reach nobody only: 555-0100 to 555-0199."),
    "language": sentence("Choose a language."),
    "full": sentence("Too many tickets wait: close some first, or mark this one as urgent."),
    "partner_name": sentence("Give the organisation a name of at most 80 letters."),
    "partner_known": sentence("There is an organisation of this name already."),
    "partner_kinds": sentence("Choose which requests the organisation takes."),
    "partner_contact": sentence("Write how to reach the organisation, in at most 200 letters."),
    "partner_unknown": sentence("There is no such partner organisation."),
}


class HelpRefused(Exception):
    """It cannot be done. `reason` is one of a closed list."""

    def __init__(self, reason: HelpRefusal) -> None:
        super().__init__(HELP_REFUSALS[reason])
        self.reason: HelpRefusal = reason


@dataclass(frozen=True, slots=True)
class HelpFields:
    """What is said of a request, as it is typed; `number` empty: nobody to call back."""

    kind: str
    number: str = ""
    language: str = "es"
    note: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class PartnerFields:
    """What is said of an organisation, as it is typed."""

    name: str
    kinds: Sequence[str]
    contact: str


def open_help(line: Line, fields: HelpFields, by: str, now: datetime) -> str:
    """Write a request down and tell the dispatchers; returns the ticket's code.

    Who asked before and still waits keeps that ticket. Raises DeskRefused and HelpRefused.
    """
    kind, words = help_kind(fields.kind), checked_note(fields.note)
    language, phone = _language(fields.language), _phone(line, fields.number)
    wanted = OpenTicket(kind, TOPIC_OF_HELP[kind], fields.is_urgent)
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, phone, now) if phone else None
        opened, was_told = open_ticket(line, db, line.library(), wanted, contact_id, language, now)
        ticket = tickets.by_id(db, opened) if opened is not None else None
        if ticket is None:
            raise HelpRefused("full")
        if words:
            help_requests.set_note(db, line.keyring, ticket.id, words)
        audit.record(db, by, "help.open", ticket.code, now, {"kind": kind})
    if was_told:
        line.queue.wake("messages")
    return ticket.code


def add_partner(line: Line, fields: PartnerFields, by: str, now: datetime) -> int:
    """Add an organisation and return its id. Raises HelpRefused."""
    name, kinds, contact = _checked(fields)
    with transaction(line.database) as db:
        added = help_requests.add_partner(db, line.keyring, name, kinds, contact, now)
        if added is None:
            raise HelpRefused("partner_known")
        audit.record(db, by, "partner.add", str(added), now)
    return added


def change_partner(line: Line, partner_id: int, fields: PartnerFields, by: str, now: datetime) -> None:
    """Change an organisation; a closed one opens again. Raises HelpRefused."""
    name, kinds, contact = _checked(fields)
    with transaction(line.database) as db:
        if help_requests.partner_by_id(db, line.keyring, partner_id) is None:
            raise HelpRefused("partner_unknown")
        if not help_requests.change_partner(db, line.keyring, partner_id, name, kinds, contact):
            raise HelpRefused("partner_known")
        help_requests.close_partner(db, partner_id, None)
        audit.record(db, by, "partner.change", str(partner_id), now)


def close_partner(line: Line, partner_id: int, by: str, now: datetime) -> None:
    """Hand nothing over to an organisation any more. Raises HelpRefused."""
    with transaction(line.database) as db:
        if help_requests.partner_by_id(db, line.keyring, partner_id) is None:
            raise HelpRefused("partner_unknown")
        help_requests.close_partner(db, partner_id, now)
        audit.record(db, by, "partner.close", str(partner_id), now)


def _checked(fields: PartnerFields) -> tuple[str, list[HelpKind], str]:
    name, contact = " ".join(fields.name.split()), " ".join(fields.contact.split())
    if not 0 < len(name) <= PARTNER_AT_MOST:
        raise HelpRefused("partner_name")
    try:
        kinds = [help_kind(kind) for kind in dict.fromkeys(fields.kinds)]
    except DeskRefused:
        raise HelpRefused("partner_kinds") from None
    if not kinds:
        raise HelpRefused("partner_kinds")
    if not 0 < len(contact) <= PARTNER_CONTACT_AT_MOST:
        raise HelpRefused("partner_contact")
    return name, kinds, contact


def _phone(line: Line, number: str) -> PhoneNumber | None:
    if not number.strip():
        return None
    try:
        phone = parse_phone(number)
    except NotAPhoneNumber:
        raise HelpRefused("number") from None
    if line.mode == "demo" and not phone.is_test:
        raise HelpRefused("real")
    return phone


def _language(given: str) -> Language:
    for language in LANGUAGES:
        if language == given:
            return language
    raise HelpRefused("language")
