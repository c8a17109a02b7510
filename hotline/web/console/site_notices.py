"""Telling the sites near a verified incident, and telling them when it is over."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.code import read_code
from hotline.domain.delivery import FINAL, DeliveryStatus
from hotline.domain.site import RADII, SITE_KINDS, USUAL_RADIUS, SiteKind
from hotline.operations import site_notices as operations
from hotline.operations.site_notices import Told
from hotline.operations.sites import SITE_REFUSALS, SiteRefused
from hotline.operations.verified import may_alert
from hotline.store import site_contacts, site_notices
from hotline.store.database import transaction
from hotline.store.site_notices import SiteNotice
from hotline.web.console.alert_words import Tone, reason_of
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("site_notices")

SITES_AT_MOST: Final = 200
# Where the text to one contact stands: the word is the status itself, this is its tone.
TONES: Final[dict[DeliveryStatus, Tone]] = {
    "pending": "busy",
    "held": "busy",
    "sending": "busy",
    "unknown": "busy",
    "accepted": "calm",
    "sent": "calm",
    "delivered": "good",
    "undelivered": "bad",
    "failed": "bad",
    "skipped": "calm",
}
NOT_KEPT: Final = sentence("Not kept any more")


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
            notices = site_notices.of_incident(db, line.keyring, incident.id)
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
        **_shown(page, notices),
    )


@routes.get("/incidents/{code}/sites/live", needs="sites.tell")
def live(page: Page, code: str) -> Response:
    """Where the texts stand, again whenever that changes."""
    line = page.line
    try:
        with transaction(line.database) as db:
            incident_id = operations.find_incident(line, db, read_code(code) or "").id
    except SiteRefused:
        raise HTTPException(404) from None

    def make() -> str:
        with transaction(line.database) as db:
            notices = site_notices.of_incident(db, line.keyring, incident_id)
        return page.text("sites/tell.html", "progress", **_shown(page, notices))

    return page.follow(f"sites/{incident_id}/{page.language}/{page.may('sites.see')}", make)


@routes.post("/incidents/{code}/sites", needs="sites.tell")
def tell_sites(page: Page, code: str, form: Form) -> Response:
    far = read_code(form.text("far_site", 8))
    chosen = [*form.all("site", 8)[:SITES_AT_MOST], *([far] if far else [])]
    why_far = form.text("why_far", 200)
    try:
        told = operations.tell(page.line, read_code(code) or "", chosen, page.me.name, page.now, why_far)
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


def _shown(page: PageContext, notices: Sequence[SiteNotice]) -> dict[str, Any]:
    """The rows of the table, and how many stand where."""
    rows = [(one, *_standing(page, one), _why(page, one)) for one in notices]
    counts = Counter((said, tone) for _, said, tone, _ in rows)
    is_moving = any(one.status and one.status not in FINAL for one in notices)
    return {"notices": rows, "counts": [(*key, count) for key, count in counts.items()], "moves": is_moving}


def _standing(page: PageContext, one: SiteNotice) -> tuple[str, Tone]:
    return (page.say(one.status), TONES[one.status]) if one.status else (page.say(NOT_KEPT), "calm")


def _why(page: PageContext, one: SiteNotice) -> str:
    """Why it has not arrived, in words; nothing while it may."""
    is_told = one.status in {"undelivered", "failed", "skipped"}
    return page.say(reason_of(one.reason, one.code)) if is_told else ""


def _go(page: PageContext, code: str, told: Told) -> Response:
    said = sentence("Texts on their way: {COUNT}. Left out because they asked for no more texts: {OUT}.")
    return page.go(f"/incidents/{code}/sites", said, COUNT=told.contacts, OUT=told.opted_out)


def _refused(page: PageContext, code: str, refused: SiteRefused) -> Response:
    if refused.reason == "unknown_incident":
        raise HTTPException(404)
    return page.go(f"/incidents/{code}/sites", SITE_REFUSALS[refused.reason])
