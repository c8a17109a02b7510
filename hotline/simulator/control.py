"""The hand behind the pretend world: phones act, the carrier misbehaves, a judge looks. JSON over HTTP."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hotline.simulator.account import Phone
from hotline.simulator.call.events import Declined, Key, PickedUp, Spoken
from hotline.simulator.call.leg import Leg
from hotline.simulator.call.life import call_in, hang_up
from hotline.simulator.carrier import Carrier
from hotline.simulator.misbehaviour import BadPlan, read_plan
from hotline.simulator.numbers import is_pretend, normalise
from hotline.simulator.texts.writing import Photo, write
from hotline.simulator.views import call_json, phone_json, record_json

_BEHAVIOURS: Final = frozenset({"manual", "voicemail", "answer", "busy", "unreachable", "failed"})
_LARGEST_PHOTO: Final = 5_000_000
_KEEP_ALIVE_S: Final = 15.0

Data = dict[str, Any]


# The page says these in its own two languages, by name.
_REASONS: Final = {
    "not_an_order": "an order is a JSON object",
    "empty_text": "a text needs words or a photo",
    "in_a_call": "this phone is in a call",
    "in_no_call": "this phone is in no call",
    "nothing_rings": "nothing rings on this phone",
    "bad_keys": "keys are 0-9, * and #",
    "bad_behaviour": "behaviour is one of " + ", ".join(sorted(_BEHAVIOURS)),
    "not_pretend": "a pretend phone has a number from +1 xxx 555-0100 to 0199",
    "hotlines_number": "this number belongs to the hotline",
    "nobody_there": "nobody answers at that number",
    "bad_photo": "a photo is an image, sound or video in base64, at most 5 MB",
    "bad_plan": "this plan cannot be followed",
}


class Refused(Exception):
    """The order cannot be followed; `reason` is a name from the table above."""

    def __init__(self, reason: str, status: int = 400, detail: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"reason": reason, "error": detail or _REASONS[reason]}


def routes(carrier: Carrier) -> list[Route]:
    """All control routes."""
    control = Control(carrier)
    orders: dict[str, Callable[[Data], Awaitable[Data]]] = {
        "text": control.text,
        "call": control.call,
        "keys": control.keys,
        "say": control.say,
        "answer": control.answer,
        "voicemail": control.voicemail,
        "decline": control.decline,
        "hangup": control.hangup,
        "phones": control.phone,
        "misbehave": control.misbehave,
        "reset": control.reset,
    }
    looks: dict[str, Callable[[Request], Data]] = {
        "phones": control.see_phones,
        "phones/{number}": control.see_phone,
        "record": control.see_record,
        "errors": control.see_errors,
        "calls": control.see_calls,
        "idle": control.see_idle,
    }
    return [
        *(Route(f"/control/{name}", _order(order), methods=["POST"]) for name, order in orders.items()),
        *(Route(f"/control/{name}", _look(look), methods=["GET"]) for name, look in looks.items()),
        Route("/control/events", control.events, methods=["GET"]),
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


def _json(data: Data, status: int = 200) -> Response:
    return Response(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json")


class Control:
    """Orders take and give JSON objects. Raises Refused."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def text(self, data: Data) -> Data:
        """`{from, to?, body, photos?: [{type, base64}]}`: a person writes."""
        phone, photos = self._phone(data), [_photo(item) for item in data.get("photos", [])]
        body = str(data.get("body", ""))
        if not body and not photos:
            raise Refused("empty_text")
        message = write(self._carrier, phone.number, self._hotline(data), body, photos)
        return {"sid": message.sid}

    async def call(self, data: Data) -> Data:
        """`{from, to?, withheld?}`: a person calls; withheld: the number that is shown instead."""
        phone = self._phone(data)
        if phone.leg is not None:
            raise Refused("in_a_call", 409)
        leg = call_in(self._carrier, phone, self._hotline(data), str(data.get("withheld", "")))
        return {"sid": leg.sid}

    async def keys(self, data: Data) -> Data:
        """`{number, keys}`: press keys, one after the other."""
        leg, keys = self._leg(data), str(data.get("keys", ""))
        if not keys or set(keys) - set("0123456789*#"):
            raise Refused("bad_keys")
        for digit in keys:
            leg.hear("key", digit)
            leg.post(Key(digit))
        return call_json(leg)

    async def say(self, data: Data) -> Data:
        """`{number, text}`: pretend to speak."""
        leg = self._leg(data)
        leg.post(Spoken(str(data.get("text", ""))))
        return call_json(leg)

    async def answer(self, data: Data) -> Data:
        """`{number}`: the person picks up."""
        return self._pick_up(data, PickedUp())

    async def voicemail(self, data: Data) -> Data:
        """`{number}`: the voicemail box picks up."""
        return self._pick_up(data, PickedUp(by_machine=True))

    async def decline(self, data: Data) -> Data:
        leg = self._leg(data)
        leg.post(Declined())
        return call_json(leg)

    async def hangup(self, data: Data) -> Data:
        leg = self._leg(data)
        hang_up(leg)
        return call_json(leg)

    async def phone(self, data: Data) -> Data:
        """`{number, name?, language?, behaviour?}`: add a phone or change it."""
        phone = self._phone(data)
        phone.name = str(data.get("name", phone.name))
        phone.language = str(data.get("language", phone.language))
        behaviour = data.get("behaviour", phone.behaviour)
        if behaviour not in _BEHAVIOURS:
            raise Refused("bad_behaviour")
        phone.behaviour = behaviour
        self._carrier.changed(phone.number)
        return phone_json(self._carrier, phone)

    async def misbehave(self, data: Data) -> Data:
        """A plan (see misbehaviour.py) in place of the one before; `{}` behaves again."""
        try:
            self._carrier.obey(read_plan(data))
        except (BadPlan, TypeError, ValueError) as error:
            raise Refused("bad_plan", detail=str(error)) from None
        return {"ok": True}

    async def reset(self, data: Data) -> Data:
        await self._carrier.reset()
        return {"ok": True}

    def see_phones(self, request: Request) -> Data:
        phones = [phone_json(self._carrier, phone) for phone in self._carrier.account.phones.values()]
        return {"numbers": self._carrier.config.numbers, "phones": phones}

    def see_phone(self, request: Request) -> Data:
        return phone_json(self._carrier, self._phone({"number": request.path_params["number"]}))

    def see_record(self, request: Request) -> Data:
        with_messages = request.query_params.get("summary") != "1"
        return record_json(self._carrier, with_messages, request.query_params.get("direction", ""))

    def see_errors(self, request: Request) -> Data:
        return {"errors": self._carrier.account.errors}

    def see_calls(self, request: Request) -> Data:
        return {"calls": [call_json(leg) for leg in self._carrier.account.calls.values()]}

    def see_idle(self, request: Request) -> Data:
        return {"in_flight": self._carrier.in_flight}

    async def events(self, request: Request) -> Response:
        """Server-sent events: a phone's whole state each time it changes."""
        if not _is_from_here(request):
            return _json({"error": "only from this machine"}, 403)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[bytes]:
        changed: dict[str, Phone] = dict(self._carrier.account.phones)
        wake = asyncio.Event()
        wake.set()

        def note(phone: Phone) -> None:
            changed[phone.number] = phone
            wake.set()

        stop = self._carrier.listen(note)
        try:
            while True:
                try:
                    await asyncio.wait_for(wake.wait(), _KEEP_ALIVE_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                wake.clear()
                phones, changed = list(changed.values()), {}
                for phone in phones:
                    yield b"data: " + orjson.dumps(phone_json(self._carrier, phone)) + b"\n\n"
        finally:
            stop()

    def _pick_up(self, data: Data, event: PickedUp) -> Data:
        leg = self._leg(data)
        if leg.answered_at_s is not None or leg.direction == "inbound":
            raise Refused("nothing_rings", 409)
        leg.post(event)
        return call_json(leg)

    def _phone(self, data: Data) -> Phone:
        number = normalise(str(data.get("number") or data.get("from") or ""))
        if number is None or not is_pretend(number):
            raise Refused("not_pretend")
        if number in self._carrier.config.numbers:
            raise Refused("hotlines_number")
        return self._carrier.account.phone(number)

    def _leg(self, data: Data) -> Leg:
        leg = self._phone(data).leg
        if leg is None:
            raise Refused("in_no_call", 409)
        return leg

    def _hotline(self, data: Data) -> str:
        number = str(data.get("to") or self._carrier.config.numbers[0])
        if number not in self._carrier.config.numbers:
            raise Refused("nobody_there")
        return number


def _photo(item: Data) -> Photo:
    content_type = str(item.get("type", ""))
    if not content_type.startswith(("image/", "audio/", "video/")):
        raise Refused("bad_photo")
    try:
        content = base64.b64decode(str(item.get("base64", "")), validate=True)
    except binascii.Error:
        raise Refused("bad_photo") from None
    if len(content) > _LARGEST_PHOTO:
        raise Refused("bad_photo")
    return content_type, content
