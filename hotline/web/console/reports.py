"""Reports in the browser: what came in, urgent ones on top, and writing one down by hand."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.domain.incident import REPORT_SOURCES, ReportSource
from hotline.operations.incident_refusals import INCIDENT_REFUSALS, IncidentRefused
from hotline.operations.incident_view import PAGE, codes_of
from hotline.operations.incidents import enter
from hotline.operations.line import Line
from hotline.store import reports
from hotline.store.database import transaction
from hotline.store.reports import Report
from hotline.web.console import incident_words as words
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("reports")

# What is asked of whoever writes a report down; the same names as the questions of a report.
FIELDS = ("place", "seen", "activity", "size", "uniform", "words")


@routes.get("/reports", needs="incidents.see")
def show_list(page: Page) -> Response:
    after = page.request.query_params.get("after", "")
    line: Line = page.line
    with transaction(line.database) as db:
        rows = reports.page(db, line.keyring, _key(after), PAGE + 1)
        codes = codes_of(line, db, rows)
    shown = rows[:PAGE]
    return page.show(
        "reports/list.html",
        rows=shown,
        codes=codes,
        next=f"/console/reports?after={_after(shown[-1])}" if len(rows) > PAGE else None,
        newest="/console/reports" if after else None,
        words=words,
    )


@routes.get("/reports/new", needs="incidents.work")
def show_new(page: Page) -> Response:
    into = page.request.query_params.get("incident", "")[:8].upper()
    return _show_new(page, {"incident": into})


@routes.post("/reports/new", needs="incidents.work")
def enter_it(page: Page, form: Form) -> Response:
    answers = {name: form.text(name, 1_000) for name in FIELDS}
    given = {**answers, "source": form.text("source", 12), "incident": form.text("incident", 8).upper()}
    is_urgent = form.is_set("urgent")
    told = {name: words for name, words in answers.items() if name != "seen"}
    if not any(told.values()):
        return _show_new(page, given, IncidentRefused("no_words"), is_urgent)
    try:
        _, incident = enter(
            page.line,
            page.me.name,
            answers,
            page.now,
            source=_source(given["source"]),
            language=page.language,
            is_urgent=is_urgent,
            into=given["incident"] or None,
        )
    except IncidentRefused as refused:
        return _show_new(page, given, refused, is_urgent)
    return page.go(f"/incidents/{incident}", "The report is written down.")


@routes.get("/reports/{code}", needs="incidents.see")
def show_one(page: Page, code: str) -> Response:
    line: Line = page.line
    with transaction(line.database) as db:
        found = reports.read(db, line.keyring, code.upper())
        if found is None:
            raise HTTPException(404)
        codes = codes_of(line, db, [found])
    return page.show("reports/one.html", report=found, codes=codes, words=words)


def _show_new(
    page: PageContext,
    given: dict[str, str],
    refused: IncidentRefused | None = None,
    is_urgent: bool = False,
) -> Response:
    return page.show(
        "reports/new.html",
        status=409 if refused else 200,
        given={**dict.fromkeys(FIELDS, ""), "source": "staff", "incident": "", **given},
        is_urgent=is_urgent,
        refused=INCIDENT_REFUSALS[refused.reason] if refused else "",
        sources=[(source, page.say(words.SOURCES[source])) for source in reversed(REPORT_SOURCES)],
        seen=[("", "—"), *((one, page.say(said)) for one, said in words.SEEN.items())],
        words=words,
    )


def _source(text: str) -> ReportSource:
    return next((source for source in REPORT_SOURCES if source == text), "staff")


def _after(last: Report) -> str:
    return f"{int(last.is_urgent)}.{last.id}"


def _key(text: str) -> tuple[bool, int] | None:
    """`1.42` -> (True, 42): urgent, id. Anything else is the beginning."""
    urgent, _, number = text.partition(".")
    is_number = number.isascii() and number.isdecimal() and len(number) <= 18
    return (urgent == "1", int(number)) if is_number else None
