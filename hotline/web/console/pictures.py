"""Pictures of reports and from the scene, through us: the browser asks no other host."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.domain.ports import CarrierUnreachable
from hotline.operations.pictures import NoPicture, report_picture, scene_picture
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("pictures")


@routes.get("/reports/{code}/pictures/{number}", needs="incidents.work")
def show_of_report(page: Page, code: str, number: str) -> Response:
    wanted = _number(number)
    return _show(lambda: report_picture(page.line, code.upper(), wanted, page.me.name))


@routes.get("/observations/{observation}/pictures/{number}", needs="incidents.work")
def show_from_scene(page: Page, observation: str, number: str) -> Response:
    which, wanted = _number(observation), _number(number)
    return _show(lambda: scene_picture(page.line, which, wanted, page.me.name))


def _show(fetch: Callable[[], tuple[bytes, str]]) -> Response:
    try:
        body, kind = fetch()
    except NoPicture:
        raise HTTPException(404) from None
    except CarrierUnreachable:  # it may have been deleted there, or be away
        raise HTTPException(404) from None
    return Response(body, media_type=kind)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise HTTPException(404)
    return int(text)
