"""Incidents in the browser: the list, open ones first, and one with everything that belongs to it."""

from urllib.parse import urlencode

from starlette.responses import Response

from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incident_view import PAGE, Row, done_rows, open_rows
from hotline.operations.incidents import describe
from hotline.operations.line import Line
from hotline.store.database import transaction
from hotline.web.console import incident_words as words
from hotline.web.console.forms import Form
from hotline.web.console.incident_page import show_whole
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("incidents")

FIELDS = ("cross_streets", "activity", "agency", "actual")


@routes.get("/incidents", needs="incidents.see")
def show_list(page: Page) -> Response:
    asked = page.request.query_params
    is_done, after = asked.get("show") == "done", asked.get("after", "")
    line: Line = page.line
    with transaction(line.database) as db:
        rows = (
            done_rows(line, db, _id(after), PAGE + 1)
            if is_done
            else open_rows(line, db, _key(after), PAGE + 1)
        )
    shown = rows[:PAGE]
    return page.show(
        "incidents/list.html",
        rows=shown,
        is_done=is_done,
        next=_address(is_done, shown[-1]) if len(rows) > PAGE else None,
        newest=_address(is_done) if after else None,
        words=words,
    )


@routes.get("/incidents/{code}", needs="incidents.see")
def show_one(page: Page, code: str) -> Response:
    return show_whole(page, code)


@routes.post("/incidents/{code}/describe", needs="incidents.work")
def describe_it(page: Page, code: str, form: Form) -> Response:
    fields = {name: form.text(name, 80) for name in FIELDS}
    zip_code = form.text("zip", 10)
    try:
        describe(page.line, code.upper(), page.me.name, fields, zip_code or None, page.now)
    except IncidentRefused as refused:
        return show_whole(page, code, refused, {**fields, "zip": zip_code})
    return page.go(f"/incidents/{code.upper()}", "Written down.")


def _address(is_done: bool, after: Row | None = None) -> str:
    """Where the list is, from behind a row."""
    asked = {"show": "done"} if is_done else {}
    if after is not None:
        key = str(after.of.id) if is_done else f"{int(after.of.is_urgent)}.{after.of.id}"
        asked["after"] = key
    return "/console/incidents" + (f"?{urlencode(asked)}" if asked else "")


def _key(text: str) -> tuple[bool, int] | None:
    """`1.42` -> (True, 42): urgent, id. Anything else is the beginning."""
    urgent, _, number = text.partition(".")
    found = _id(number)
    return (urgent == "1", found) if found is not None else None


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
