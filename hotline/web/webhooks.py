"""The carrier's webhooks for texts and calls: let in, parse, take the turn, answer."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hotline.channels.twilio.errors import BadWebhook
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.inbound import parse_call, parse_sms
from hotline.channels.twilio.twiml import (
    render_bridge,
    render_gather,
    render_hangup,
    render_whisper_accept,
    render_whisper_ring,
)
from hotline.domain.phone import PhoneNumber
from hotline.operations.ringing import Whisper, whisper
from hotline.operations.turns import take_turn
from hotline.web.door import Refused, refusal
from hotline.web.office import REFUSALS, Office, twiml

Handler = Callable[[Request], Awaitable[Response]]
LAST_TURN = 10_000


def routes(office: Office) -> list[Route]:
    """Text and call webhooks."""
    answers: dict[str, tuple[Callable[[Office, Request, Form], Awaitable[Response]], str]] = {
        "/twilio/sms": (_sms, office.fault.sms),
        "/twilio/voice": (_voice, office.fault.voice),
        "/twilio/voice/turn": (_turn, office.fault.voice),
        "/twilio/voice/whisper/{leg}": (_whisper, render_hangup()),
        "/twilio/fallback/sms": (_fallback_sms, office.fault.sms),
        "/twilio/fallback/voice": (_fallback_voice, office.fault.voice),
    }
    return [
        Route(path, guarded(office, path, answer, document), methods=["POST"])
        for path, (answer, document) in answers.items()
    ]


def guarded(
    office: Office,
    where: str,
    answer: Callable[[Office, Request, Form], Awaitable[Response]],
    document: str,
) -> Handler:
    """Nothing unsigned gets in, and whatever breaks behind the door is answered with `document`."""

    async def handle(request: Request) -> Response:
        try:
            form = await office.door.admit(request)
            return await answer(office, request, form)
        except Refused as refused:
            REFUSALS.labels(refused.reason).inc()
            return refusal(refused)
        except BadWebhook as fault:
            REFUSALS.labels(type(fault).__name__).inc()
            return Response(status_code=fault.status)
        except Exception as fault:
            return office.broken(where, fault, document)

    return handle


async def _sms(office: Office, request: Request, form: Form) -> Response:
    inbound = parse_sms(
        form,
        office.door.account_sid,
        carrier_handles_words=office.carrier_handles_words,
        media_base=office.media_base,
    )
    return twiml(await office.work(take_turn, office.line, inbound, office.text_mouth, office.now()))


async def _voice(office: Office, request: Request, form: Form) -> Response:
    inbound = parse_call(form, 0, office.door.account_sid)
    return twiml(await office.work(take_turn, office.line, inbound, office.call_mouth, office.now()))


async def _turn(office: Office, request: Request, form: Form) -> Response:
    inbound = parse_call(form, _number(request), office.door.account_sid)
    return twiml(await office.work(take_turn, office.line, inbound, office.call_mouth, office.now()))


async def _whisper(office: Office, request: Request, form: Form) -> Response:
    leg, n = request.path_params["leg"], _number(request)
    keys = form.get("Digits")
    step = await office.work(whisper, office.line, leg, n, keys, office.now())
    return twiml(_whispered(office, step, leg, n))


def _whispered(office: Office, step: Whisper, leg: str, n: int) -> str:
    following = office.addresses.whisper(leg, n + 1)
    match step.kind:
        case "ring":
            return render_whisper_ring(step.parts, following)
        case "accept":
            return render_whisper_accept(step.parts)
        case "bridge":
            number = PhoneNumber(step.number)
            return render_bridge(step.parts, number, office.line.voice_number.e164, following)
        case "ask":
            return render_gather(step.parts, "12", following)
        case "hangup":
            return render_hangup(step.parts)


async def _fallback_sms(office: Office, request: Request, form: Form) -> Response:
    return office.broken("carrier", RuntimeError(), office.fault.sms)


async def _fallback_voice(office: Office, request: Request, form: Form) -> Response:
    return office.broken("carrier", RuntimeError(), office.fault.voice)


def _number(request: Request) -> int:
    """The turn number in the address; it is signed, so a strange one is nobody's mistake."""
    found = request.query_params.getlist("n")
    if len(found) != 1 or not found[0].isdecimal() or not 1 <= int(found[0]) <= LAST_TURN:
        raise Refused(403, "turn number")
    return int(found[0])
