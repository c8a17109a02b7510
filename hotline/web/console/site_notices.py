"""Telling the sites near a verified incident, and telling them when it is over."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.code import read_code
from hotline.domain.site import RADII, SITE_KINDS, USUAL_RADIUS, SiteKind
from hotline.operations import site_notices as operations
from hotline.operations.site_notices import Told
from hotline.operations.sites import SITE_REFUSALS, SiteRefused
from hotline.operations.verified import may_alert
from hotline.store import site_contacts
from hotline.store.database import transaction
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("site_notices")

SITES_AT_MOST: Final = 200


@routes.get("/incidents/{code}/sites", needs="sites.tell")
def choose_sites(page: Page, code: str, miles: int = USUAL_RADIUS, kind: str = "") -> Response:
    radius = miles if miles in RADII else USUAL_RADIUS
    kinds: tuple[SiteKind, ...] = tuple(one for one in SITE_KINDS if kind in ("", one)) or SITE_KINDS
    line = page.line
    try:
        with transaction(line.database) as db:
            incident = operations.find_incident(line, db, read_code(code) or "")
            nearby = operations.near(line, db, incident, radius, kinds)[:SITES_AT_MOST]
            is_verified = may_alert(line, db, incident, page.now)
            told = site_contacts.told_of(db, incident.id, "told")
            ended = site_contacts.told_of(db, incident.id, "ended")
    except SiteRefused:
        raise HTTPException(404) from None
    return page.show(
        "sites/tell.html",
        incident=incident,
        nearby=nearby,
        is_verified=is_verified,
        miles=radius,
        radii=[(one, page.say("{COUNT} miles", COUNT=one)) for one in RADII],
        kind=kind if kind in SITE_KINDS else "",
        left=len(told.keys() - ended.keys()),
        told=len(told),
    )


@routes.post("/incidents/{code}/sites", needs="sites.tell")
def tell_sites(page: Page, code: str, form: Form) -> Response:
    chosen = form.all("site", 8)[:SITES_AT_MOST]
    try:
        told = operations.tell(page.line, read_code(code) or "", chosen, page.me.name, page.now)
    except SiteRefused as refused:
        return _refused(page, code, refused)
    return _go(page, code, told)


@routes.post("/incidents/{code}/sites/ended", needs="sites.tell")
def tell_ended(page: Page, code: str) -> Response:
    try:
        told = operations.tell_ended(page.line, read_code(code) or "", page.me.name, page.now)
    except SiteRefused as refused:
        return _refused(page, code, refused)
    return _go(page, code, told)


def _go(page: PageContext, code: str, told: Told) -> Response:
    said = sentence("Texts on their way: {COUNT}. Left out because they asked for no more texts: {OUT}.")
    return page.go(f"/incidents/{code}/sites", said, COUNT=told.contacts, OUT=told.opted_out)


def _refused(page: PageContext, code: str, refused: SiteRefused) -> Response:
    if refused.reason == "unknown_incident":
        raise HTTPException(404)
    return page.go(f"/incidents/{code}/sites", SITE_REFUSALS[refused.reason])
