"""The carrier's news about messages, calls and recordings."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hotline.channels.twilio.codes import reaction_of
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.inbound import parse_call
from hotline.channels.twilio.status import parse_call_status, parse_message_status, parse_recording_status
from hotline.operations import receipts
from hotline.operations.recordings import recording_ready
from hotline.operations.turns import take_turn
from hotline.store.parcels import NoKey, read_key
from hotline.store.receipts import Receipt
from hotline.web.door import Refused
from hotline.web.office import Office
from hotline.web.webhooks import guarded

HANGUP_TURN = -1  # the end of a call has no turn number of its own
NOTHING = 204

Answer = Callable[[Office, Request, Form], Awaitable[Response]]


def routes(office: Office) -> list[Route]:
    answers: dict[str, Answer] = {
        "/twilio/status/message/{key}": _message,
        "/twilio/status/call": _call,
        "/twilio/status/recording": _recording,
    }
    return [Route(path, _guarded(office, path, answer), methods=["POST"]) for path, answer in answers.items()]


def _guarded(office: Office, path: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """News that cannot be kept is refused with 503, so that the carrier brings it again."""
    handle = guarded(office, path, answer, "")

    async def handle_news(request: Request) -> Response:
        response = await handle(request)
        return Response(status_code=503) if response.status_code == 200 else response

    return handle_news


async def _message(office: Office, request: Request, form: Form) -> Response:
    news = parse_message_status(form, office.door.account_sid)
    reaction = reaction_of(news.code) if news.code else None
    try:
        receipt = Receipt(read_key(request.path_params["key"]), news.sid, news.status, news.code, reaction)
    except NoKey:
        raise Refused(403, "message key") from None
    if receipt.reaction in receipts.AT_ONCE or not await office.receipts.append(receipt):
        await office.work(receipts.record, office.line, [receipt])
    return Response(status_code=NOTHING)


async def _call(office: Office, request: Request, form: Form) -> Response:
    if parse_call_status(form, office.door.account_sid).is_over:
        inbound = parse_call(form, HANGUP_TURN, office.door.account_sid)
        await office.work(take_turn, office.line, inbound, office.call_mouth, office.now())
    return Response(status_code=NOTHING)


async def _recording(office: Office, request: Request, form: Form) -> Response:
    news = parse_recording_status(form, office.door.account_sid)
    if news.is_ready:
        await office.work(recording_ready, office.line, news.sid)
    return Response(status_code=NOTHING)
