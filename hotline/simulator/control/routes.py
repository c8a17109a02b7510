"""The control routes, and who may use them."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hotline.simulator.carrier import Carrier
from hotline.simulator.control.looks import Looks
from hotline.simulator.control.orders import Orders
from hotline.simulator.control.refusals import Data, Refused
from hotline.simulator.control.stream import event_stream


def routes(carrier: Carrier) -> list[Route]:
    """All control routes."""
    people, sight = Orders(carrier), Looks(carrier)
    orders: dict[str, Callable[[Data], Awaitable[Data]]] = {
        "text": people.text,
        "call": people.call,
        "keys": people.keys,
        "say": people.say,
        "answer": people.answer,
        "voicemail": people.voicemail,
        "decline": people.decline,
        "hangup": people.hangup,
        "phones": people.phone,
        "misbehave": people.misbehave,
        "reset": people.reset,
    }
    looks: dict[str, Callable[[Request], Data]] = {
        "phones": sight.phones,
        "phones/{number}": sight.phone,
        "record": sight.record,
        "errors": sight.errors,
        "calls": sight.calls,
        "idle": sight.idle,
    }
    return [
        *(Route(f"/control/{name}", _order(order), methods=["POST"]) for name, order in orders.items()),
        *(Route(f"/control/{name}", _look(look), methods=["GET"]) for name, look in looks.items()),
        Route("/control/events", _events(carrier), methods=["GET"]),
    ]


def _is_from_here(request: Request) -> bool:
    """Other sites' pages must not reach the control routes, nor through a rebound host name."""
    origin = request.headers.get("origin", "")
    same = not origin or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
    return same and (request.url.hostname or "") in request.app.state.hosts


def _order(action: Callable[[Data], Awaitable[Data]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not _is_from_here(request) or not request.headers.get("content-type", "").startswith(
            "application/json"
        ):
            return _json({"error": "orders are JSON from this machine"}, 403)
        try:
            data = orjson.loads(await request.body() or b"{}")
            if not isinstance(data, dict):
                raise Refused("not_an_order")
            return _json(await action(data))
        except orjson.JSONDecodeError as error:
            return _json({"error": str(error)}, 400)
        except Refused as error:
            return _json(error.answer, error.status)

    return endpoint


def _look(view: Callable[[Request], Data]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not _is_from_here(request):
            return _json({"error": "only from this machine"}, 403)
        try:
            return _json(view(request))
        except Refused as error:
            return _json(error.answer, error.status)

    return endpoint


def _events(carrier: Carrier) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not _is_from_here(request):
            return _json({"error": "only from this machine"}, 403)
        return event_stream(carrier)

    return endpoint


def _json(data: Data, status: int = 200) -> Response:
    return Response(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json")
