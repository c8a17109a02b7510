"""POST Messages: what Twilio takes and what it refuses, in the order in which it looks."""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from hotline.domain.sms import measure
from hotline.simulator.account import Attempt
from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import sleep
from hotline.simulator.media import MOST_FILES, Medium
from hotline.simulator.message import Message
from hotline.simulator.numbers import is_pretend, normalise
from hotline.simulator.rates import QueueFull
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.texts.sending import fail, leave_early, travel

LONGEST: Final = 1600
_SERVICE_SID: Final = re.compile(r"MG[0-9a-fA-F]{32}")

# Twilio's magic numbers. https://www.twilio.com/docs/iam/test-credentials
MAGIC_FROM: Final = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_TO: Final = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_OK: Final = "+15005550006"


async def accept(carrier: Carrier, form: Form) -> Message:
    """Take a message on its way. Raises RestError; every attempt goes into the record."""
    try:
        message = _accept(carrier, form)
    except RestError as error:
        _note(carrier, form, str(error.code))
        raise
    _note(carrier, form, message.sid)
    await _dispatch(carrier, message)
    return message


def _note(carrier: Carrier, form: Form, outcome: str) -> None:
    attempt = Attempt(carrier.seconds(), form.get("To"), outcome, form.get("Body"))
    carrier.account.attempts.append(attempt)


def _accept(carrier: Carrier, form: Form) -> Message:
    to = _recipient(carrier, form)
    _check_content(form)
    validity_s = _validity(form)
    service_sid = _service(carrier, form)
    from_ = _sender(carrier, form, service_sid, to)
    if from_ == to:
        raise RestError(21266, to)
    if carrier.account.blocks.blocks(service_sid or from_, to):
        raise RestError(21610)
    callback = form.get("StatusCallback")
    if callback and not is_web_url(callback):
        raise RestError(21609, callback)
    send_at = _schedule(carrier, form, service_sid)
    now = carrier.now()
    media = form.all("MediaUrl")
    sid = carrier.account.new_sid("MM" if media else "SM")
    message = Message(
        sid=sid,
        direction="outbound-api",
        from_=from_,
        to=to,
        body=form.get("Body"),
        segments=1 if media else measure(form.get("Body")).segments,
        status="scheduled" if send_at else "accepted" if service_sid else "queued",
        created_at=now,
        updated_at=now,
        media=tuple(_keep_link(carrier, sid, url) for url in media),
        service_sid=service_sid,
        status_callback=callback,
        validity_s=validity_s,
        send_at=send_at,
        listed_at_s=carrier.seconds(),
    )
    message.history.append((message.status, carrier.seconds()))
    carrier.account.keep(message)
    return message


def _keep_link(carrier: Carrier, message_sid: str, url: str) -> str:
    sid = carrier.account.new_sid("ME")
    carrier.account.media.put(Medium(sid, message_sid, "image/jpeg", b"", carrier.now(), url))
    return sid


def _recipient(carrier: Carrier, form: Form) -> str:
    given = form.get("To")
    if not given:
        raise RestError(21604)
    to = normalise(given)
    if to is None:
        raise RestError(21211, given)
    if to in MAGIC_TO:
        raise RestError(MAGIC_TO[to], to)
    if not is_pretend(to):
        carrier.error(21608, "a text to a number outside 555-0100 to 0199 and 500-555 was refused")
        raise RestError(21608, to)
    if to in carrier.config.landlines:
        raise RestError(21614, to)
    return to


def _check_content(form: Form) -> None:
    body, media = form.get("Body"), form.all("MediaUrl")
    if not body.strip() and not media and not form.get("ContentSid"):
        raise RestError(21602)
    if len(body) > LONGEST:
        raise RestError(21617)
    if len(media) > MOST_FILES:
        raise RestError(21623)
    if not all(is_web_url(url) for url in media):
        raise RestError(21620)


def _validity(form: Form) -> int:
    """Seconds a message may wait: 1 to 36000, ten hours when nothing is said."""
    given = form.get("ValidityPeriod")
    if not given:
        return 36_000
    if not given.isdigit() or not 1 <= int(given) <= 36_000:
        raise RestError(20001, "ValidityPeriod must be between 1 and 36000")
    return int(given)


def _service(carrier: Carrier, form: Form) -> str | None:
    given = form.get("MessagingServiceSid")
    if not given:
        return None
    if not _SERVICE_SID.fullmatch(given):
        raise RestError(21705, given)
    if given != carrier.config.service_sid:
        raise RestError(21701)
    return given


def _sender(carrier: Carrier, form: Form, service_sid: str | None, to: str) -> str:
    given = form.get("From")
    if not given:
        if service_sid is None:
            raise RestError(21603)
        return _from_pool(carrier, service_sid, to)
    from_ = normalise(given) or given
    if from_ in MAGIC_FROM:
        raise RestError(MAGIC_FROM[from_], from_)
    if from_ not in carrier.config.numbers and from_ != MAGIC_OK:
        raise RestError(21606, given)
    return from_


def _from_pool(carrier: Carrier, service_sid: str, to: str) -> str:
    """A person always gets the same number of the pool (sticky sender); new people get the freest."""
    if not carrier.config.numbers:
        raise RestError(21703)
    key = (service_sid, to)
    if key not in carrier.account.sticky:
        now = carrier.seconds()
        carrier.account.sticky[key] = min(
            carrier.config.numbers, key=lambda number: carrier.sender(number).waiting_s(now)
        )
    return carrier.account.sticky[key]


def _schedule(carrier: Carrier, form: Form, service_sid: str | None) -> datetime | None:
    """SendAt: 15 minutes to 35 days ahead, only from a messaging service."""
    if form.get("ScheduleType") != "fixed":
        return None
    if service_sid is None:
        raise RestError(35118)
    try:
        at = datetime.fromisoformat(form.get("SendAt"))
    except ValueError:
        raise RestError(35111) from None
    if at.tzinfo is None or not timedelta(minutes=15) <= at - carrier.now() <= timedelta(days=35):
        raise RestError(35114)
    return at


async def _dispatch(carrier: Carrier, message: Message) -> None:
    if message.send_at is not None:
        carrier.spawn(_wait_until_due(carrier, message, message.send_at))
    elif carrier.misbehaviour.draw("early_callback"):
        await leave_early(carrier, message)
    else:
        line_up(carrier, message)


def line_up(carrier: Carrier, message: Message) -> None:
    """Into the sender's queue. Raises RestError 21611 when a plain number's queue is full."""
    try:
        leaves_at = carrier.sender(message.from_).reserve(message.segments, carrier.seconds())
    except QueueFull:
        if message.service_sid is None:
            _forget(carrier, message)
            raise RestError(21611) from None
        carrier.spawn(fail(carrier, message, 30001))
        return
    carrier.spawn(travel(carrier, message, leaves_at))


def _forget(carrier: Carrier, message: Message) -> None:
    carrier.account.messages.pop(message.sid, None)
    carrier.account.by_person[message.person].remove(message)
    last = carrier.account.attempts[-1]
    carrier.account.attempts[-1] = Attempt(last.at, last.to, "21611", last.body)


async def _wait_until_due(carrier: Carrier, message: Message, at: datetime) -> None:
    await sleep(carrier.clock, (at - carrier.now()).total_seconds())
    if message.status == "scheduled":
        line_up(carrier, message)


def is_web_url(url: str) -> bool:
    """An absolute http(s) address with a host name that Twilio accepts: no underscores."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in host
