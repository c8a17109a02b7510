"""Where the texts to sites stand: who was told of an incident, when, and what became of each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from hotline.domain.delivery import DeliveryStatus
from hotline.domain.site import NoticeKind
from hotline.store import site_contacts
from hotline.store.sealing import Keyring

# Sites are told of one incident by the dozen; what is more is counted, not shown.
MOST: Final = 400

_NOTICES: Final = text(
    "SELECT n.id, n.kind, n.person, n.created_at, n.site_id, n.site_contact_id, s.code AS site, s.name,"
    " m.status, m.reason, m.code, m.settled_at FROM site_notice n JOIN site s ON s.id = n.site_id"
    " LEFT JOIN message m ON m.id = n.message_id WHERE n.incident_id = :incident"
    " ORDER BY n.id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class SiteNotice:
    """One contact of a site, told once. `status` is None when the text's own row is not kept any more."""

    id: int
    kind: NoticeKind
    site: str
    name: str
    contact: str
    by: str
    told_at: datetime
    status: DeliveryStatus | None
    reason: str | None
    code: int | None
    settled_at: datetime | None


def of_incident(db: Connection, keyring: Keyring, incident_id: int) -> list[SiteNotice]:
    """Everyone who was told of an incident, and that it is over; the newest first."""
    rows = db.execute(_NOTICES, {"incident": incident_id, "most": MOST}).all()
    names = _names(db, keyring, rows)
    return [
        SiteNotice(
            row.id,
            row.kind,
            row.site,
            row.name,
            names.get(row.site_contact_id, ""),
            row.person,
            row.created_at,
            row.status,
            row.reason,
            row.code,
            row.settled_at,
        )
        for row in rows
    ]


def _names(db: Connection, keyring: Keyring, rows: Sequence[Any]) -> dict[int, str]:
    sites = sorted({row.site_id for row in rows})
    return {one.id: one.name for one in site_contacts.of_sites(db, keyring, sites)}
