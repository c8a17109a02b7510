"""Put the interface together: its resources, its description, its answers."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from hotline.web.api import alerts, house, incidents, tickets
from hotline.web.api.problems import MEANINGS, Problem, ProblemDetails
from hotline.web.api.routes import Resource
from hotline.web.console.desk import Desk

ROOT: Final = "/api/v1"
DESCRIPTION: Final = "/openapi.json"
RESOURCES: Final[tuple[Resource, ...]] = (
    incidents.resource,
    tickets.resource,
    alerts.resource,
    house.resource,
)
_ABOUT: Final = (
    "The operations of the console for other programs. A key is made in the console, acts in the name of"
    " whoever made it, and is sent as `Authorization: Bearer hl_...`. Errors are problem details (RFC 9457)."
    " Lists page by key: give `next` as `after`. A POST with an `Idempotency-Key` is done once. An alert is"
    " drafted here and released by a person, never by a program."
)
_HEADERS: Final = [
    (b"cache-control", b"private, no-cache"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"authorization"),
    (b"x-content-type-options", b"nosniff"),
]


def build_api(desk: Desk) -> Any:
    """An application to mount at ROOT."""
    api = FastAPI(title="Hotline", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.desk = desk
    for resource in RESOURCES:
        api.include_router(resource.router)

    @api.exception_handler(HTTPException)
    async def refused(request: Request, fault: HTTPException) -> Response:
        status = fault.status_code if fault.status_code in MEANINGS else 400
        return Problem(status, "not_here", headers=fault.headers).response()

    @api.get(DESCRIPTION, include_in_schema=False)
    async def describe() -> Response:
        return JSONResponse(description(api))

    return Headers(api)


class Headers:
    """ASGI: what every answer tells a browser that came here by mistake."""

    def __init__(self, inside: FastAPI) -> None:
        self.inside = inside

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def add(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self.inside(scope, receive, add)


def description(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once."""
    if api.openapi_schema is None:
        made = get_openapi(title="Hotline", version="1", description=_ABOUT, routes=api.routes)
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {})["ProblemDetails"] = ProblemDetails.model_json_schema()
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        api.openapi_schema = made | {"servers": [{"url": ROOT}]}
    return api.openapi_schema
