"""Who may come in: a session, a permission that the route names, and a form that is really theirs."""

from collections.abc import Awaitable, Callable
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hotline.domain.permission import STEP_UP, Permission
from hotline.domain.visitor import Visitor
from hotline.operations.sessions import csrf_matches, has_stepped_up, visit
from hotline.web.console.cookies import session_name
from hotline.web.console.desk import Desk
from hotline.web.console.forms import form_of

SAFE: Final = frozenset({"GET", "HEAD"})
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF"

# What a route needs: a permission, or to say openly that anyone may come ("nobody" need be signed in).
Needs = Permission | Literal["nobody"]


class GoElsewhere(Exception):
    """Not here and now: first sign in, or show once more that it is you."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def needing(needs: Needs, is_recorded: bool = False) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets in whoever has the permission, and sets `request.state.visitor`."""

    async def guard(request: Request) -> None:
        desk: Desk = request.app.state.desk
        visitor = await _visitor(desk, request)
        request.state.visitor = visitor
        request.state.needs = needs
        if request.method in SAFE:
            _require_link_at_most(request, is_recorded)
        else:
            _require_same_site(desk, request)
        if needs == "nobody":
            return
        if visitor is None:
            raise GoElsewhere(f"/console/login?next={quote(_here(request))}")
        if needs not in visitor.permissions:
            raise HTTPException(403)
        if request.method not in SAFE:
            await _require_token(request, visitor)
        if needs in STEP_UP and not has_stepped_up(visitor, desk.line.clock()):
            raise GoElsewhere(f"/console/step-up?next={quote(_here(request))}")

    return guard


async def _visitor(desk: Desk, request: Request) -> Visitor | None:
    token = request.cookies.get(session_name(desk.is_secure))
    if not token:
        return None
    visited = await run_in_threadpool(visit, desk.line, token, desk.line.clock())
    if visited is None:
        return None
    if visited.new_token:
        request.state.new_token = visited.new_token
    return visited.visitor


def _require_same_site(desk: Desk, request: Request) -> None:
    """Browsers say where a form came from; one from elsewhere is not ours."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise HTTPException(403)
    origin = request.headers.get("origin")
    if origin is not None and _origin(origin) not in {
        _origin(desk.public_url),
        _origin(str(request.base_url)),
    }:
        raise HTTPException(403)


def _require_link_at_most(request: Request, is_recorded: bool) -> None:
    """From elsewhere one may follow a link to a page; no picture, frame or script is loaded from there, and
    nothing of which it is written down who looked. Browsers that do not say where a request comes from send
    no cookie of ours (SameSite) with any but a link.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    if request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
        return
    said = (request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest"))
    if is_recorded or said != ("navigate", "document"):
        raise HTTPException(403)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


async def _require_token(request: Request, visitor: Visitor) -> None:
    sent = request.headers.get(CSRF_HEADER) or (await form_of(request)).text(CSRF_FIELD)
    if not csrf_matches(visitor, sent):
        raise HTTPException(403)


def _here(request: Request) -> str:
    """Where to go on afterwards: the page itself; for a form, the page it stood on."""
    if request.method in SAFE:
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path if came_from.path.startswith("/console") else "/console"
