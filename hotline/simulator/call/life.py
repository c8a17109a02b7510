"""A whole call from its beginning to its end: somebody calls in, or REST calls somebody."""

from typing import Final

from hotline.simulator.account import Phone
from hotline.simulator.call.dial import dial
from hotline.simulator.call.events import CallEnded, CallRedirected, HungUp, TakenFromLine
from hotline.simulator.call.gather import gather
from hotline.simulator.call.leg import Callback, Leg
from hotline.simulator.call.progress import end, parameters, tell
from hotline.simulator.call.queue import enqueue
from hotline.simulator.call.record import record
from hotline.simulator.call.ring import ring
from hotline.simulator.call.run import Document, Finish, Go, Run, Verb, perform
from hotline.simulator.call.simple import hangup, leave, pause, play, redirect, reject, say
from hotline.simulator.call.talk import drop
from hotline.simulator.carrier import Carrier
from hotline.simulator.clock import sleep
from hotline.simulator.twiml.parse import Element, TwimlError
from hotline.simulator.webhooks import WebhookFailed


async def refuse(run: Run, verb: Element) -> None:
    """Words of Twilio's that this carrier does not execute."""
    raise TwimlError(12200, f"the pretend carrier does not execute <{verb.tag}>", run.base)


VERBS: Final[dict[str, Verb]] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Enqueue": enqueue,
    "Leave": leave,
    "Redirect": redirect,
    "Hangup": hangup,
    "Reject": reject,
    "Sms": refuse,
    "Refer": refuse,
}
_STATUS: Final[dict[Finish, str]] = {
    Finish.ENDED: "",
    Finish.LEFT: "",
    Finish.HANGUP: "",
    Finish.REJECTED: "no-answer",
    Finish.BUSY: "busy",
}


def call_in(carrier: Carrier, phone: Phone, to: str, from_: str = "") -> Leg:
    """A person calls one of our numbers. `from_` differs from the phone for a withheld number."""
    leg = Leg(
        carrier=carrier,
        sid=carrier.account.new_sid("CA"),
        from_=from_ or phone.number,
        to=to,
        phone=phone.number,
        direction="inbound",
        status="ringing",
        created_at=carrier.now(),
        callback=Callback(carrier.config.webhook("call_status")),
    )
    carrier.account.calls[leg.sid] = leg
    phone.leg = leg
    carrier.changed(phone.number)
    start = Go(carrier.config.webhook("voice"))
    carrier.spawn(_live(leg, start, carrier.config.webhook("voice_fallback")))
    return leg


async def _live(leg: Leg, start: Go | Document, fallback_url: str) -> None:
    run = Run(leg, VERBS, fallback_url=fallback_url)
    status = ""
    try:
        status = _STATUS[await perform(run, start)]
    except (CallEnded, CallRedirected, TakenFromLine):
        pass
    finally:
        end(leg, status)
    await _say_farewell(run)


async def _say_farewell(run: Run) -> None:
    """Dial, Record and Enqueue still report their end when the caller is gone; the answer is ignored."""
    for go in run.farewell:
        form = [*parameters(run.leg), *go.extra]
        try:
            await run.leg.carrier.webhooks.call(go.url, form, go.method)
        except WebhookFailed as error:
            run.leg.carrier.error(error.code, error.reason, go.url, run.leg.sid)


def call_out(leg: Leg, start: Go | Document, timeout_s: float, detect_machines: bool, limit_s: float) -> None:
    """REST calls a person; the account's calls per second are kept."""
    carrier = leg.carrier
    carrier.account.calls[leg.sid] = leg
    starts_at = max(carrier.seconds(), carrier.next_call_at)
    per_second = carrier.config.calls_per_second
    carrier.next_call_at = starts_at + (1 / per_second if per_second > 0 else 0)
    carrier.spawn(_call_out(leg, start, timeout_s, detect_machines, limit_s, starts_at))


async def _call_out(
    leg: Leg,
    start: Go | Document,
    timeout_s: float,
    detect_machines: bool,
    limit_s: float,
    starts_at: float,
) -> None:
    await sleep(leg.carrier.clock, starts_at - leg.carrier.seconds())
    if leg.is_over:
        return
    tell(leg, "initiated")
    result = await ring(leg, timeout_s)
    if result != "answered":
        end(leg, result)
        return
    leg.carrier.clock.call_later(limit_s, lambda: drop(leg))
    if detect_machines:
        leg.answered_by = "machine_start" if leg.by_machine else "human"
        if isinstance(start, Go):
            start = Go(start.url, start.method, (*start.extra, ("AnsweredBy", leg.answered_by)))
    await _live(leg, start, leg.fallback_url)


def hang_up(leg: Leg) -> None:
    """The person puts the phone down."""
    leg.post(HungUp())
