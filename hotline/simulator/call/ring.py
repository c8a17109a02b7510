"""Ringing a person's phone until someone, or some machine, does something about it."""

from typing import Final, Literal

from hotline.simulator.account import Phone
from hotline.simulator.call.events import CallEnded, Declined, HungUp, PickedUp
from hotline.simulator.call.leg import Leg
from hotline.simulator.call.progress import answer, start_ringing

RingResult = Literal["answered", "busy", "no-answer", "failed", "canceled"]

GREETING: Final = "(voicemail greeting) You have reached my voicemail. Leave a message after the tone."
_BOX_HANGS_UP_AFTER_S: Final = 60.0


async def ring(leg: Leg, timeout_s: float) -> RingResult:
    """Ring; `answered` opens the line. `canceled`: the carrier gave up meanwhile."""
    phone = leg.carrier.account.phone(leg.phone)
    match phone.behaviour:
        case "failed":
            return "failed"
        case "busy":
            return "busy"
        case "unreachable" | "manual" | "voicemail" | "answer":
            pass
    if phone.leg is not None:
        return "busy"
    phone.leg = leg
    start_ringing(leg)
    _let_it_act(leg, phone)
    return await _wait(leg, timeout_s)


def _let_it_act(leg: Leg, phone: Phone) -> None:
    clock, config = leg.carrier.clock, leg.carrier.config
    if phone.behaviour == "voicemail":
        clock.call_later(config.voicemail_after_s, lambda: leg.post(PickedUp(by_machine=True)))
    elif phone.behaviour == "answer":
        clock.call_later(1.0, lambda: leg.post(PickedUp()))


async def _wait(leg: Leg, timeout_s: float) -> RingResult:
    until = leg.carrier.seconds() + timeout_s
    try:
        while (left := until - leg.carrier.seconds()) > 0:
            match await leg.next_event(left):
                case PickedUp(by_machine):
                    _pick_up(leg, by_machine)
                    return "answered"
                case Declined():
                    return "busy"
                case _:
                    continue
    except CallEnded:
        return "canceled"
    return "no-answer"


def _pick_up(leg: Leg, by_machine: bool) -> None:
    answer(leg, by_machine)
    if by_machine:
        leg.hear("note", GREETING)
        leg.carrier.clock.call_later(_BOX_HANGS_UP_AFTER_S, lambda: leg.post(HungUp()))
