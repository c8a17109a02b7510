"""Serving the phone page under a strict policy: nothing inline, nothing from another host."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parent
_FILES: Final = {
    "/": ("phones.html", "text/html; charset=utf-8"),
    "/phones.css": ("phones.css", "text/css; charset=utf-8"),
    "/phones.js": ("phones.js", "text/javascript; charset=utf-8"),
    "/favicon.svg": ("favicon.svg", "image/svg+xml"),
    "/photo.js": ("photo.js", "text/javascript; charset=utf-8"),
    "/words.js": ("words.js", "text/javascript; charset=utf-8"),
}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
        " media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def routes() -> list[Route]:
    return [_route(path, name, content_type) for path, (name, content_type) in _FILES.items()]


def _route(path: str, name: str, content_type: str) -> Route:
    async def endpoint(request: Request) -> Response:
        return Response((_FOLDER / name).read_bytes(), headers=_HEADERS | {"Content-Type": content_type})

    return Route(path, endpoint, methods=["GET"])
