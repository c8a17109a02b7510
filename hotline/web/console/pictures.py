"""Pictures of reports and from the scene, through us: the browser asks no other host."""

from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.ports import CarrierUnreachable
from hotline.operations.pictures import NoPicture, OtherKind, report_picture, scene_picture
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("pictures")

# A browser shows a picture alone in a page of its own making, which it styles inline: the fit to the screen.
# That much is allowed, in a sandbox, and nothing else.
POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
GONE: Final = sentence(
    "The carrier no longer has this picture, or does not answer. If it was erased, it is gone;"
    " if not, try again in a minute."
)
OTHER: Final = sentence("What was sent cannot be shown here: only JPEG, PNG, GIF and WebP pictures can.")


@routes.get("/reports/{code}/pictures/{number}", needs="incidents.work", is_recorded=True)
def show_of_report(page: Page, code: str, number: str) -> Response:
    wanted = _number(number)
    return _show(page, lambda: report_picture(page.line, code.upper(), wanted, page.me.name))


@routes.get("/observations/{observation}/pictures/{number}", needs="incidents.work", is_recorded=True)
def show_from_scene(page: Page, observation: str, number: str) -> Response:
    which, wanted = _number(observation), _number(number)
    return _show(page, lambda: scene_picture(page.line, which, wanted, page.me.name))


def _show(page: Page, fetch: Callable[[], tuple[bytes, str]]) -> Response:
    try:
        body, kind = fetch()
    except NoPicture:
        raise HTTPException(404) from None
    except OtherKind:
        return page.show("frame/fault.html", status=404, sentence=OTHER)
    except CarrierUnreachable:
        return page.show("frame/fault.html", status=404, sentence=GONE)
    return Response(body, media_type=kind, headers={"Content-Security-Policy": POLICY})


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise HTTPException(404)
    return int(text)
