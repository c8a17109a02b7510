"""How one incident is shown, by whichever room does something with it."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.operations.incident_refusals import INCIDENT_REFUSALS, IncidentRefused
from hotline.operations.incident_view import Whole, whole
from hotline.operations.incidents import find
from hotline.operations.line import Line
from hotline.store.database import transaction
from hotline.web.console import incident_words as words
from hotline.web.console.map_points import points_of_incident
from hotline.web.console.page import PageContext

Choices = list[tuple[str, str]]


def show_whole(
    page: PageContext,
    code: str,
    refused: IncidentRefused | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    """One incident; with what was refused, and what was typed. Raises HTTPException 404."""
    line: Line = page.line
    found = find_whole(page, code)
    return page.show(
        "incidents/one.html",
        status=409 if refused else 200,
        found=found,
        of=found.of,
        refused=INCIDENT_REFUSALS[refused.reason] if refused else "",
        given={
            "cross_streets": found.streets or "",
            **found.of.fields,
            "zip": found.of.zip or "",
            **(given or {}),
        },
        lists=lists_of(page),
        verifiers=[(person.name, person.name) for person in line.people().with_role("verifier")],
        words=words,
        map_points=points_of_incident(page, found.of),
    )


def find_whole(page: PageContext, code: str) -> Whole:
    """Raises HTTPException 404."""
    try:
        return whole(page.line, code.upper(), page.now)
    except IncidentRefused:
        raise HTTPException(404) from None


def require(page: PageContext, code: str) -> None:
    """Raises HTTPException 404 when no incident has this code."""
    try:
        with transaction(page.line.database) as db:
            find(page.line, db, code.upper())
    except IncidentRefused:
        raise HTTPException(404) from None


def lists_of(page: PageContext) -> dict[str, Choices]:
    """The network's lists in the language of the page, to choose from."""
    network = page.desk.line.network
    listed = {"agency": network.agencies, "activity": network.activities, "actual": network.other_agencies}
    return {
        name: [("", "—"), *((one, said[page.language]) for one, said in choices.items())]
        for name, choices in listed.items()
    }


def confirm(
    page: PageContext,
    title: str,
    help_words: str,
    action: str,
    back: str,
    button: str,
    *,
    refused: IncidentRefused | None = None,
    reason: str = "",
    is_grave: bool = False,
) -> Response:
    """A page of its own before something is done, that says what it brings and asks why."""
    return page.show(
        "incidents/confirm.html",
        status=409 if refused else 200,
        title=title,
        help_words=help_words,
        action=action,
        back=back,
        button=button,
        refused=INCIDENT_REFUSALS[refused.reason] if refused else "",
        reason=reason,
        is_grave=is_grave,
    )
