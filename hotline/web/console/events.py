"""Events: what people are invited to; from here they are also announced."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.event import NAME_AT_MOST, NOTE_AT_MOST, PLACE_AT_MOST, EventState, is_over
from hotline.domain.language import Language
from hotline.operations import events as operations
from hotline.operations.events import EVENT_REFUSALS, STATE_WORDS, EventRefusal, EventRefused, Written
from hotline.operations.languages import name_of, read_spoken
from hotline.store import events
from hotline.store.database import transaction
from hotline.store.events import After, Event
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("events")

ROWS: Final = 50
# A day by its name, for people who plan their week.
MOMENTS: Final[dict[Language, str]] = {"es": "EEEE d 'de' MMMM 'de' y, H:mm", "en": "EEEE, MMMM d, y, h:mm a"}
TONES: Final[dict[EventState, str]] = {"draft": "calm", "confirmed": "good", "cancelled": "bad"}

# Why it was refused -> the field at which that is said.
FIELDS: Final[dict[EventRefusal, str]] = {
    "name": "name_en",
    "place": "place",
    "zip": "zip",
    "capacity": "capacity",
    "languages": "languages",
    "note": "note_en",
    "starts_at": "starts",
    "ends_at": "ends",
    "over": "ends",
}


@routes.get("/events", needs="events.see")
def show_events(page: Page, past: int = 0, after: int = 0) -> Response:
    with transaction(page.line.database) as db:
        last = events.by_id(db, after) if after else None
        key: After | None = last.key if last else None
        listed = events.over if past else events.coming
        rows = listed(db, page.now, key, ROWS + 1)
    return page.show(
        "events/list.html",
        rows=rows[:ROWS],
        is_past=bool(past),
        next=rows[ROWS - 1].id if len(rows) > ROWS else 0,
        is_first=not after,
        **_words(page),
    )


@routes.get("/events/new", needs="events.edit")
def new_event(page: Page) -> Response:
    return _form(page, Written("", "", "", "", "", ""), None, None)


@routes.post("/events/new", needs="events.edit")
def add_event(page: Page, form: Form) -> Response:
    written = _written(form)
    try:
        event_id = operations.add(page.line, written, page.me.name, page.now)
    except EventRefused as refused:
        return _form(page, written, None, refused)
    return page.go(f"/events/{event_id}", sentence("The event is a draft: confirm it when it is certain."))


@routes.get("/events/{event_id}", needs="events.see")
def show_event(page: Page, event_id: int) -> Response:
    one = _found(page, event_id)
    return page.show("events/one.html", one=one, is_over=is_over(one.ends_at, page.now), **_words(page))


@routes.get("/events/{event_id}/edit", needs="events.edit")
def edit_event(page: Page, event_id: int) -> Response:
    one = _found(page, event_id)
    return _form(page, operations.typed(one, page.line.hours.zone), one, None)


@routes.post("/events/{event_id}/edit", needs="events.edit")
def change_event(page: Page, event_id: int, form: Form) -> Response:
    one, written = _found(page, event_id), _written(form)
    try:
        operations.change(page.line, one.id, written, page.me.name, page.now)
    except EventRefused as refused:
        return _form(page, written, one, refused)
    return page.go(f"/events/{one.id}", sentence("The event is changed."))


@routes.post("/events/{event_id}/confirm", needs="events.edit")
def confirm_event(page: Page, event_id: int) -> Response:
    said = sentence("The event is confirmed: whoever texts EVENTS is told of it.")
    return _move(page, event_id, "confirmed", said)


@routes.post("/events/{event_id}/draft", needs="events.edit")
def take_back_event(page: Page, event_id: int) -> Response:
    return _move(page, event_id, "draft", sentence("The event is a draft again: nobody is told of it."))


@routes.get("/events/{event_id}/cancel", needs="events.edit")
def ask_to_cancel(page: Page, event_id: int) -> Response:
    return page.show("events/cancel.html", one=_found(page, event_id), **_words(page))


@routes.post("/events/{event_id}/cancel", needs="events.edit")
def cancel_event(page: Page, event_id: int) -> Response:
    return _move(page, event_id, "cancelled", sentence("The event is called off."))


def _move(page: PageContext, event_id: int, state: EventState, said: str) -> Response:
    one = _found(page, event_id)
    try:
        operations.move(page.line, one.id, state, page.me.name, page.now)
    except EventRefused as refused:
        return page.go(f"/events/{one.id}", EVENT_REFUSALS[refused.reason])
    return page.go(f"/events/{one.id}", said)


def _found(page: PageContext, event_id: int) -> Event:
    with transaction(page.line.database) as db:
        one = events.by_id(db, event_id)
    if one is None:
        raise HTTPException(404)
    return one


def _form(page: PageContext, written: Written, one: Event | None, refused: EventRefused | None) -> Response:
    wrong = {}
    if refused:
        wrong = {FIELDS.get(refused.reason, "form"): page.say(EVENT_REFUSALS[refused.reason])}
    return page.show(
        "events/form.html",
        status=422 if wrong else 200,
        written=written,
        one=one,
        wrong=wrong,
        name_at_most=NAME_AT_MOST,
        place_at_most=PLACE_AT_MOST,
        note_at_most=NOTE_AT_MOST,
    )


def _written(form: FormFields) -> Written:
    return Written(
        form.text("name_en", 200),
        form.text("name_es", 200),
        form.text("place", 200),
        form.text("zip", 10),
        form.text("starts", 32),
        form.text("ends", 32),
        form.text("capacity", 12),
        form.text("languages", 200),
        form.text("note_en", 600),
        form.text("note_es", 600),
    )


def _words(page: PageContext) -> dict[str, Any]:
    return {
        "moment": lambda at: page.when(at, MOMENTS[page.language]),
        "state_of": lambda one: page.say(STATE_WORDS[one.state]),
        "tone_of": lambda one: TONES[one.state],
        "languages_of": lambda one: ", ".join(
            name_of(read_spoken(tag), page.language) for tag in one.languages
        ),
    }
