"""Texts that begin with a site's code: a contact agrees to be told, or anyone reports for the site."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.site import SiteText, TextMeaning, read_site_text
from hotline.flow.facts import NamedSite
from hotline.flow.inbound import Inbound
from hotline.flow.input import Text
from hotline.flow.library import Library
from hotline.flow.reply import Tell
from hotline.operations.line import Line
from hotline.operations.staff_answer import StaffAnswer
from hotline.store import audit, site_contacts, sites
from hotline.store.sites import Site

# What a contact's answer makes of them, and what they hear.
_ANSWERED: Final = {"yes": ("confirmed", "site_confirmed"), "no": ("declined", "site_declined")}


def may_name_site(inbound: Inbound) -> bool:
    """Does it begin with what looks like a site's code? Whether one has it is looked up later."""
    return _read(inbound) is not None


def named_site(line: Line, db: Connection, inbound: Inbound) -> NamedSite | None:
    """The site that a text is about, whoever wrote it; None when it begins with no code of ours."""
    said = _read(inbound)
    site = sites.by_code(db, line.keyring, said.code) if said and said.meaning == "report" else None
    if said is None or site is None or inbound.contact is None:
        return None
    contact = site_contacts.of_phone(db, line.keyring, site.id, inbound.contact)
    is_contact = contact is not None and contact.state == "confirmed"
    return NamedSite(site.code, site.name, where(site), said.words, is_contact, site.zip)


def answer_contact(
    line: Line, db: Connection, library: Library, inbound: Inbound, now: datetime
) -> StaffAnswer | None:
    """`CONFIRMO K7Q2` or `NO K7Q2` from the very phone that was asked; None when it is no such answer."""
    said = _read(inbound)
    if said is None or said.meaning == "report" or inbound.contact is None:
        return None
    site = sites.by_code(db, line.keyring, said.code)
    contact = site_contacts.of_phone(db, line.keyring, site.id, inbound.contact) if site else None
    if site is None or contact is None:
        return None
    text = _answer(db, contact.id, said.meaning, site.code, now)
    part = library.part(text, contact.language, "sms", SITE=site.name, CODE=site.code)
    return StaffAnswer((Tell((part,)),))


def where(site: Site) -> str:
    """A site as the place of a report: its name, its cross streets, its ZIP code."""
    return ", ".join(words for words in (site.name, site.place, site.zip) if words)


def _answer(db: Connection, contact_id: int, meaning: TextMeaning, code: str, now: datetime) -> str:
    if meaning == "yes":
        site_contacts.answered(db, contact_id, "confirmed", now)
    else:
        site_contacts.answered(db, contact_id, "declined", now)
    state, text = _ANSWERED[meaning]
    audit.record(db, "system", f"site.{state}", code, now, {"contact": contact_id})
    return text


def _read(inbound: Inbound) -> SiteText | None:
    return read_site_text(inbound.input.body) if isinstance(inbound.input, Text) else None
