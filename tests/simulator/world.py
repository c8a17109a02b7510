"""A pretend carrier on a clock moved by hand, and a customer whose every request is signature-checked."""

import asyncio
import base64
import functools
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from hotline.simulator.account import Phone
from hotline.simulator.app import create_app
from hotline.simulator.call.events import Declined, Key, PickedUp, Spoken
from hotline.simulator.call.leg import Leg
from hotline.simulator.call.life import call_in, hang_up
from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import ManualClock
from hotline.simulator.config import Config
from hotline.simulator.texts.writing import Photo, write
from hotline.simulator.transport import Answer, ConnectionFailed, Outgoing

LINE = "+12135550100"
LUPE = "+12135550101"
ANA = "+12135550190"
BO = "+12135550191"
HOTLINE = "http://127.0.0.1:8000"

Form = dict[str, str]
Reaction = str | Answer | Exception | Callable[[Form], "str | Answer | Awaitable[str | Answer]"]


def xml(inside: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()
    return Answer(200, "text/xml", body)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the customer saw it."""

    path: str
    query: str
    form: Form
    headers: dict[str, str]
    at: float
    method: str = "POST"


@dataclass(slots=True)
class Customer:
    """Answers by path (with query, if there is one); several reactions are used up one after the other."""

    token: str
    clock: ManualClock
    public_url: str = HOTLINE
    answers: Mapping[str, Reaction | list[Reaction]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    async def send(self, request: Outgoing) -> Answer:
        parts = urlsplit(request.url)
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
        assert len(dict(pairs)) == len(pairs), "a parameter was sent twice"
        self._check_signature(request, dict(pairs))
        where = parts.path + (f"?{parts.query}" if parts.query else "")
        self.seen.append(
            Seen(parts.path, parts.query, dict(pairs), request.headers, self.clock.seconds(), request.method)
        )
        return await self._react(self._reaction(where, parts.path), dict(pairs))

    def _reaction(self, where: str, path: str) -> Reaction:
        known = self.answers.get(where, self.answers.get(path, Answer(204, "", b"")))
        if isinstance(known, list):
            return known.pop(0) if len(known) > 1 else known[0]
        return known

    async def _react(self, reaction: Reaction, form: Form) -> Answer:
        if isinstance(reaction, Exception):
            raise reaction
        found: Any = reaction(form) if callable(reaction) else reaction
        if asyncio.iscoroutine(found):
            found = await found
        return xml(found) if isinstance(found, str) else found

    def _check_signature(self, request: Outgoing, form: Form) -> None:
        if "X-Twilio-Webhooks-Signature-Settings" in request.headers:
            return
        url = request.url.replace(HOTLINE, self.public_url, 1)
        given = request.headers["X-Twilio-Signature"]
        assert RequestValidator(self.token).validate(url, form, given), f"bad signature for {url}"

    async def close(self) -> None:
        pass

    def forms(self, path: str) -> list[Form]:
        """What arrived at a path (with query, if given)."""
        return [s.form for s in self.seen if path in {s.path, f"{s.path}?{s.query}"}]

    def paths(self) -> list[str]:
        return [s.path + (f"?{s.query}" if s.query else "") for s in self.seen]


@dataclass(slots=True)
class World:
    """Everything a story needs."""

    carrier: Carrier
    clock: ManualClock
    customer: Customer
    app: Any

    async def text(self, body: str, from_: str = LUPE, photos: tuple[Photo, ...] = ()) -> None:
        write(self.carrier, from_, LINE, body, photos)
        await self.clock.advance(3)

    async def call(self, from_: str = LUPE) -> Leg:
        leg = call_in(self.carrier, self.carrier.account.phone(from_), LINE)
        await self.clock.settle()
        return leg

    async def press(self, leg: Leg, keys: str) -> None:
        for digit in keys:
            leg.post(Key(digit))
            await self.clock.settle()

    async def speak(self, leg: Leg, text: str) -> None:
        leg.post(Spoken(text))
        await self.clock.settle()

    async def pick_up(self, number: str, by_machine: bool = False) -> Leg:
        leg = self.ringing(number)
        leg.post(PickedUp(by_machine))
        await self.clock.settle()
        return leg

    async def decline(self, number: str) -> None:
        self.ringing(number).post(Declined())
        await self.clock.settle()

    async def hang_up(self, leg: Leg) -> None:
        hang_up(leg)
        await self.clock.settle()

    def ringing(self, number: str) -> Leg:
        leg = self.phone(number).leg
        assert leg is not None, f"nothing rings at {number[-4:]}"
        return leg

    def phone(self, number: str) -> Phone:
        return self.carrier.account.phone(number)

    def thread(self, number: str = LUPE) -> list[str]:
        """What arrived on the phone from the customer."""
        texts = self.carrier.account.by_person[number]
        return [
            t.body
            for t in texts
            if t.direction != "inbound" and t.status == "delivered" and not t.is_carriers_own
        ]

    def codes(self) -> list[int]:
        return [error["code"] for error in self.carrier.account.errors]

    async def rest(self, method: str, path: str, form: Any = None, auth: bool = True) -> tuple[int, Any]:
        """A REST request below the account."""
        config = self.carrier.config
        root = f"/2010-04-01/Accounts/{config.account_sid}/"
        secret = f"{config.account_sid}:{config.auth_token}" if auth else "nobody:nothing"
        headers = [(b"authorization", b"Basic " + base64.b64encode(secret.encode()))]
        status, body = await asgi(self.app, method, root + path, urlencode(form or {}, doseq=True), headers)
        return status, json.loads(body) if body[:1] == b"{" else body

    async def send(self, to: str = LUPE, body: str = "Prueba", **more: Any) -> tuple[int, Any]:
        return await self.rest("POST", "Messages.json", {"To": to, "From": LINE, "Body": body, **more})

    async def order(self, name: str, /, **data: Any) -> tuple[int, Any]:
        headers = [(b"content-type", b"application/json")]
        status, body = await asgi(self.app, "POST", f"/control/{name}", json.dumps(data), headers)
        return status, json.loads(body)

    async def look(self, name: str) -> Any:
        _, body = await asgi(self.app, "GET", f"/control/{name}", "", [])
        return json.loads(body)


async def asgi(
    app: Any,
    method: str,
    address: str,
    body: str,
    headers: list[tuple[bytes, bytes]],
    answer_headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """One request to an ASGI application. Raises what the application raises."""
    path, _, query = address.partition("?")
    given = [(b"host", b"127.0.0.1:8001"), *headers]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": given,
        "scheme": "http",
        "server": ("127.0.0.1", 8001),
        "http_version": "1.1",
        "root_path": "",
    }
    sent: list[dict[str, Any]] = []
    arrived = [{"type": "http.request", "body": body.encode(), "more_body": False}]

    async def receive() -> dict[str, Any]:
        return arrived.pop() if arrived else {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await app(scope, receive, send)
    if answer_headers is not None:
        answer_headers.update((k.decode(), v.decode()) for k, v in sent[0]["headers"])
    return sent[0]["status"], b"".join(event.get("body", b"") for event in sent[1:])


def build(answers: Mapping[str, Any] | None = None, **settings: Any) -> World:
    """A carrier with deterministic ids, honest unless told otherwise."""
    config = Config(**{"seed": 1, "calls_per_second": 0.0, **settings})
    clock = ManualClock()
    customer = Customer(config.auth_token, clock, config.public_url or HOTLINE, dict(answers or {}))
    app = create_app(config, clock, customer)
    return World(app.state.carrier, clock, customer, app)


def story(tell: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test to its end, then end what it left running."""

    @functools.wraps(tell)
    def test(*arguments: Any, **named: Any) -> None:
        asyncio.run(tell(*arguments, **named))

    return test


def broken() -> ConnectionFailed:
    return ConnectionFailed("nobody listens")
