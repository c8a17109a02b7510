"""Sites: what they are called, where they are, and what they mean to do; the plan sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text, tuple_, update

from hotline.domain.site import SiteKind
from hotline.store.incidents import next_id
from hotline.store.sealing import CannotOpen, Keyring
from hotline.store.tables import report, report_site, site, site_notice

After = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Site:
    """`plan` is what the site does when something verified is near; empty when none was written."""

    id: int
    code: str
    name: str
    kind: SiteKind
    zip: str
    place: str
    plan: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def key(self) -> After:
        return name_key(self.name), self.id


@dataclass(frozen=True, slots=True)
class SiteReport:
    """A report that began with a site's code."""

    code: str
    is_contact: bool
    is_urgent: bool
    created_at: datetime


def name_key(name: str) -> str:
    return " ".join(name.split()).casefold()[:80]


def add(
    db: Connection,
    keyring: Keyring,
    code: str,
    name: str,
    kind: SiteKind,
    zip_code: str,
    place: str,
    plan: str,
    now: datetime,
) -> int | None:
    """Add a site under a code; None when the code is taken (draw another)."""
    row_id = next_id(db, "site")
    added = db.execute(
        text(
            "INSERT INTO site (id, code, name, name_key, kind, zip, place, plan_ct, created_at)"
            " OVERRIDING SYSTEM VALUE VALUES (:id, :code, :name, :key, :kind, :zip, :place, :plan, :now)"
            " ON CONFLICT (code) DO NOTHING RETURNING id"
        ),
        {
            "id": row_id,
            "code": code,
            "name": name,
            "key": name_key(name),
            "kind": kind,
            "zip": zip_code,
            "place": place,
            "plan": _sealed(keyring, row_id, plan),
            "now": now,
        },
    ).scalar_one_or_none()
    return None if added is None else int(added)


def change(
    db: Connection,
    keyring: Keyring,
    site_id: int,
    name: str,
    kind: SiteKind,
    zip_code: str,
    place: str,
    plan: str,
) -> None:
    values = {"name": name, "name_key": name_key(name), "kind": kind, "zip": zip_code, "place": place}
    sealed = _sealed(keyring, site_id, plan)
    db.execute(update(site).where(site.c.id == site_id).values(**values, plan_ct=sealed))


def close(db: Connection, site_id: int, now: datetime) -> None:
    """The site is no longer one of ours; its plan goes."""
    db.execute(update(site).where(site.c.id == site_id).values(closed_at=now, plan_ct=None))


def by_code(db: Connection, keyring: Keyring, code: str, lock: bool = False) -> Site | None:
    """A site that is open, by its code."""
    wanted = select(site).where(site.c.code == code, site.c.closed_at.is_(None))
    row = db.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _read(keyring, row) if row else None


def page(
    db: Connection, keyring: Keyring, after: After | None, limit: int, kind: SiteKind | None = None
) -> list[Site]:
    """Open sites by name, from behind a key."""
    wanted = select(site).where(site.c.closed_at.is_(None))
    if kind is not None:
        wanted = wanted.where(site.c.kind == kind)
    if after is not None:
        wanted = wanted.where(tuple_(site.c.name_key, site.c.id) > after)
    rows = db.execute(wanted.order_by(site.c.name_key, site.c.id).limit(limit))
    return [_read(keyring, row) for row in rows]


def zips(db: Connection) -> list[str]:
    """Every ZIP code that has an open site."""
    return list(db.scalars(select(site.c.zip).where(site.c.closed_at.is_(None)).distinct()))


def in_zips(db: Connection, keyring: Keyring, zip_codes: Sequence[str], kinds: Sequence[str]) -> list[Site]:
    """Open sites of some kinds in some ZIP codes, by name."""
    wanted = select(site).where(site.c.closed_at.is_(None), site.c.zip.in_(zip_codes), site.c.kind.in_(kinds))
    return [_read(keyring, row) for row in db.execute(wanted.order_by(site.c.name_key, site.c.id))]


def told_of(db: Connection, keyring: Keyring, incident_id: int) -> list[Site]:
    """Sites whose contacts were told of an incident, by name."""
    ids = select(site_notice.c.site_id).where(
        site_notice.c.incident_id == incident_id, site_notice.c.kind == "told"
    )
    rows = db.execute(select(site).where(site.c.id.in_(ids)).order_by(site.c.name_key, site.c.id))
    return [_read(keyring, row) for row in rows]


def put_report(db: Connection, report_code: str, site_code: str, is_contact: bool) -> None:
    """A report is about this site."""
    db.execute(
        text(
            "INSERT INTO report_site (report_id, site_id, is_contact) SELECT r.id, s.id, :is_contact"
            " FROM report r, site s WHERE r.code = :report AND s.code = :site ON CONFLICT DO NOTHING"
        ),
        {"report": report_code, "site": site_code, "is_contact": is_contact},
    )


def of_reports(db: Connection, keyring: Keyring, report_ids: Sequence[int]) -> dict[int, tuple[Site, bool]]:
    """The site of each of some reports, and whether one of its confirmed contacts told it."""
    rows = db.execute(
        select(site, report_site.c.report_id, report_site.c.is_contact)
        .join(report_site, report_site.c.site_id == site.c.id)
        .where(report_site.c.report_id.in_(report_ids))
    )
    return {row.report_id: (_read(keyring, row), row.is_contact) for row in rows}


def reports_of(db: Connection, site_id: int, limit: int) -> list[SiteReport]:
    """The newest reports about a site."""
    rows = db.execute(
        select(report.c.code, report_site.c.is_contact, report.c.is_urgent, report.c.created_at)
        .join(report_site, report_site.c.report_id == report.c.id)
        .where(report_site.c.site_id == site_id)
        .order_by(report.c.id.desc())
        .limit(limit)
    )
    return [SiteReport(row.code, row.is_contact, row.is_urgent, row.created_at) for row in rows]


def count_by_kind(db: Connection) -> dict[str, int]:
    rows = db.execute(
        select(site.c.kind, func.count().label("rows"))
        .where(site.c.closed_at.is_(None))
        .group_by(site.c.kind)
    )
    return {row.kind: int(row.rows) for row in rows}


def _sealed(keyring: Keyring, row_id: int, plan: str) -> bytes | None:
    return keyring.seal(plan, _place(row_id)) if plan else None


def _read(keyring: Keyring, row: Any) -> Site:
    return Site(
        row.id,
        row.code,
        row.name,
        row.kind,
        row.zip,
        row.place,
        _opened(keyring, row.id, row.plan_ct),
        row.created_at,
        row.closed_at,
    )


def _opened(keyring: Keyring, row_id: int, sealed: bytes | None) -> str:
    try:
        return keyring.open(sealed, _place(row_id)) if sealed else ""
    except CannotOpen:
        return ""


def _place(row_id: int) -> str:
    return f"site.plan.{row_id}"
