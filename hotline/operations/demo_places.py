"""What a demo has besides people: a school and a market that asked to be told first, and an event to come."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.phone import PhoneNumber
from hotline.operations import events, sites
from hotline.operations.events import Written
from hotline.operations.line import Line
from hotline.operations.sites import ContactFields, SiteFields
from hotline.store import events as known_events
from hotline.store import site_contacts
from hotline.store import sites as known_sites
from hotline.store.database import transaction

AUTHOR: Final = "Ana"
PLAN: Final = (
    "Cierre la puerta de la calle. Avise a la dirección. Que nadie salga solo.\n"
    "Lock the street door. Tell the office. Nobody leaves alone."
)
# A site and the one contact of it, who has said yes from that phone.
SITES: Final[tuple[tuple[SiteFields, ContactFields], ...]] = (
    (
        SiteFields("Escuela Ejemplo", "school", "90033", "1st & Soto", PLAN),
        ContactFields("Rosa E.", "+12135550110", "es", "directora"),
    ),
    (
        SiteFields("Mercado Ejemplo", "market", "90023", "Whittier & Lorena", PLAN),
        ContactFields("Luis E.", "+12135550111", "en", "encargado"),
    ),
)
IN_DAYS: Final = 4
AT_HOUR: Final = 18
LASTS: Final = timedelta(hours=2)


def add_places(line: Line, now: datetime) -> None:
    """Add the sites unless they are there, and an event unless one is to come; what is there stays."""
    for site, contact in SITES:
        with transaction(line.database) as db:
            named = known_sites.in_zips(db, line.keyring, [site.zip], [site.kind])
        if site.name not in {one.name for one in named}:
            code = sites.add(line, site, AUTHOR, now)
            with transaction(line.database) as db:
                _confirm(line, db, code, contact, now)
    with transaction(line.database) as db:
        is_coming = bool(known_events.next_confirmed(db, now, 1))
    if not is_coming:
        events.move(line, events.add(line, _event(line, now), AUTHOR, now), "confirmed", AUTHOR, now)


def _confirm(line: Line, db: Connection, code: str, contact: ContactFields, now: datetime) -> None:
    """As if they had been asked, and had answered: a demo has nobody who does."""
    site = sites.find(line, db, code)
    added = site_contacts.add(
        db,
        line.keyring,
        site.id,
        contact.name,
        contact.role,
        contact.note,
        PhoneNumber(contact.number),
        "en" if contact.language == "en" else "es",
        now,
    )
    if added is not None:
        site_contacts.asked(db, added, now)
        site_contacts.answered(db, added, "confirmed", now)


def _event(line: Line, now: datetime) -> Written:
    """On an evening of this week, in the network's own time."""
    starts = (now.astimezone(line.hours.zone) + timedelta(days=IN_DAYS)).replace(
        hour=AT_HOUR, minute=0, second=0, microsecond=0
    )
    return Written(
        "Know your rights workshop",
        "Taller de derechos",
        "Centro Comunitario Ejemplo",
        "90033",
        starts.strftime("%Y-%m-%dT%H:%M"),
        (starts + LASTS).strftime("%Y-%m-%dT%H:%M"),
        "60",
        "es, en, mam",
        "With a permit, on the sidewalk. Follow whoever wears a green vest.",
        "Con permiso, en la banqueta. Siga a quien lleve chaleco verde.",
    )
