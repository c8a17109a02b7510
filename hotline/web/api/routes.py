"""The routes of a resource: each names the scope that a key needs, or does not exist."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final, TypeVar, assert_never

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.domain.permission import Permission
from hotline.operations import api_keys, idempotency
from hotline.operations.api_keys import Bearer, NotAKey, TooOften
from hotline.operations.idempotency import LONGEST_KEY, Answered, Fresh
from hotline.operations.line import Line
from hotline.store import audit
from hotline.store.database import Contended, DatabaseAway, transaction
from hotline.web.api.problems import Problem, documented, invalid
from hotline.web.console.desk import Desk

Handler = TypeVar("Handler", bound=Callable[..., Any])
Answer = Callable[[Request], Awaitable[Response]]

SCOPE: Final = "x-scope"
MOST_BYTES: Final = 65_536
_ANY: Final = (401, 403, 422, 429, 503)
_POST: Final = (400, 404, 409, 413, 415)
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own: the same request under it is done once, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
_log = structlog.get_logger("api")


@dataclass(frozen=True, slots=True)
class CallContext:
    """One request of a program: `me` is the key and in whose name it acts."""

    line: Line
    me: Bearer
    now: datetime


class ApiRoute(APIRoute):
    """A route that looks at the key before it reads anything else of the request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        scope: Permission = (self.openapi_extra or {})[SCOPE]
        path = self.path

        async def handle(request: Request) -> Response:
            return await _answer(lambda: _guarded(answer, request, scope, path))

        return handle


class Resource:
    """Decorators for the functions of a resource. A function is sync and takes `call: Call`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.router = APIRouter(route_class=ApiRoute, tags=[name])

    def get(self, path: str, *, scope: Permission, answers: type[BaseModel]) -> Callable[[Handler], Handler]:
        problems = (*_ANY, 404) if "{" in path else _ANY
        return self._add("GET", path, scope, answers, 200, problems, {})

    def post(
        self, path: str, *, scope: Permission, answers: type[BaseModel], status: int = 200
    ) -> Callable[[Handler], Handler]:
        more = {"parameters": [_IDEMPOTENCY]}
        return self._add("POST", path, scope, answers, status, (*_ANY, *_POST), more)

    def _add(
        self,
        method: str,
        path: str,
        scope: Permission,
        answers: type[BaseModel],
        status: int,
        problems: tuple[int, ...],
        more: dict[str, Any],
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                response_model=answers,
                status_code=status,
                responses=documented(*sorted(problems)),
                openapi_extra={SCOPE: scope, "security": [{"key": []}], **more},
                operation_id=handler.__name__,
            )
            return handler

        return add


def call_of(request: Request) -> CallContext:
    line = line_of(request)
    return CallContext(line, request.state.bearer, line.clock())


Call = Annotated[CallContext, Depends(call_of)]


def line_of(request: Request) -> Line:
    desk: Desk = request.app.state.desk
    return desk.line


async def _answer(make: Callable[[], Awaitable[Response]]) -> Response:
    """What came of it; a fault says nothing of the inside."""
    try:
        return await make()
    except Problem as problem:
        return problem.response()
    except RequestValidationError as fault:
        return invalid(fault).response()
    except HTTPException:  # a body that is no JSON at all
        return Problem(400, "not_read").response()
    except (DatabaseAway, Contended):
        return Problem(503, "away", headers={"Retry-After": "5"}).response()
    except Exception as fault:
        _log.error("api_fault", kind=type(fault).__name__)
        return Problem(500, "broken").response()


async def _guarded(answer: Answer, request: Request, scope: Permission, path: str) -> Response:
    bearer = await run_in_threadpool(_admit, line_of(request), request.headers.get("authorization", ""))
    if scope not in bearer.permissions:
        raise Problem(403, "scope", f"This takes a key for {scope}.")
    body = await _body(request)
    again = Request(request.scope, _replay(body))
    again.state.bearer = bearer
    if request.method != "POST":
        return _tagged(request, await answer(again))
    _require_json(request)
    return await _once(answer, again, body, bearer, path)


def _admit(line: Line, header: str) -> Bearer:
    kind, _, shown = header.partition(" ")
    try:
        if kind.lower() != "bearer":
            raise NotAKey
        return api_keys.admit(line, shown.strip(), line.clock())
    except NotAKey:
        raise Problem(401, "key", headers={"WWW-Authenticate": 'Bearer realm="hotline"'}) from None
    except TooOften as often:
        raise Problem(429, "too_often", headers={"Retry-After": str(often.wait_s)}) from None


async def _body(request: Request) -> bytes:
    """The body, read up to a bound whatever its length was said to be."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > MOST_BYTES:
            raise Problem(413, "too_large")
    return bytes(found)


def _replay(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _require_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", ""}:
        raise Problem(415, "not_json")


async def _once(answer: Answer, request: Request, body: bytes, bearer: Bearer, path: str) -> Response:
    """Do it; under an Idempotency-Key only the first time."""
    line, asked = line_of(request), request.headers.get("idempotency-key")
    if asked is None:
        return await _done(line, bearer, path, lambda: answer(request))
    if not 1 <= len(asked) <= LONGEST_KEY:
        raise Problem(400, "idempotency_key", f"An Idempotency-Key has 1 to {LONGEST_KEY} letters.")
    whole = b"\n".join((request.method.encode(), request.url.path.encode(), body))
    found = await run_in_threadpool(idempotency.claim, line, bearer.row_id, asked, whole, line.clock())
    match found:
        case Answered():
            again = {"Idempotency-Replayed": "true"}
            return Response(found.body, found.status, again, found.media_type)
        case "other":
            raise Problem(422, "idempotency_key_reused", "This key was used for another request.")
        case "underway":
            detail = "The first one is being worked on, or its answer was lost: look what became of it."
            raise Problem(409, "idempotency_key_underway", detail)
        case Fresh():
            pass
        case _:
            assert_never(found)
    response = await _answer(lambda: _done(line, bearer, path, lambda: answer(request)))
    if response.status_code >= 500:
        await run_in_threadpool(idempotency.drop, line, found.row_id)
    else:
        kept = Answered(response.status_code, response.media_type or "application/json", bytes(response.body))
        await run_in_threadpool(idempotency.keep, line, found.row_id, kept)
    return response


async def _done(line: Line, bearer: Bearer, path: str, make: Callable[[], Awaitable[Response]]) -> Response:
    """What a key changed stands in the audit beside what the person did: by the key's id."""
    response = await make()
    if response.status_code < 400:
        await run_in_threadpool(_record, line, bearer, path)
    return response


def _record(line: Line, bearer: Bearer, path: str) -> None:
    with transaction(line.database) as db:
        audit.record(db, bearer.name, "api.call", bearer.key_id, line.clock(), {"path": path})


def _tagged(request: Request, response: Response) -> Response:
    """With a tag of its content; nothing is sent again to who has it."""
    if response.status_code != 200:
        return response
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    if tag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response
