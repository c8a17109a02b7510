"""The pretend carrier as a web application: REST, control, media, and the phone page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import Clock
from hotline.simulator.config import Config
from hotline.simulator.control.routes import routes as control_routes
from hotline.simulator.page.serve import routes as page_routes
from hotline.simulator.rest.door import RestDoor
from hotline.simulator.transport import Transport

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SHOWN_INLINE: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


def create_app(
    config: Config | None = None, clock: Clock | None = None, transport: Transport | None = None
) -> Starlette:
    """The whole carrier; `app.state.carrier` is its inside, for tests in the same process."""
    carrier = Carrier(config or Config(), clock, transport)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await carrier.close()

    async def media(request: Request) -> Response:
        sid, given = request.path_params["sid"], request.query_params
        medium = carrier.account.media.get(sid)
        if not carrier.links.is_good(sid, given.get("until", ""), given.get("key", ""), carrier.now()):
            return Response(status_code=403)
        if medium is None or not medium.content:
            return Response(status_code=404)
        safe = medium.content_type.startswith(_SHOWN_INLINE)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        if not safe:
            headers["Content-Disposition"] = "attachment"
        return Response(medium.content, media_type=medium.content_type, headers=headers)

    app = Starlette(
        routes=[*control_routes(carrier), Route("/media/{sid}", media), *page_routes()],
        middleware=[Middleware(RestDoor, carrier=carrier)],
        lifespan=lifespan,
    )
    app.state.carrier = carrier
    app.state.hosts = _LOOPBACK | {urlsplit(carrier.config.url).hostname}
    return app
