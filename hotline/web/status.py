"""The carrier's news about messages, calls and recordings."""

from typing import Final

from hotline.channels.twilio.codes import reaction_of, reaction_of_call
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.inbound import parse_call
from hotline.channels.twilio.status import parse_call_status, parse_message_status, parse_recording_status
from hotline.operations import receipts
from hotline.operations.calling import settle_call
from hotline.operations.giving_back import end_call_back
from hotline.operations.recordings import recording_ready
from hotline.operations.turns import take_turn
from hotline.store.parcels import DeliveryKey, NoKey, read_key
from hotline.store.receipts import Receipt
from hotline.web.front import Webhook
from hotline.web.office import Office
from hotline.web.request import Refused, WebhookAnswer, WebhookRequest

PLACED: Final = "outbound"  # `outbound-api`, `outbound-dial`
HANGUP_TURN: Final = -1  # the end of a call has no turn number of its own
TAKEN: Final = WebhookAnswer(204)
BRING_IT_AGAIN: Final = WebhookAnswer(503)  # the carrier retries news that could not be kept


def webhooks() -> dict[str, Webhook]:
    """Where news comes in."""
    return {
        "/twilio/status/message/": Webhook(_message, BRING_IT_AGAIN),
        "/twilio/status/alert/": Webhook(_alert, BRING_IT_AGAIN),
        "/twilio/status/call": Webhook(_call, BRING_IT_AGAIN),
        "/twilio/status/recording": Webhook(_recording, BRING_IT_AGAIN),
    }


async def _message(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    news = parse_message_status(form, office.door.account_sid)
    reaction = reaction_of(news.code) if news.code else None
    try:
        receipt = Receipt(read_key(request.tail), news.sid, news.status, news.code, reaction)
    except NoKey:
        raise Refused(403, "message key") from None
    if receipts.must_be_at_once(receipt) or not await office.receipts.append(receipt):
        await office.work(receipts.settle, office.line, [receipt])
    return TAKEN


async def _call(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    """How a call ended. One that we placed is a dispatcher's, and no turn of a caller."""
    news = parse_call_status(form, office.door.account_sid)
    if not news.is_over:
        return TAKEN
    if await office.work(end_call_back, office.line, news.sid, office.now()):
        return TAKEN
    if form.get("Direction").startswith(PLACED):
        return BRING_IT_AGAIN  # it ended before its name was written down
    inbound = parse_call(form, HANGUP_TURN, office.door.account_sid)
    await office.work(take_turn, office.line, inbound, office.call_mouth, office.now())
    return TAKEN


async def _alert(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    """How the call of an alert ended; `n` is the try of which it was."""
    news = parse_call_status(form, office.door.account_sid)
    try:
        key = read_key(request.tail)
    except NoKey:
        raise Refused(403, "call key") from None
    if not isinstance(key, DeliveryKey):
        raise Refused(403, "call key")
    fence = request.number("n", 2**31 - 1)
    if news.is_over:
        reaction = reaction_of_call(news.code, news.sip_code)
        await office.work(
            settle_call,
            office.line,
            key,
            fence,
            news.sid,
            news.status,
            news.answered_by,
            news.code,
            reaction,
        )
    return TAKEN


async def _recording(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    news = parse_recording_status(form, office.door.account_sid)
    if news.is_ready:
        await office.work(recording_ready, office.line, news.sid)
    return TAKEN
