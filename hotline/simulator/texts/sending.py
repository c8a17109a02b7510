"""A text on its way to a person: the sender's queue, the air, the receipts."""

from datetime import datetime

from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import sleep
from hotline.simulator.message import Message
from hotline.simulator.webhooks import WebhookFailed


async def travel(carrier: Carrier, message: Message, leaves_at: float) -> None:
    """From the queue to the person, with a callback at `sent` and one at the end."""
    await sleep(carrier.clock, leaves_at - carrier.seconds())
    if message.status == "canceled":
        return
    if carrier.seconds() - message.listed_at_s > message.validity_s:
        await _finish(carrier, message, "failed", 30036)  # validity period expired
    elif _is_blocked(carrier, message):
        await _finish(carrier, message, "failed", 21610)
    else:
        await _go_through_the_air(carrier, message)


async def leave_early(carrier: Carrier, message: Message) -> None:
    """Send at once and call back before the REST answer: Twilio promises no order between the two."""
    _mark_sent(carrier, message)
    await report(carrier, message, "sent", None)
    carrier.spawn(_arrive(carrier, message, carrier.misbehaviour.final_code(message.to)))


async def _go_through_the_air(carrier: Carrier, message: Message) -> None:
    code = carrier.misbehaviour.final_code(message.to)
    _mark_sent(carrier, message)
    if carrier.misbehaviour.draw("reordered_callback"):
        await _arrive(carrier, message, code)
        await report(carrier, message, "sent", None)
        return
    await report(carrier, message, "sent", None)
    await _arrive(carrier, message, code)


async def _arrive(carrier: Carrier, message: Message, code: int | None) -> None:
    await sleep(carrier.clock, carrier.config.delivery_s)
    await _finish(carrier, message, "delivered" if code is None else "undelivered", code)


def _mark_sent(carrier: Carrier, message: Message) -> None:
    message.sent_at = carrier.now()
    mark(carrier, message, "sent")


def _is_blocked(carrier: Carrier, message: Message) -> bool:
    return carrier.account.blocks.blocks(message.service_sid or message.from_, message.to)


async def fail(carrier: Carrier, message: Message, code: int) -> None:
    """A message that never left."""
    await _finish(carrier, message, "failed", code)


async def _finish(carrier: Carrier, message: Message, status: str, code: int | None) -> None:
    message.error_code = code
    mark(carrier, message, status)
    await report(carrier, message, status, code)


def mark(carrier: Carrier, message: Message, status: str) -> None:
    message.status = status
    message.updated_at = carrier.now()
    message.history.append((status, carrier.seconds()))
    carrier.changed(message.person)


async def report(carrier: Carrier, message: Message, status: str, code: int | None) -> None:
    """The status callback, with the misbehaviour that was ordered."""
    if not message.status_callback:
        return
    if carrier.misbehaviour.draw("lost_callback"):
        carrier.account.callbacks["lost"] += 1
        return
    await post_status(carrier, message, status, code)
    if carrier.misbehaviour.draw("doubled_callback"):
        await post_status(carrier, message, status, code)


async def post_status(carrier: Carrier, message: Message, status: str, code: int | None) -> None:
    parameters = _parameters(carrier, message, status, code)
    try:
        async with carrier.callback_room:
            await carrier.webhooks.call(message.status_callback, parameters)
    except WebhookFailed as error:
        carrier.account.callbacks["failed"] += 1
        carrier.error(error.code, error.reason, error.url, message.sid)
    else:
        carrier.account.callbacks[status] += 1


def _parameters(carrier: Carrier, message: Message, status: str, code: int | None) -> list[tuple[str, str]]:
    parameters = [
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", message.to),
        ("MessageSid", message.sid),
        ("AccountSid", carrier.config.account_sid),
        ("From", message.from_),
        ("ApiVersion", "2010-04-01"),
    ]
    if message.service_sid:
        parameters.append(("MessagingServiceSid", message.service_sid))
    if code is not None:
        parameters.append(("ErrorCode", str(code)))
    if status in {"delivered", "undelivered"}:
        parameters.append(("RawDlrDoneDate", _carriers_date(carrier.now())))
    return parameters


def _carriers_date(at: datetime) -> str:
    """YYMMDDhhmm, as networks write it."""
    return at.strftime("%y%m%d%H%M")
