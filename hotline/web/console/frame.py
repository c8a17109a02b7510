"""The door of the console itself: where its root leads, and what is said when something is not to be had."""

import traceback
from pathlib import Path
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from hotline.catalogs import sentence
from hotline.operations import first_steps
from hotline.operations.passwords import TRY_AGAIN_S, Crowded
from hotline.store.database import DatabaseAway
from hotline.web.console.guard import SAFE, GoElsewhere
from hotline.web.console.headers import FAULT_TOLD
from hotline.web.console.live import TooMany
from hotline.web.console.page import Page, page_of
from hotline.web.console.routes import Routes

routes = Routes("frame")
_log = structlog.get_logger("console")

# What went wrong -> what it means and what to do.
SENTENCES: Final = {
    400: sentence("That could not be read. Go back and send it again."),
    403: sentence(
        "Your roles do not allow this, or the page was open for too long. Load it again, or ask an admin."
    ),
    404: sentence("There is nothing here. It may have been closed, merged or deleted."),
    405: sentence("This page cannot do that."),
    411: sentence("That could not be read. Go back and send it again."),
    413: sentence("That is too large."),
    415: sentence("That could not be read. Go back and send it again."),
    422: sentence("That could not be read. Go back and send it again."),
    500: sentence("Something broke here. It was written down. Nothing half was kept; try again."),
    503: sentence(
        "The database is away. Texts and calls still get the rights essentials. Try again in a minute."
    ),
}

CROWDED: Final = sentence(
    "Many people sign in at this moment. Nothing is wrong with your password: try again in a few seconds."
)


@routes.get("", needs="account.own")
def begin(page: Page) -> Response:
    """To the first room that the visitor may enter; while something is missing that they can do, to that."""
    if first_steps.wait_for(page.line, page.me.permissions):
        return page.go("/begin")
    first = next((link for link in page.request.app.state.rooms if page.may(link.needs)), None)
    return page.go(first.path.removeprefix("/console") if first else "/account")


def add_answers(app: FastAPI) -> None:
    """Answers for what is not to be had, as pages where a page was asked for."""

    @app.exception_handler(GoElsewhere)
    async def go_elsewhere(request: Request, elsewhere: GoElsewhere) -> Response:
        if request.headers.get("hx-request") == "true":  # a part of a page cannot show another page
            return Response(status_code=401, headers={"HX-Redirect": elsewhere.path})
        return RedirectResponse(elsewhere.path, 303)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, fault: HTTPException) -> Response:
        return _say(request, fault.status_code)

    @app.exception_handler(DatabaseAway)
    async def database_away(request: Request, fault: DatabaseAway) -> Response:
        return _say(request, 503)

    @app.exception_handler(Crowded)
    async def crowded(request: Request, fault: Crowded) -> Response:
        answer = _say(request, 503, CROWDED)
        answer.headers["Retry-After"] = str(TRY_AGAIN_S)
        return answer

    @app.exception_handler(DataError)
    async def fits_no_column(request: Request, fault: DataError) -> Response:
        """A number or a letter in an address that the database has no place for: so nothing is there."""
        _log.warning("console_unfit", path=_route(request))
        return _say(request, 404 if request.method in SAFE else 400)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, fault: RequestValidationError) -> Response:
        return _say(request, 404 if request.method in SAFE else 422)

    @app.exception_handler(TooMany)
    async def too_many(request: Request, fault: TooMany) -> Response:
        return Response(status_code=503, headers={"Retry-After": "30"})

    @app.exception_handler(Exception)
    async def broken(request: Request, fault: Exception) -> Response:
        _log.error("console_fault", path=_route(request), kind=type(fault).__name__, at=_place_of(fault))
        setattr(request.state, FAULT_TOLD, True)
        return _say(request, 500)


def _route(request: Request) -> str:
    """The page as it is called in the code: an address may hold the token of an invitation."""
    return getattr(request.scope.get("route"), "path", "")


def _place_of(fault: Exception) -> str:
    """Where in the code it broke; what it says of itself may be personal."""
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _say(request: Request, status: int, words: str = "") -> Response:
    if not request.url.path.startswith("/console"):
        return Response(status_code=status)
    if not hasattr(request.state, "visitor"):
        request.state.visitor = None
    words = words or SENTENCES.get(status, SENTENCES[500])
    return page_of(request).show("frame/fault.html", status=status, sentence=words)
