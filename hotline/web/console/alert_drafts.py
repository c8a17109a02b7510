"""Composing a message: structured fields, every language side by side, seen before it is drafted."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.domain.alert import BASES, FOLLOW_UPS, LASTS, WITHOUT_BASIS, Basis
from hotline.domain.notice import NOTICES, MessageKind
from hotline.domain.sheet import Sheet
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.alerts import fields_of, find
from hotline.operations.announcing import announced, may_announce
from hotline.operations.composing import NoticeSheet, Preview, preview, write
from hotline.operations.standing_on import stand_on
from hotline.operations.verified import NEED_CONFIRMED
from hotline.store import events, incidents
from hotline.store.database import transaction
from hotline.store.events import Event
from hotline.store.incidents import Incident
from hotline.web.console import alert_words as words
from hotline.web.console.alert_fields import Given, Subject, form_of_subject
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("alert_drafts")

# What can be begun from nothing; the rest follows an alert, or stands on an incident.
FROM_NOTHING: Final[tuple[MessageKind, ...]] = (
    "kyr_reminder",
    "event",
    "food_notice",
    "official_notice",
    "rumor_check",
    "exercise",
    "test",
)


@routes.get("/alerts/new", needs="alerts.draft")
def new(page: Page) -> Response:
    """Choose a kind, or go on with the one that is named."""
    asked = page.request.query_params
    kind = asked.get("kind", "actual" if asked.get("incident") else "")
    if not kind:
        choices = [(one, page.say(words.KINDS[one]), page.say(words.PURPOSES[one])) for one in FROM_NOTHING]
        return page.show("alerts/choose.html", choices=choices)
    event = _event(page, asked.get("event", "")) if kind == "event" else None
    if event and not may_announce(event, page.now):
        return page.go(f"/events/{event.id}", "Only a confirmed event that is still to come is announced.")
    subject = _subject(page, kind, asked.get("follows", ""), asked.get("incident", ""), event)
    return _form(page, subject, _beginning(page, subject), None, 200)


@routes.post("/alerts/preview", needs="alerts.draft")
def see(page: Page, form: Form) -> Response:
    """The preview alone for a part of the page; the whole page without JavaScript."""
    subject, given = _read(page, form)
    shown = preview(page.line, _sheet(page, subject, given), page.me.name, page.now)
    if page.is_fragment:
        return page.show("alerts/compose.html", block="preview", **_shown(page, shown))
    return _form(page, subject, given, shown, 200)


@routes.post("/alerts", needs="alerts.draft")
def create(page: Page, form: Form) -> Response:
    subject, given = _read(page, form)
    sheet = _sheet(page, subject, given)
    try:
        code = write(page.line, sheet, page.me.name, page.now)
    except AlertRefused as refused:
        return _form(page, subject, given, Preview(refused=refused), 422)
    return page.go(f"/alerts/{code}", "Drafted. Nothing goes out until another person has released it.")


def _event(page: PageContext, given: str) -> Event | None:
    """The event that a message announces; None when it announces none. Raises HTTPException 404."""
    if not given:
        return None
    event_id = int(given) if given.isascii() and given.isdecimal() and len(given) < 18 else 0
    with transaction(page.line.database) as db:
        found = events.by_id(db, event_id)
    if found is None:
        raise HTTPException(404)
    return found


def _subject(
    page: PageContext, kind: str, follows: str, incident: str, event: Event | None = None
) -> Subject:
    """Raises HTTPException 404."""
    known = next((one for one in words.KINDS if one == kind), None)
    if known is None or known in {"expired", "school_partner"}:
        raise HTTPException(404)
    with transaction(page.line.database) as db:
        try:
            first = find(page.line, db, follows) if follows else None
        except AlertRefused:
            raise HTTPException(404) from None
        keyring = page.line.keyring
        if first and first.incident_id is not None and not incident:
            of = incidents.by_id(db, keyring, first.incident_id)
        else:
            of = incidents.by_code(db, keyring, incident) if incident else None
        if (incident and of is None) or (known in FOLLOW_UPS) != (first is not None):
            raise HTTPException(404)
        if known in NEED_CONFIRMED and of is None:  # nobody vouches here for what no incident confirms
            raise HTTPException(404)
        return Subject(
            known,
            first,
            of,
            of is not None and _stands(page, db, known, of),
            of is not None and of.overridden_at is not None,
            event,
        )


def _stands(page: PageContext, db: Connection, kind: MessageKind, of: Incident) -> bool:
    """What says that something goes on stands on the incident or is refused."""
    if kind in NEED_CONFIRMED:
        return True
    if kind not in {"all_clear", "correction"}:
        return False
    try:
        stand_on(page.line, db, "all_clear" if kind == "all_clear" else "correction", of.code, page.now)
    except AlertRefused:
        return False
    return True


def _beginning(page: PageContext, subject: Subject) -> Given:
    """What is known already stands in the form."""
    if subject.event:
        return Given(announced(page.line, subject.event))
    known = dict(subject.incident.fields) if subject.incident else {}
    if subject.first:
        known |= {"cross_streets": subject.first.values.get("cross_streets", "")}
    return Given(known | {"ends_at": str(int(LASTS.total_seconds() // 60)), "seen_at": "5"})


def _read(page: PageContext, form: FormFields) -> tuple[Subject, Given]:
    kind = form.text("kind")
    event = _event(page, form.text("announces")) if kind == "event" else None
    if event and not may_announce(event, page.now):  # called off while its announcement was being written
        raise HTTPException(404)
    subject = _subject(page, kind, form.text("follows"), form.text("incident"), event)
    names = [one.name for one in form_of_subject(page, subject, Given(), None)]
    values = {name: form.text(name, 200) for name in names}
    if "languages" in names:
        values["languages"] = ",".join(form.all("languages"))
    return subject, Given(values)


def _sheet(page: PageContext, subject: Subject, given: Given) -> Sheet | NoticeSheet:
    if subject.notice:
        rule = NOTICES[subject.notice]
        values = {name: given.get(name) for name in rule.fields}
        seen_at = _ago(page.now, given.get("seen_at")) if rule.is_seen else None
        return NoticeSheet(subject.notice, values, given.get("area"), seen_at)
    kind = subject.alert
    return Sheet(
        kind,
        {name: given.get(name) for name in fields_of(page.line, kind) if given.get(name)},
        area=given.get("area") or None,
        basis=None if subject.stands else _basis(given.get("basis")),
        observer=None if subject.stands else given.get("observer") or page.me.name,
        seen_at=None if subject.stands or kind in WITHOUT_BASIS else _ago(page.now, given.get("seen_at")),
        ends_at=_ahead(page.now, given.get("ends_at")),
        follows=subject.first.code if subject.first else None,
        origin=subject.incident.zip if subject.incident else None,
        incident=subject.incident.code if subject.incident and subject.stands else None,
    )


def _form(page: PageContext, subject: Subject, given: Given, shown: Preview | None, status: int) -> Response:
    return page.show(
        "alerts/compose.html",
        status=status,
        subject=subject,
        kind=page.say(words.KINDS[subject.kind]),
        fields=form_of_subject(page, subject, given, shown.refused if shown else None),
        **_shown(page, shown),
    )


def _shown(page: PageContext, shown: Preview | None) -> dict[str, Any]:
    return {
        "shown": shown,
        "refusal": words.refusal_of(page, shown.refused) if shown and shown.refused else "",
        "channels": words.CHANNELS,
        "languages": words.LANGUAGES,
    }


def _basis(given: str) -> Basis | None:
    return next((basis for basis in BASES if basis == given), None)


def _ago(now: datetime, minutes: str) -> datetime | None:
    """None when nothing is given; what is no number of minutes is a time that is refused."""
    return now - _span(minutes) if minutes else None


def _ahead(now: datetime, minutes: str) -> datetime | None:
    return now + _span(minutes) if minutes else None


def _span(minutes: str) -> timedelta:
    is_count = minutes.isascii() and minutes.isdecimal() and len(minutes) < 5
    return timedelta(minutes=int(minutes)) if is_count else timedelta(days=1)
