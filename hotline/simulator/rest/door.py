"""The REST API's door: who may come in, what goes wrong on order, which resource is meant.

A plain ASGI middleware in front of everything else, because POST Messages is what benchmarks lean on.
"""

import asyncio
import base64
import socket
import struct
from typing import Any, Final

import orjson
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hotline.simulator.account import Attempt
from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import sleep
from hotline.simulator.rest import calls, media, messages, recordings
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.texts.accepting import accept

_ROOT: Final = "/2010-04-01/Accounts/"


class RestDoor:
    """Answers everything below `/2010-04-01/`; passes on all else."""

    def __init__(self, app: ASGIApp, carrier: Carrier) -> None:
        self._app = app
        self._carrier = carrier
        config = carrier.config
        pairs = [(config.account_sid, config.auth_token), *config.api_keys]
        self._welcome = {_basic(*pair) for pair in pairs}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/2010-04-01/"):
            await self._app(scope, receive, send)
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        carrier, body = self._carrier, await _read(receive)
        creates = scope["method"] == "POST" and scope["path"].endswith("/Messages.json")
        latency_s = carrier.misbehaviour.plan.latency_s
        if latency_s is None:
            latency_s = carrier.config.latency_s
        if latency_s:
            await sleep(carrier.clock, latency_s)
        chaos = carrier.misbehaviour
        if chaos.draw("reset_before"):
            self._note(creates, body, "reset_before")
            return await _cut(receive, is_reset=True)
        if chaos.draw("too_many_requests"):
            self._note(creates, body, "20429")
            return await _send_error(send, RestError(20429))
        if chaos.draw("server_error_before"):
            self._note(creates, body, "503")
            return await _send_error(send, RestError(20503))
        response = await self._respond(scope, body)
        if scope["method"] == "POST" and response.status_code < 300:
            if chaos.draw("lost_answer"):
                return await _cut(receive)
            if chaos.draw("server_error_after"):
                return await _send_error(send, RestError(20500))
        return await response(scope, receive, send)

    def _note(self, creates: bool, body: bytes, outcome: str) -> None:
        if creates:
            form = Form(body.decode("utf-8", "replace"))
            attempt = Attempt(self._carrier.seconds(), form.get("To"), outcome, form.get("Body"))
            self._carrier.account.attempts.append(attempt)

    async def _respond(self, scope: Scope, body: bytes) -> Response:
        try:
            self._authenticate(scope)
            form = Form(body.decode("utf-8", "replace"))
            query = Form(scope["query_string"].decode("latin-1"))
            return await self._route(scope, form, query)
        except RestError as error:
            return _json(error.to_json(), error.status)

    def _authenticate(self, scope: Scope) -> None:
        """Raises RestError 20003; only media links, which browsers follow, may be open."""
        for name, value in scope["headers"]:
            if name == b"authorization" and value in self._welcome:
                return
        is_media = "/Media/" in scope["path"] and not scope["path"].endswith(".json")
        if is_media and not self._carrier.config.media_auth:
            return
        raise RestError(20003)

    async def _route(self, scope: Scope, form: Form, query: Form) -> Response:
        carrier, path = self._carrier, scope["path"]
        account_sid, _, rest = path.removeprefix(_ROOT).partition("/")
        if not path.startswith(_ROOT) or account_sid != carrier.config.account_sid:
            raise RestError(20404, path)
        match (scope["method"], rest.split("/")):
            case ("POST", ["Messages.json"]):
                message = await accept(carrier, form)
                return _json(message.to_json(account_sid), 201)
            case ("GET", ["Messages.json"]):
                return _json(messages.list_messages(carrier, query))
            case (method, ["Messages", *parts]):
                return _message(carrier, method, parts, form, query)
            case (method, ["Calls.json"]) if method == "POST":
                return _json(calls.create(carrier, form).to_json(), 201)
            case ("GET", ["Calls.json"]):
                return _json(calls.list_calls(carrier, query))
            case (method, ["Calls", *parts]):
                return _call(carrier, method, parts, form, query)
            case ("GET", ["Recordings.json"]):
                return _json(recordings.list_recordings(carrier, query))
            case (method, ["Recordings", name]):
                return _recording(carrier, method, name)
            case _:
                raise RestError(20404, path)


def _message(carrier: Carrier, method: str, parts: list[str], form: Form, query: Form) -> Response:
    account_sid = carrier.config.account_sid
    names = [part.removesuffix(".json") for part in parts]
    match (method, parts, names):
        case ("GET", [_], [sid]):
            return _json(messages.find(carrier, sid).to_json(account_sid))
        case ("POST", [_], [sid]):
            return _json(messages.update(carrier, sid, form).to_json(account_sid))
        case ("DELETE", [_], [sid]):
            messages.delete(carrier, sid)
            return Response(status_code=204)
        case ("GET", [_, "Media.json"], [sid, _]):
            return _json(media.list_media(carrier, sid, query))
        case ("GET", [_, "Media", last], [sid, _, medium]):
            found = media.find(carrier, sid, medium)
            if last.endswith(".json"):
                return _json(media.to_json(carrier, found))
            return RedirectResponse(media.location(carrier, found), 307)  # seen, not documented: 307
        case ("DELETE", [_, "Media", _], [sid, _, medium]):
            media.delete(carrier, sid, medium)
            return Response(status_code=204)
        case _:
            raise RestError(20404, "/Messages/" + "/".join(parts))


def _call(carrier: Carrier, method: str, parts: list[str], form: Form, query: Form) -> Response:
    match (method, [part.removesuffix(".json") for part in parts]):
        case ("GET", [sid]):
            return _json(calls.find(carrier, sid).to_json())
        case ("POST", [sid]):
            return _json(calls.update(carrier, sid, form).to_json())
        case ("DELETE", [sid]):
            calls.delete(carrier, sid)
            return Response(status_code=204)
        case ("GET", [sid, "Recordings"]):
            calls.find(carrier, sid)
            return _json(recordings.list_recordings(carrier, query, sid))
        case _:
            raise RestError(20404, "/Calls/" + "/".join(parts))


def _recording(carrier: Carrier, method: str, name: str) -> Response:
    sid, _, extension = name.partition(".")
    match (method, extension):
        case ("GET", "json"):
            return _json(recordings.to_json(carrier, recordings.find(carrier, sid)))
        case ("GET", "" | "wav" | "mp3"):
            content_type, content = recordings.sound(carrier, sid, extension or "wav")
            return Response(content, media_type=content_type)
        case ("DELETE", "json" | ""):
            recordings.delete(carrier, sid)
            return Response(status_code=204)
        case _:
            raise RestError(20404, f"/Recordings/{name}")


def _basic(name: str, secret: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{name}:{secret}".encode())


def _json(data: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


async def _send_error(send: Send, error: RestError) -> None:
    body = orjson.dumps(error.to_json())
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        chunk: bytes = event.get("body", b"")
        body += chunk
        if not event.get("more_body", False):
            return body


async def _cut(receive: Receive, is_reset: bool = False) -> None:
    """Break the connection without a word, by a reset or by a plain end.

    Needs uvicorn, whose `receive` knows its transport; elsewhere the call raises.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the pretend carrier broke the connection")
    if is_reset:  # no lingering: what is unsent is thrown away and the other side gets a reset
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
