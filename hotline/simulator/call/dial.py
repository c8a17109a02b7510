"""Dial: ring other people, all at once or one after the other, whisper to them, join one with the caller."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hotline.simulator.call.events import (
    CallEnded,
    CallRedirected,
    ChildGone,
    ChildPickedUp,
    ChildReady,
    Joined,
    Key,
    TakenFromLine,
)
from hotline.simulator.call.leg import Callback, Leg
from hotline.simulator.call.progress import answer, end, tell
from hotline.simulator.call.queue import dial_line
from hotline.simulator.call.record import keep, publish, recording_url
from hotline.simulator.call.ring import ring
from hotline.simulator.call.run import Finish, Go, Run, Step, perform, redirected
from hotline.simulator.call.talk import drop, talk, wait_to_be_joined
from hotline.simulator.numbers import is_pretend, normalise
from hotline.simulator.twiml.parse import Element, TwimlError

_MOST_NUMBERS: Final = 10
# When nobody was joined, the most telling of the children's ends is DialCallStatus. A whisper that was
# declined, or a voicemail box, leaves `completed`: only DialBridged tells that nobody talked.
_RANK: Final = ("completed", "no-answer", "busy", "canceled", "failed")


@dataclass(slots=True)
class Dialing:
    """One Dial under way. `joined` is the leg that talked with the caller."""

    run: Run
    verb: Element
    caller_id: str
    children: list[Leg] = field(default_factory=list)
    departed: list[Leg] = field(default_factory=list)
    joined: Leg | None = None
    joined_at_s: float = 0.0
    recording: tuple[tuple[str, str], ...] = ()


async def dial(run: Run, verb: Element) -> Step:
    nouns = verb.children or (Element("Number", {}, verb.text, ()),)
    if nouns[0].tag == "Queue":
        return await dial_line(run, verb, nouns[0])
    if others := {noun.tag for noun in nouns} - {"Number"}:
        raise TwimlError(12200, f"the pretend carrier cannot dial <{others.pop()}>", run.base)
    if len(nouns) > _MOST_NUMBERS:
        raise TwimlError(12200, "Dial: more than ten numbers", run.base)
    dialing = Dialing(run, verb, _caller_id(run, verb))
    try:
        await _dial(dialing, nouns)
    except CallEnded:
        if verb.get("action"):
            _drop_all(dialing)
            run.farewell.append(run.go(verb, *_result(dialing, is_caller_gone=True)))
        raise
    finally:
        _drop_all(dialing)
    return run.go(verb, *_result(dialing)) if verb.get("action") else None


def _caller_id(run: Run, verb: Element) -> str:
    """Raises TwimlError 13214 for a number that is neither on this call nor ours."""
    leg, given = run.leg, verb.get("callerId")
    if not given:
        return leg.phone
    number = normalise(given) or given
    if number not in {leg.from_, leg.to, *leg.carrier.config.numbers}:
        raise TwimlError(13214, f"Dial: Invalid callerId value {given}", run.base)
    return number


async def _dial(dialing: Dialing, nouns: Sequence[Element]) -> None:
    run = dialing.run
    run.leg.hear("ringing", "")
    one_by_one = dialing.verb.get("sequential") == "true"
    groups = [[noun] for noun in nouns] if one_by_one else [list(nouns)]
    for group in groups:
        legs = [_start(dialing, noun) for noun in group]
        found = await _until_ready(run, legs)
        if found is not None:
            return await _join(dialing, found, legs)
        if any(leg.answered_at_s is not None for leg in legs):
            return None  # somebody, or something, picked up: the next number is not tried
    return None


def _start(dialing: Dialing, noun: Element) -> Leg:
    parent, carrier = dialing.run.leg, dialing.run.leg.carrier
    number = normalise(noun.text)
    leg = Leg(
        carrier=carrier,
        sid=carrier.account.new_sid("CA"),
        from_=dialing.caller_id,
        to=number or noun.text,
        phone=number or noun.text,
        direction="outbound-dial",
        status="queued",
        created_at=carrier.now(),
        callback=_callback(dialing.run, noun),
        parent_sid=parent.sid,
    )
    carrier.account.calls[leg.sid] = leg
    dialing.children.append(leg)
    carrier.spawn(_child(dialing, leg, noun))
    return leg


def _callback(run: Run, noun: Element) -> Callback:
    if not noun.get("statusCallback"):
        return Callback()
    events = frozenset(noun.get("statusCallbackEvent", "completed").split())
    return Callback(run.resolve(noun.get("statusCallback")), noun.get("statusCallbackMethod", "POST"), events)


async def _child(dialing: Dialing, leg: Leg, noun: Element) -> None:
    """The life of a called leg."""
    status = ""
    try:
        tell(leg, "initiated")
        if not is_pretend(leg.to):
            leg.carrier.error(13224, "Dial: a number that is not pretended was not called", sid=leg.sid)
            status = "failed"
            return
        status = await ring(leg, float(dialing.verb.number("timeout", 30)))
        if status != "answered":
            return
        status = ""
        dialing.run.leg.post(ChildPickedUp(leg))
        await _whisper_and_talk(dialing, leg, noun)
    except CallRedirected as redirect:
        await _go_alone(dialing, leg, redirect)
    except (CallEnded, TakenFromLine):
        pass
    finally:
        end(leg, status or ("" if leg.answered_at_s is not None else "canceled"))
        dialing.run.leg.post(ChildGone(leg))


async def _go_alone(dialing: Dialing, leg: Leg, redirect: CallRedirected) -> None:
    """REST sent the called leg to a document of its own: it leaves the Dial and lives on."""
    dialing.children.remove(leg)
    dialing.departed.append(leg)
    dialing.run.leg.post(ChildGone(leg))
    with contextlib.suppress(CallEnded, TakenFromLine):
        await perform(Run(leg, dialing.run.verbs), redirected(redirect.event))


async def _whisper_and_talk(dialing: Dialing, leg: Leg, noun: Element) -> None:
    if url := noun.get("url"):
        run = Run(leg, dialing.run.verbs, "whisper")
        start = Go(dialing.run.resolve(url), noun.get("method", "POST"))
        if await perform(run, start) is not Finish.ENDED:
            return
    leg.check()
    dialing.run.leg.post(ChildReady(leg))
    other = await wait_to_be_joined(leg)
    if other is not None:
        await talk(leg, other)


async def _until_ready(run: Run, legs: Sequence[Leg]) -> Leg | None:
    """Wait for a leg that may be joined. Who picks up takes the call from the others (see DialWinner)."""
    waiting = set(legs)
    while waiting:
        match await run.leg.next_event(None):
            case ChildPickedUp(leg) if leg in waiting:
                if run.leg.carrier.config.dial_winner == "first_pickup":
                    _drop_others(legs, leg)
            case ChildReady(leg) if leg in waiting:
                return leg
            case ChildGone(leg):
                waiting.discard(leg)
            case Key("*"):
                continue
            case _:
                continue
    return None


def _drop_others(legs: Sequence[Leg], winner: Leg) -> None:
    for leg in legs:
        if leg is not winner:
            drop(leg)


def _drop_all(dialing: Dialing) -> None:
    for leg in dialing.children:
        drop(leg)


async def _join(dialing: Dialing, winner: Leg, legs: Sequence[Leg]) -> None:
    run, verb = dialing.run, dialing.verb
    _drop_others(legs, winner)
    answer(run.leg)
    dialing.joined, dialing.joined_at_s = winner, run.leg.carrier.seconds()
    winner.post(Joined(run.leg))
    heard_before = len(run.leg.heard)
    try:
        limit_s = float(verb.number("timeLimit", 14_400))
        await talk(run.leg, winner, limit_s, verb.get("hangupOnStar") == "true")
    finally:
        if verb.get("record", "do-not-record") != "do-not-record":
            _keep_recording(dialing, heard_before)


def _keep_recording(dialing: Dialing, heard_before: int) -> None:
    leg = dialing.run.leg
    words = [heard.text for heard in leg.heard[heard_before:] if heard.kind in {"me", "person"}]
    length_s = leg.carrier.seconds() - dialing.joined_at_s
    recording = keep(leg, words, length_s, "DialVerb")
    publish(dialing.run, recording, dialing.verb)
    dialing.recording = (
        ("RecordingUrl", recording_url(leg, recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.duration_s)),
    )


def _result(dialing: Dialing, is_caller_gone: bool = False) -> list[tuple[str, str]]:
    joined, answered = dialing.joined, [leg for leg in dialing.children if leg.answered_at_s is not None]
    told = joined or (answered or dialing.children or dialing.departed)[-1]
    if joined or answered:
        status = "completed"
    elif is_caller_gone:
        status = "canceled"
    else:
        status = min(
            (leg.status for leg in dialing.children if leg.is_over), key=_RANK.index, default="failed"
        )
    extra = [
        ("DialCallStatus", status),
        ("DialCallSid", told.sid),
        ("DialBridged", "true" if joined else "false"),
    ]
    if joined or answered:
        talked_s = dialing.run.leg.carrier.seconds() - (dialing.joined_at_s if joined else 0)
        extra.append(("DialCallDuration", str(round(talked_s) if joined else told.duration_s())))
    return [*extra, *dialing.recording]
