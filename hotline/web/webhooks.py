"""The carrier's webhooks for texts and calls: parse, take the turn, answer."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Final

from hotline.channels.twilio.fields import require_account
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.inbound import parse_call, parse_sms
from hotline.channels.twilio.twiml import (
    render_bridge,
    render_gather,
    render_hangup,
    render_whisper_accept,
    render_whisper_ring,
)
from hotline.domain.call import STOP_KEY, STOP_WORDS
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.flow.inbound import Inbound
from hotline.flow.input import Text
from hotline.flow.opting import refusal_in
from hotline.operations.calling import hear
from hotline.operations.ringing import Whisper, whisper
from hotline.operations.turns import take_turn
from hotline.store.database import DatabaseAway
from hotline.store.parcels import DeliveryKey, NoKey, read_key
from hotline.store.spool import Refused as Kept
from hotline.web.front import Webhook
from hotline.web.office import Office
from hotline.web.request import Refused, WebhookAnswer, WebhookRequest

LAST_TURN: Final = 10_000
ASK_AGAIN_S: Final = 0.5


def webhooks(office: Office) -> dict[str, Webhook]:
    """Where texts and calls come in."""
    sms, voice = WebhookAnswer(200, office.fault.sms), WebhookAnswer(200, office.fault.voice)
    return {
        "/twilio/sms": Webhook(_sms, sms),
        "/twilio/voice": Webhook(_voice, voice),
        "/twilio/voice/turn": Webhook(_turn, voice),
        "/twilio/voice/whisper/": Webhook(_whisper, WebhookAnswer(200, render_hangup())),
        "/twilio/voice/alert/": Webhook(_alert, WebhookAnswer(200, render_hangup())),
        "/twilio/fallback/sms": Webhook(_fallback_sms, sms),
        "/twilio/fallback/voice": Webhook(_fallback_voice, voice),
    }


async def _sms(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    inbound = parse_sms(
        form,
        office.door.account_sid,
        carrier_handles_words=office.carrier_handles_words,
        media_base=office.media_base,
    )
    now = office.now()
    try:
        document = await office.work(take_turn, office.line, inbound, office.text_mouth, now)
    except DatabaseAway:
        if not await _keep_refusal(office, inbound, now):
            raise
        document = await _when_it_is_back(office, inbound)
    except (Exception, asyncio.CancelledError):  # broken, or out of time
        await _keep_refusal(office, inbound, now)
        raise
    return WebhookAnswer(200, document)


async def _keep_refusal(office: Office, inbound: Inbound, now: datetime) -> bool:
    """An opt-out is lost to nothing that breaks: the carrier does not know ours, and never asks again."""
    text, contact = inbound.input, inbound.contact
    if not isinstance(text, Text) or contact is None:
        return False
    refusal = refusal_in(office.line.flow.words, text)
    if refusal:
        kept = Kept(inbound.sid, "sms", contact, inbound.to, text.body, refusal, now)
        await office.keep_refusal(kept)
    return refusal is not None


async def _when_it_is_back(office: Office, inbound: Inbound) -> str:
    """Ask again until the database is back or the time to answer is over (front.py): what is kept besides
    may be lost with Redis."""
    while True:
        await asyncio.sleep(ASK_AGAIN_S)
        with suppress(DatabaseAway):
            return await office.work(take_turn, office.line, inbound, office.text_mouth, office.now())


async def _voice(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    return await _call(office, form, 0)


async def _turn(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    return await _call(office, form, request.number("n", LAST_TURN))


async def _call(office: Office, form: Form, n: int) -> WebhookAnswer:
    inbound = parse_call(form, n, office.door.account_sid)
    document = await office.work(take_turn, office.line, inbound, office.call_mouth, office.now())
    return WebhookAnswer(200, document)


async def _alert(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    """Somebody, or a machine, picked up an alert's call; or pressed a key."""
    require_account(form, office.door.account_sid)
    try:
        key = read_key(request.tail)
    except NoKey:
        raise Refused(403, "call key") from None
    if not isinstance(key, DeliveryKey):
        raise Refused(403, "call key")
    n, now = request.number("n", LAST_TURN), office.now()
    try:
        heard = await office.work(hear, office.line, key, n, form.get("Digits"), form.get("AnsweredBy"), now)
    except (Exception, asyncio.CancelledError):
        await _keep_stop_key(office, form, now)
        raise
    if not heard.keys:
        return WebhookAnswer(200, render_hangup(heard.parts, office.call_mouth.audio_url))
    following = office.addresses.alert(str(key), n + 1)
    document = render_gather(heard.parts, heard.keys, following, office.call_mouth.audio_url)
    return WebhookAnswer(200, document)


async def _keep_stop_key(office: Office, form: Form, now: datetime) -> None:
    """The key that ends alerts, pressed in a call of ours: whoever was called refuses."""
    if form.get("Digits") != STOP_KEY:
        return
    try:
        contact = parse_phone(form.get("To"))
    except NotAPhoneNumber:
        return
    sid, sender = form.get("CallSid"), form.get("From")
    await office.keep_refusal(Kept(sid, "voice", contact, sender, STOP_WORDS, "whole", now))


async def _whisper(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    leg, n = request.tail, request.number("n", LAST_TURN)
    step = await office.work(whisper, office.line, leg, n, form.get("Digits"), office.now())
    return WebhookAnswer(200, _whispered(office, step, leg, n))


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


async def _fallback_sms(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    """The carrier got no answer it could use: the text is taken once more, for an ALTO must not be lost."""
    office.count_fault("carrier", RuntimeError())
    return await _sms(office, request, form)


async def _fallback_voice(office: Office, request: WebhookRequest, form: Form) -> WebhookAnswer:
    office.count_fault("carrier", RuntimeError())
    return WebhookAnswer(200, office.fault.voice)
