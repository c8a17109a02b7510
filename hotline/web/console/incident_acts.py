"""What is done with an incident in the browser: steps, verifiers, observations, merging, overriding."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.incident import FINDINGS, INCIDENT_STATES, STEPS, Finding, IncidentState, ObservationKind
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import step
from hotline.operations.merging import merge, unmerge
from hotline.operations.observing import observe
from hotline.operations.overriding import agree_to_override, ask_override
from hotline.operations.verifying import ask_verifiers, stop_asking
from hotline.web.console import incident_words as words
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.incident_page import confirm, require, show_whole
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("incident_acts")

# What a dispatcher can put on record.
KINDS: Final[dict[str, ObservationKind]] = {
    "on_scene": "on_scene",
    "first_hand": "first_hand",
    "photo_checked": "photo_checked",
    "statement": "statement",
    "note": "note",
}


@routes.get("/incidents/{code}/step/{after}", needs="incidents.work")
def show_step(page: Page, code: str, after: str) -> Response:
    require(page, code)
    return _show_step(page, code.upper(), _state(after))


@routes.post("/incidents/{code}/step/{after}", needs="incidents.work")
def take_step(page: Page, code: str, after: str, form: Form) -> Response:
    state, reason = _state(after), form.text("reason", 500)
    try:
        step(page.line, code.upper(), state, page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return _show_step(page, code.upper(), state, refused, reason)
    return page.go(f"/incidents/{code.upper()}", "Incident {CODE} has moved on.", CODE=code.upper())


@routes.post("/incidents/{code}/ask", needs="incidents.work")
def ask(page: Page, code: str, form: Form) -> Response:
    reason = form.text("reason", 500) or page.say("Please look")
    try:
        asked = ask_verifiers(page.line, code.upper(), page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return show_whole(page, code, refused)
    return page.go(f"/incidents/{code.upper()}", "Verifiers who were asked: {COUNT}.", COUNT=asked)


@routes.post("/incidents/{code}/stop-asking", needs="incidents.work")
def stop(page: Page, code: str) -> Response:
    try:
        stop_asking(page.line, code.upper(), page.me.name, page.now)
    except IncidentRefused as refused:
        return show_whole(page, code, refused)
    return page.go(f"/incidents/{code.upper()}", "Nobody else is asked.")


@routes.post("/incidents/{code}/observe", needs="incidents.work")
def put_on_record(page: Page, code: str, form: Form) -> Response:
    kind = KINDS.get(form.text("kind", 20))
    if kind is None:
        raise HTTPException(400)
    try:
        observe(
            page.line,
            code.upper(),
            kind,
            page.me.name,
            page.now - timedelta(minutes=_minutes(form)),
            page.now,
            words=form.text("words", 500),
            report=form.text("report", 8) or None,
            finding=_finding(form.text("finding", 8)),
            observer=form.text("observer", 64) or None,
        )
    except IncidentRefused as refused:
        return show_whole(page, code, refused)
    return page.go(f"/incidents/{code.upper()}", "Written down.")


@routes.get("/incidents/{code}/merge/{into}", needs="incidents.work")
def show_merge(page: Page, code: str, into: str) -> Response:
    require(page, code)
    require(page, into)
    return _show_merge(page, code.upper(), into.upper())


@routes.post("/incidents/{code}/merge/{into}", needs="incidents.work")
def merge_them(page: Page, code: str, into: str, form: Form) -> Response:
    part, whole, reason = code.upper(), into.upper(), form.text("reason", 500)
    try:
        merge(page.line, part, whole, page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return _show_merge(page, part, whole, refused, reason)
    return page.go(f"/incidents/{whole}", "Incident {CODE} is part of this one now.", CODE=part)


@routes.get("/incidents/{code}/unmerge", needs="incidents.work")
def show_unmerge(page: Page, code: str) -> Response:
    require(page, code)
    return _show(page, code.upper(), UNMERGE)


@routes.post("/incidents/{code}/unmerge", needs="incidents.work")
def unmerge_it(page: Page, code: str, form: Form) -> Response:
    reason = form.text("reason", 500)
    try:
        unmerge(page.line, code.upper(), page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return _show(page, code.upper(), UNMERGE, refused, reason)
    return page.go(f"/incidents/{code.upper()}", "It stands by itself again.")


@routes.get("/incidents/{code}/override", needs="incidents.work")
def show_override(page: Page, code: str) -> Response:
    require(page, code)
    return _show(page, code.upper(), OVERRIDE)


@routes.post("/incidents/{code}/override", needs="incidents.work")
def ask_for_override(page: Page, code: str, form: Form) -> Response:
    reason = form.text("reason", 500)
    try:
        ask_override(page.line, code.upper(), page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return _show(page, code.upper(), OVERRIDE, refused, reason)
    return page.go(f"/incidents/{code.upper()}", "The override is asked for. A second person must agree.")


@routes.get("/incidents/{code}/override/agree", needs="incidents.override")
def show_agree(page: Page, code: str) -> Response:
    require(page, code)
    return _show(page, code.upper(), AGREE)


@routes.post("/incidents/{code}/override/agree", needs="incidents.override")
def agree(page: Page, code: str, form: Form) -> Response:
    reason = form.text("reason", 500)
    try:
        agree_to_override(page.line, code.upper(), page.me.name, reason, page.now)
    except IncidentRefused as refused:
        return _show(page, code.upper(), AGREE, refused, reason)
    return page.go(f"/incidents/{code.upper()}", "Overridden: it counts as confirmed, and stays flagged.")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page says before something is done: `act` is its address below the incident's."""

    act: str
    title: str
    help_words: str
    button: str
    is_grave: bool = False


