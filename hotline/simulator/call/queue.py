"""Waiting lines: Enqueue with its waiting documents, Dial Queue that takes the first in line, Leave."""

from dataclasses import dataclass, field
from typing import Final

from hotline.simulator.call.events import (
    CallEnded,
    CallRedirected,
    ChildGone,
    ChildReady,
    Dequeued,
    Joined,
    TakenFromLine,
)
from hotline.simulator.call.leg import Leg
from hotline.simulator.call.run import Finish, Go, Run, Step, perform
from hotline.simulator.call.talk import talk, wait_to_be_joined
from hotline.simulator.twiml.parse import Element, TwimlError

_MUSIC_S: Final = 30.0
_LONGEST_NAME: Final = 64


@dataclass(slots=True)
class Member:
    """Somebody waiting, since `since_s` on the carrier's clock."""

    leg: Leg
    since_s: float


@dataclass(slots=True)
class WaitingLine:
    """A queue by name; the first in line is the first element."""

    sid: str
    name: str
    members: list[Member] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    newcomers_wake: list[Leg] = field(default_factory=list)

    def place(self, member: Member) -> int:
        return self.members.index(member) + 1

    def average_s(self) -> int:
        return round(sum(self.waits_s) / len(self.waits_s)) if self.waits_s else 0


def line(run: Run, name: str) -> WaitingLine:
    """The line of this name, made on demand. Raises TwimlError."""
    if not name or len(name) > _LONGEST_NAME:
        raise TwimlError(12200, "a queue needs a name of at most 64 characters", run.base)
    lines, account = run.leg.carrier.account.lines, run.leg.carrier.account
    if name not in lines:
        lines[name] = WaitingLine(account.new_sid("QU"), name)
    return lines[name]


async def enqueue(run: Run, verb: Element) -> Step:
    waiting = line(run, verb.text)
    if len(waiting.members) >= verb.number("maxQueueSize", 1000):
        return _action(run, verb, waiting, "queue-full", 0)
    member = Member(run.leg, run.leg.carrier.seconds())
    waiting.members.append(member)
    _wake(waiting)
    result = "leave"
    try:
        result = await _wait(run, verb, waiting, member)
    except TakenFromLine as taken:
        result = await _be_taken(run, taken.event)
    except CallEnded:
        if verb.get("action"):
            run.farewell.append(run.go(verb, *_told(run, waiting, "hangup", member)))
        raise
    finally:
        _step_out(run, waiting, member)
    return _action(run, verb, waiting, result, _waited(run, member)) if result != "hangup" else Finish.HANGUP


def _wake(waiting: WaitingLine) -> None:
    for agent in waiting.newcomers_wake:
        agent.post(ChildGone(agent))


def _step_out(run: Run, waiting: WaitingLine, member: Member) -> None:
    if member in waiting.members:
        waiting.members.remove(member)
    waited_s = _waited(run, member)
    waiting.waits_s.append(waited_s)
    run.leg.queue_time_s += waited_s


def _waited(run: Run, member: Member) -> int:
    return round(run.leg.carrier.seconds() - member.since_s)


def _action(run: Run, verb: Element, waiting: WaitingLine, result: str, waited_s: int) -> Step:
    """With an action, its document; without one the next verb runs."""
    if not verb.get("action"):
        return None
    told = [("QueueSid", waiting.sid), ("QueueResult", result), ("QueueTime", str(waited_s))]
    return run.go(verb, *told)


def _told(run: Run, waiting: WaitingLine, result: str, member: Member) -> list[tuple[str, str]]:
    return [("QueueSid", waiting.sid), ("QueueResult", result), ("QueueTime", str(_waited(run, member)))]


async def _wait(run: Run, verb: Element, waiting: WaitingLine, member: Member) -> str:
    """Play the waiting document over and over. Gives `leave` or `hangup`; raises TakenFromLine."""
    if not verb.get("waitUrl"):
        while True:
            run.leg.hear("waiting", "music")
            await run.leg.listen(_MUSIC_S)
    url = run.resolve(verb.get("waitUrl"))
    while True:
        inner = Run(run.leg, run.verbs, "wait", always=_place(run, waiting, member))
        before_s = run.leg.carrier.seconds()
        finish = await perform(inner, Go(url, verb.get("waitUrlMethod", "POST")))
        if finish is Finish.LEFT:
            return "leave"
        if finish is Finish.HANGUP:
            return "hangup"
        if run.leg.carrier.seconds() - before_s < 1.0:
            await run.leg.listen(1.0)  # an empty waiting document must not be asked for without end


def _place(run: Run, waiting: WaitingLine, member: Member) -> tuple[tuple[str, str], ...]:
    return (
        ("QueueSid", waiting.sid),
        ("QueueTime", str(_waited(run, member))),
        ("AvgQueueTime", str(waiting.average_s())),
        ("CurrentQueueSize", str(len(waiting.members))),
        ("QueuePosition", str(waiting.place(member))),
    )


async def _be_taken(run: Run, event: Dequeued) -> str:
    """Hear the whisper of whoever takes the call, then talk; gives the QueueResult."""
    agent = event.by
    try:
        if event.url:
            extra = (("DequeingCallSid", agent.sid),)
            inner = Run(run.leg, run.verbs, "whisper", always=extra, base=event.base)
            if await perform(inner, Go(event.url, event.method)) is not Finish.ENDED:
                return "hangup"
        agent.post(ChildReady(run.leg))
        other = await wait_to_be_joined(run.leg)
        if other is None:
            return "error"
        await talk(run.leg, other)
    except CallRedirected:
        raise
    finally:
        agent.post(ChildGone(run.leg))
    return "bridged"


async def dial_line(run: Run, verb: Element, noun: Element) -> Step:
    """Take the first in line, waiting for one up to the Dial's timeout."""
    waiting = line(run, noun.text)
    member = await _first(run, waiting, float(verb.number("timeout", 30)))
    if member is None:
        return _dial_action(run, verb, waiting, "no-answer", "false")
    waiting.members.remove(member)
    url = run.resolve(noun.get("url")) if noun.get("url") else ""
    member.leg.post(Dequeued(run.leg, url, noun.get("method", "POST"), run.base))
    joined = await _until_ready(run, member.leg)
    if not joined:
        return _dial_action(run, verb, waiting, "failed", "false")
    member.leg.post(Joined(run.leg))
    await talk(run.leg, member.leg, float(verb.number("timeLimit", 14_400)))
    return _dial_action(run, verb, waiting, "completed", "true")


async def _first(run: Run, waiting: WaitingLine, timeout_s: float) -> Member | None:
    until = run.leg.carrier.seconds() + timeout_s
    waiting.newcomers_wake.append(run.leg)
    try:
        while not waiting.members:
            left = until - run.leg.carrier.seconds()
            if left <= 0:
                return None
            await run.leg.next_event(left)
        return waiting.members[0]
    finally:
        waiting.newcomers_wake.remove(run.leg)


async def _until_ready(run: Run, leg: Leg) -> bool:
    while not leg.is_over:
        match await run.leg.next_event(None):
            case ChildReady(ready) if ready is leg:
                return True
            case ChildGone(gone) if gone is leg:
                return False
            case _:
                continue
    return False


def _dial_action(run: Run, verb: Element, waiting: WaitingLine, status: str, bridged: str) -> Step:
    if not verb.get("action"):
        return None
    result = "bridged" if bridged == "true" else "error"
    return run.go(
        verb,
        ("DialCallStatus", status),
        ("DialBridged", bridged),
        ("QueueSid", waiting.sid),
        ("QueueResult", result),
        ("QueueTime", str(waiting.average_s())),
    )
