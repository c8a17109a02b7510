"""A person writes: the carrier's own words first, then the customer's webhook, then the answer's TwiML."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin

from hotline.domain.sms import measure
from hotline.simulator.carrier import Carrier
from hotline.simulator.media import Medium
from hotline.simulator.message import Message
from hotline.simulator.numbers import geography
from hotline.simulator.rates import QueueFull
from hotline.simulator.texts.accepting import LONGEST
from hotline.simulator.texts.sending import fail, mark, travel
from hotline.simulator.twiml.parse import Element, TwimlError, read_messaging
from hotline.simulator.webhooks import WebhookFailed

_MOST_DOCUMENTS: Final = 50  # 14106
_MOST_MESSAGES: Final = 10  # 14109
_LOOP_REPLIES: Final = 15  # 14107: fifteen replies between two numbers in thirty seconds
_LOOP_S: Final = 30.0

Photo = tuple[str, bytes]  # content type, content


def write(carrier: Carrier, from_: str, to: str, body: str, photos: Sequence[Photo] = ()) -> Message:
    """A person's text arrives at the carrier; the webhook follows."""
    now = carrier.now()
    sid = carrier.account.new_sid("MM" if photos else "SM")
    message = Message(
        sid=sid,
        direction="inbound",
        from_=from_,
        to=to,
        body=body,
        segments=measure(body).segments,
        status="received",
        created_at=now,
        updated_at=now,
        sent_at=now,
        media=tuple(_keep(carrier, sid, photo) for photo in photos),
        service_sid=carrier.config.service_sid,
        listed_at_s=carrier.seconds(),
    )
    carrier.account.keep(message)
    carrier.changed(from_)
    keyword = _hear_keyword(carrier, message)
    carrier.spawn(_deliver(carrier, message, parameters(carrier, message, keyword)))
    return message


def _keep(carrier: Carrier, message_sid: str, photo: Photo) -> str:
    sid = carrier.account.new_sid("ME")
    carrier.account.media.put(Medium(sid, message_sid, photo[0], photo[1], carrier.now()))
    return sid


def _hear_keyword(carrier: Carrier, message: Message) -> str:
    """Block or unblock, answer in English; gives the keyword for Advanced Opt-Out, else nothing."""
    sender = message.service_sid or message.to
    heard = carrier.account.blocks.hear(sender, message.from_, message.body)
    if heard is None:
        return ""
    keyword, answer = heard
    if answer is not None:
        own = _outbound(carrier, message, answer)
        own.is_carriers_own = True
        mark(carrier, own, "delivered")
    return keyword if carrier.config.advanced_opt_out and message.service_sid else ""


def _outbound(carrier: Carrier, message: Message, body: str, callback: str = "") -> Message:
    now = carrier.now()
    reply = Message(
        sid=carrier.account.new_sid("SM"),
        direction="outbound-reply",
        from_=message.to,
        to=message.from_,
        body=body,
        segments=measure(body).segments,
        status="queued",
        created_at=now,
        updated_at=now,
        service_sid=message.service_sid,
        status_callback=callback,
        listed_at_s=carrier.seconds(),
    )
    carrier.account.keep(reply)
    return reply


def parameters(carrier: Carrier, message: Message, keyword: str = "") -> list[tuple[str, str]]:
    """The form of the incoming-message webhook."""
    config = carrier.config
    form = [
        *geography("To", message.to),
        ("SmsMessageSid", message.sid),
        ("NumMedia", str(len(message.media))),
        *geography("From", message.from_),
        ("SmsSid", message.sid),
        ("SmsStatus", "received"),
        ("Body", message.body),
        ("To", message.to),
        ("NumSegments", str(message.segments)),
        ("MessageSid", message.sid),
        ("AccountSid", config.account_sid),
        ("From", message.from_),
        ("ApiVersion", "2010-04-01"),
    ]
    if message.service_sid:
        form.append(("MessagingServiceSid", message.service_sid))
    if keyword:
        form.append(("OptOutType", keyword))
    root = f"{config.url}/2010-04-01/Accounts/{config.account_sid}/Messages/{message.sid}/Media"
    for place, sid in enumerate(message.media):
        medium = carrier.account.media.get(sid)
        form.append((f"MediaContentType{place}", medium.content_type if medium else ""))
        form.append((f"MediaUrl{place}", f"{root}/{sid}"))
    return form


