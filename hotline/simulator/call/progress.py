"""How a leg goes from one status to the next, and whom that is told."""

from email.utils import format_datetime
from typing import Final, Literal

from hotline.simulator.call.leg import Leg
from hotline.simulator.numbers import geography
from hotline.simulator.webhooks import WebhookFailed

ProgressEvent = Literal["initiated", "ringing", "answered", "completed"]
_STATUS_WORD: Final[dict[ProgressEvent, str]] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "answered": "in-progress",
}


def parameters(leg: Leg) -> list[tuple[str, str]]:
    """What every voice request carries."""
    found = [
        ("CallSid", leg.sid),
        ("AccountSid", leg.carrier.config.account_sid),
        ("ApiVersion", "2010-04-01"),
        ("CallStatus", leg.status),
        ("Direction", leg.direction),
        ("From", leg.from_),
        ("Caller", leg.from_),
        ("To", leg.to),
        ("Called", leg.to),
        *geography("From", leg.from_),
        *geography("Caller", leg.from_),
        *geography("To", leg.to),
        *geography("Called", leg.to),
    ]
    if leg.parent_sid:
        found.append(("ParentCallSid", leg.parent_sid))
    if leg.direction == "inbound":
        found.append(("StirVerstat", "TN-Validation-Passed-A"))
    return found


def start_ringing(leg: Leg) -> None:
    leg.status = "ringing"
    leg.carrier.changed(leg.phone)
    tell(leg, "ringing")


def answer(leg: Leg, by_machine: bool = False) -> None:
    """The line is open. A second answer changes nothing."""
    if leg.answered_at_s is not None:
        return
    leg.status = "in-progress"
    leg.by_machine = by_machine
    leg.started_at = leg.carrier.now()
    leg.answered_at_s = leg.carrier.seconds()
    leg.carrier.changed(leg.phone)
    tell(leg, "answered")


def end(leg: Leg, status: str = "") -> None:
    """The line is closed; without a status it is `completed` after an answer and `no-answer` before."""
    if leg.is_over:
        return
    leg.status = status or ("completed" if leg.answered_at_s is not None else "no-answer")
    leg.ended_at = leg.carrier.now()
    leg.ended_at_s = leg.carrier.seconds()
    phone = leg.carrier.account.phones.get(leg.phone)
    if phone is not None and phone.leg is leg:
        phone.leg, phone.last_leg = None, leg
    leg.carrier.changed(leg.phone)
    tell(leg, "completed")


def tell(leg: Leg, event: ProgressEvent) -> None:
    """The status callback, if this event was asked for; callbacks of one leg keep their order."""
    if not leg.callback.url or event not in leg.callback.events:
        return
    form = parameters(leg)
    word = _STATUS_WORD.get(event, leg.status)
    form = [(name, word if name == "CallStatus" else value) for name, value in form]
    form += [
        ("Timestamp", format_datetime(leg.carrier.now())),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(leg.sequence)),
    ]
    leg.sequence += 1
    if event == "completed":
        duration_s = leg.duration_s()
        form += [("CallDuration", str(duration_s)), ("Duration", str(-(-duration_s // 60)))]
        if leg.answered_by:
            form.append(("AnsweredBy", leg.answered_by))
    leg.carrier.spawn(post(leg, leg.callback.url, form, leg.callback.method))


async def post(leg: Leg, url: str, form: list[tuple[str, str]], method: str = "POST") -> None:
    """A callback whose answer does not matter; failure goes into the error list."""
    async with leg.telling:
        times = 2 if leg.carrier.misbehaviour.draw("doubled_callback") else 1
        for _ in range(times):
            try:
                await leg.carrier.webhooks.call(url, form, method)
            except WebhookFailed as error:
                leg.carrier.error(error.code, error.reason, error.url, leg.sid)