UNMERGE: Final = Ask(
    "unmerge",
    sentence("Separate {CODE} again"),
    sentence("It stands by itself again, where it stood. This can be undone."),
    sentence("Separate"),
)
OVERRIDE: Final = Ask(
    "override",
    sentence("Emergency override of {CODE}"),
    sentence(
        "Only when waiting would harm people. Write down what you know and from whom, in at least 15"
        " letters. A second person must agree within 30 minutes, and the incident stays flagged."
    ),
    sentence("Ask for the override"),
    is_grave=True,
)
AGREE: Final = Ask(
    "override/agree",
    sentence("Agree to the override of {CODE}"),
    sentence(
        "The incident counts as confirmed for 30 minutes, although something is missing. It stays"
        " flagged for ever, with both names and reasons. This cannot be undone."
    ),
    sentence("Agree"),
    is_grave=True,
)


def _show(
    page: PageContext, code: str, ask: Ask, refused: IncidentRefused | None = None, reason: str = ""
) -> Response:
    return confirm(
        page,
        page.say(ask.title, CODE=code),
        page.say(ask.help_words),
        f"/console/incidents/{code}/{ask.act}",
        f"/console/incidents/{code}",
        page.say(ask.button),
        refused=refused,
        reason=reason,
        is_grave=ask.is_grave,
    )


def _show_step(
    page: PageContext,
    code: str,
    after: IncidentState,
    refused: IncidentRefused | None = None,
    reason: str = "",
) -> Response:
    return confirm(
        page,
        page.say("Incident {CODE}: {STEP}", CODE=code, STEP=page.say(words.STEP_WORDS[after])),
        page.say(words.STEP_HELP[after]) if words.STEP_HELP[after] else "",
        f"/console/incidents/{code}/step/{after}",
        f"/console/incidents/{code}",
        page.say(words.STEP_WORDS[after]),
        refused=refused,
        reason=reason,
        is_grave=not STEPS[after] or after in {"not_found", "other_agency"},
    )


def _show_merge(
    page: PageContext, code: str, into: str, refused: IncidentRefused | None = None, reason: str = ""
) -> Response:
    return confirm(
        page,
        page.say("Merge {CODE} into {INTO}", CODE=code, INTO=into),
        page.say("Its reports and observations count there from now on. This can be undone."),
        f"/console/incidents/{code}/merge/{into}",
        f"/console/incidents/{into}",
        page.say("Merge"),
        refused=refused,
        reason=reason,
    )


def _state(text: str) -> IncidentState:
    for state in INCIDENT_STATES:
        if state == text:
            return state
    raise HTTPException(404)


def _finding(text: str) -> Finding | None:
    return next((finding for finding in FINDINGS if finding == text), None)


def _minutes(form: FormFields) -> int:
    """Minutes since it was seen; what cannot be read is now."""
    typed = form.text("minutes", 4)
    return int(typed) if typed.isascii() and typed.isdecimal() else 0