async def _deliver(carrier: Carrier, message: Message, form: list[tuple[str, str]]) -> None:
    url = carrier.config.webhook("sms")
    if not url:
        return
    try:
        await _execute(carrier, message, url, form)
    except TwimlError as error:
        carrier.error(error.code, error.message, error.url, message.sid)
        await _fall_back(carrier, message, form, error)


async def _fall_back(
    carrier: Carrier, message: Message, form: list[tuple[str, str]], error: TwimlError
) -> None:
    url = carrier.config.webhook("sms_fallback")
    if not url:
        return
    extra = [("ErrorCode", str(error.code)), ("ErrorUrl", error.url)]
    try:
        await _execute(carrier, message, url, form + extra)
    except TwimlError as second:
        carrier.error(second.code, second.message, second.url, message.sid)


async def _execute(carrier: Carrier, message: Message, url: str, form: list[tuple[str, str]]) -> None:
    """Fetch documents and do what they say. Raises TwimlError."""
    method, sent = "POST", 0
    for _ in range(_MOST_DOCUMENTS):
        verbs = await _fetch(carrier, url, form, method)
        following = None
        for verb in verbs:
            if verb.tag == "Redirect":
                following = verb
                break
            sent += 1
            if sent > _MOST_MESSAGES:
                raise TwimlError(14109, "more than ten messages in one reply", url)
            await _send_reply(carrier, message, verb, url)
        if following is None:
            return
        url, method = urljoin(url, following.text), following.get("method", "POST")
    raise TwimlError(14106, "too many documents for one message", url)


async def _fetch(carrier: Carrier, url: str, form: list[tuple[str, str]], method: str) -> tuple[Element, ...]:
    try:
        return read_messaging(await carrier.webhooks.call(url, form, method))
    except WebhookFailed as error:
        raise TwimlError(error.code, error.reason, url) from None
    except TwimlError as error:
        raise TwimlError(error.code, error.message, url) from None


async def _send_reply(carrier: Carrier, message: Message, verb: Element, base: str) -> None:
    bodies = [child.text for child in verb.children if child.tag == "Body"]
    media = [urljoin(base, child.text.strip()) for child in verb.children if child.tag == "Media"]
    body = "".join(bodies) if verb.children else verb.text
    if not body.strip() and not media:
        raise TwimlError(14103, "Message: Invalid Body", base)
    if len(body) > LONGEST:
        raise TwimlError(14103, "Message: the body is longer than 1600 characters", base)
    if _is_loop(carrier, message):
        raise TwimlError(14107, "more than 15 replies between two numbers in 30 seconds", base)
    callback = verb.get("action") or verb.get("statusCallback")
    reply = _outbound(carrier, message, body, urljoin(base, callback) if callback else "")
    reply.media = tuple(_keep_link(carrier, reply.sid, url) for url in media)
    try:
        leaves_at = carrier.sender(reply.from_).reserve(reply.segments, carrier.seconds())
    except QueueFull:
        carrier.spawn(fail(carrier, reply, 30001))
        return
    carrier.spawn(travel(carrier, reply, leaves_at))


def _keep_link(carrier: Carrier, message_sid: str, url: str) -> str:
    sid = carrier.account.new_sid("ME")
    carrier.account.media.put(Medium(sid, message_sid, "image/jpeg", b"", carrier.now(), url))
    return sid


def _is_loop(carrier: Carrier, message: Message) -> bool:
    now = carrier.seconds()
    recent = [at for at in carrier.account.replies[message.to, message.from_] if now - at < _LOOP_S]
    recent.append(now)
    carrier.account.replies[message.to, message.from_] = recent
    return len(recent) > _LOOP_REPLIES
