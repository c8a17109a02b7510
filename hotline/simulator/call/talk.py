"""Two legs joined: what one person says the other hears, until either goes."""

from hotline.simulator.call.events import HungUp, Joined, Key, PartnerGone, Spoken
from hotline.simulator.call.leg import Leg

_PATIENCE_S = 60.0


async def talk(leg: Leg, other: Leg, limit_s: float | None = None, ends_on_star: bool = False) -> None:
    """One side of a conversation; returns when the other side is gone or the time is over.

    Raises CallEnded when this side is gone.
    """
    leg.in_a_talk = True
    leg.hear("note", "connected")
    until = None if limit_s is None else leg.carrier.seconds() + limit_s
    try:
        while True:
            left = None if until is None else until - leg.carrier.seconds()
            match await leg.next_event(left):
                case None:
                    return
                case Spoken(text):
                    leg.hear("me", text)
                    other.hear("person", text)
                case Key("*") if ends_on_star:
                    return
                case Key(digit):
                    other.hear("tone", digit)
                case PartnerGone(who) if who is other:
                    return
                case _:
                    continue
    finally:
        leg.in_a_talk = False
        other.post(PartnerGone(leg))


async def wait_to_be_joined(leg: Leg) -> Leg | None:
    """The leg that this one is joined with, or None if nobody comes. Raises CallEnded."""
    until = leg.carrier.seconds() + _PATIENCE_S
    while (left := until - leg.carrier.seconds()) > 0:
        match await leg.next_event(left):
            case Joined(other):
                return other
            case _:
                continue
    return None


def drop(leg: Leg) -> None:
    """The carrier ends this leg."""
    if not leg.is_over:
        leg.post(HungUp(by_carrier=True))
