"""Subscribers in the browser: counts for all; one record after a written reason; the list as a file."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from hotline.catalogs import sentence
from hotline.domain.language import CHANNELS, LANGUAGES, Channel, Language
from hotline.domain.phone import NotAPhoneNumber, parse_phone
from hotline.operations import subscriber_desk
from hotline.operations.subscriber_desk import DeskRefused, Record, Trouble
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("subscribers")

TROUBLES: Final[dict[Trouble, str]] = {
    "reason": sentence("Write why, in ten letters or more: it stays in the audit."),
    "zip": sentence("There is no such ZIP code."),
    "unknown": sentence("This person is not here any more."),
    "not_signed_up": sentence("They have not signed up: only their own word does that."),
}
KINDS: Final[dict[str, str]] = {
    "alert": sentence("Alerts"),
    "reminder": sentence("Rights reminders"),
    "event": sentence("Events"),
    "food": sentence("Food"),
    "official": sentence("Official notices"),
}
CHANNEL_WORDS: Final[dict[Channel, str]] = {"sms": sentence("by text"), "voice": sentence("by call")}
LANGUAGE_WORDS: Final[dict[Language, str]] = {"es": sentence("Spanish"), "en": sentence("English")}
ACTS: Final[dict[str, str]] = {
    "subscribe": sentence("agreed to alerts or lists"),
    "leave": sentence("left lists or calls"),
    "opt_out": sentence("stopped"),
    "opt_in": sentence("started again"),
    "pause": sentence("paused alerts"),
    "resume": sentence("went on with alerts"),
    "carrier_stop": sentence("stopped at the carrier"),
    "erase": sentence("was erased"),
}
SUPPRESSED: Final[dict[str, str]] = {
    "opt_out": sentence("Stopped: they asked for no more texts. Only their own START begins again."),
    "pause": sentence("Paused: alerts wait for their word."),
    "carrier_stop": sentence("Stopped at the carrier. Only their own START begins again."),
}
_ROWS_AT_ONCE: Final = 500


@routes.get("/subscribers", needs="subscribers.see")
def show_counts(page: Page) -> Response:
    counts = page.desk.recent.get(
        "subscribers", lambda: subscriber_desk.counts(page.line, page.now), page.now
    )
    return page.show(
        "subscribers/show.html",
        counts=counts,
        areas=page.line.network.areas,
        kinds=KINDS,
        channels=CHANNEL_WORDS,
        languages=LANGUAGE_WORDS,
    )


@routes.get("/subscribers/find", needs="subscribers.open")
def ask_number(page: Page) -> Response:
    return page.show("subscribers/find.html", wrong={}, reason="")


@routes.post("/subscribers/find", needs="subscribers.open")
def find_number(page: Page, form: Form) -> Response:
    reason = form.text("reason", 200)
    try:
        number = parse_phone(form.text("number", 40))
        me = page.me
        key = subscriber_desk.open_record(page.line, number, reason, me.name, me.session_id, page.now)
    except NotAPhoneNumber:
        wrong = {"number": page.say("That is no telephone number of this country.")}
        return page.show("subscribers/find.html", wrong=wrong, reason=reason, status=422)
    except DeskRefused as refused:
        wrong = {"reason": page.say(TROUBLES[refused.trouble])}
        return page.show("subscribers/find.html", wrong=wrong, reason=reason, status=422)
    if key is None:
        return page.go(
            "/subscribers/find", "Nobody of this number is known here. That you asked was written down."
        )
    return page.go(f"/subscribers/record?key={quote(key)}")


@routes.get("/subscribers/record", needs="subscribers.open")
def show_record(page: Page, key: str = "") -> Response:
    if not key:  # a form that came too late leads back here without it
        return page.go("/subscribers/find", "Look them up once more.")
    return _show_record(page, key, _opened(page, key))


@routes.post("/subscribers/record", needs="subscribers.open")
def change_record(page: Page, form: Form) -> Response:
    key = form.text("key")
    record = _opened(page, key)
    language = next((one for one in LANGUAGES if one == form.text("language")), None)
    channel = next((one for one in CHANNELS if one == form.text("channel")), CHANNELS[0])
    if language is None:
        raise HTTPException(422)
    try:
        subscriber_desk.change(
            page.line, record.contact_id, language, form.text("zip", 5), channel, page.me.name, page.now
        )
    except DeskRefused as refused:
        return _show_record(page, key, record, page.say(TROUBLES[refused.trouble]))
    return page.go(f"/subscribers/record?key={quote(key)}", "Saved.")


@routes.get("/subscribers/stop", needs="subscribers.open")
def ask_to_stop(page: Page, key: str = "") -> Response:
    if not key:  # as above
        return page.go("/subscribers/find", "Look them up once more.")
    return page.show("subscribers/stop.html", key=key, record=_opened(page, key))


@routes.post("/subscribers/stop", needs="subscribers.open")
def stop_for_them(page: Page, form: Form) -> Response:
    key = form.text("key")
    record = _opened(page, key)
    subscriber_desk.stop(page.line, record.contact_id, page.me.name, page.now)
    return page.go(
        f"/subscribers/record?key={quote(key)}", "Stopped. Nothing that we start goes to them any more."
    )


@routes.get("/subscribers/export", needs="subscribers.export")
def ask_to_export(page: Page) -> Response:
    return page.show("subscribers/export.html", wrong="")


@routes.post("/subscribers/export", needs="subscribers.export")
def export_list(page: Page, form: Form) -> Response:
    try:
        rows = subscriber_desk.export(page.line, _reason(form), page.me.name, page.now)
    except DeskRefused as refused:
        return page.show("subscribers/export.html", wrong=page.say(TROUBLES[refused.trouble]), status=422)
    name = f"subscribers-{page.now.astimezone(page.line.hours.zone).date()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _reason(form: FormFields) -> str:
    return form.text("reason", 200)


def _opened(page: PageContext, key: str) -> Record:
    """The record that a key opens. Raises HTTPException 404 when it is over or not this session's."""
    contact_id = subscriber_desk.opened(page.line, key, page.me.session_id, page.now)
    record = subscriber_desk.record(page.line, contact_id) if contact_id is not None else None
    if record is None:
        raise HTTPException(404)
    return record


def _show_record(page: PageContext, key: str, record: Record, refused: str = "") -> Response:
    return page.show(
        "subscribers/record.html",
        record=record,
        key=key,
        refused=refused,
        kinds=KINDS,
        channels=CHANNEL_WORDS,
        languages=LANGUAGE_WORDS,
        acts=ACTS,
        suppressed=SUPPRESSED,
        status=422 if refused else 200,
    )


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV in pieces of some hundred rows; the mark at its start tells a spreadsheet that it is UTF-8."""
    page = io.StringIO("\ufeff")
    page.seek(1)
    writer = csv.writer(page)
    for place, row in enumerate(rows):
        writer.writerow(row)
        if place % _ROWS_AT_ONCE == _ROWS_AT_ONCE - 1:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()
