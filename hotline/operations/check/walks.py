"""Walk the flow as people do who say nothing, press wrong keys, or never stop: each comes to a person."""

from collections.abc import Callable, Iterator
from typing import Final

from hotline.domain.language import LANGUAGES, Language
from hotline.flow.effect import OpenTicket
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.fault import Flaw
from hotline.flow.input import Arrived, DialEnded, Digits, Input, Silence
from hotline.flow.library import Library, TextMissing
from hotline.flow.model import Flow
from hotline.flow.nodes import Ask, Menu, NodeId, Transfer, Voicemail
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Listen, Reply
from hotline.flow.session import Session, Turn
from hotline.flow.walk import EndlessWalk
from hotline.operations.check.measure import Measure
from hotline.operations.check.reach import reached
from hotline.operations.check.subject import Subject

MOST_TURNS: Final = 6
MOST_SECONDS: Final = 120.0
SILENCE_S: Final = 6  # before a call comes back without a key or a word
LARGEST_TWIML: Final = 64_000  # bytes: error 11750

Habit = Callable[[Flow, Session, int], Input]

# What is so at the moment of a call; each can leave a caller without what another offers.
OCCASIONS: Final[dict[str, Facts]] = {
    "": Facts(),
    "nobody is available": Facts(is_dispatcher_available=False),
    "the line is closed": Facts(is_open=False),
    "nobody is available and voicemail is off": Facts(
        is_dispatcher_available=False, is_voicemail_ready=False
    ),
    "sign-up is off": Facts(is_signup_ready=False),
}


def keep_silent(_: Flow, __: Session, ___: int) -> Input:
    return Silence()


def press_wrong(flow: Flow, session: Session, _: int) -> Input:
    """A key that means nothing here; silence where every key means something or none is asked for."""
    node = flow.nodes.get(session.node or "")
    match node:
        case Menu():
            return _unused({choice.key for choice in node.choices})
        case Ask() if node.answer.type == "zip":
            return Digits("00000")
        case Ask() if node.answer.type != "recording":
            return _unused({choice.key for choice in node.answer.choices})
        case _:
            return Silence()


def alternate(flow: Flow, session: Session, step: int) -> Input:
    return press_wrong(flow, session, step) if step % 2 else Silence()


def alternate_wrong_first(flow: Flow, session: Session, step: int) -> Input:
    return alternate(flow, session, step + 1)


HABITS: Final[dict[str, Habit]] = {
    "says nothing": keep_silent,
    "presses wrong keys": press_wrong,
    "now says nothing, now presses a wrong key": alternate,
    "now presses a wrong key, now says nothing": alternate_wrong_first,
}


def _unused(keys: set[str | None]) -> Input:
    free = next((key for key in "9876543210*" if key not in keys), None)
    return Digits(free) if free else Silence()


def helpless_callers(subject: Subject) -> Iterator[Flaw]:
    """Callers who do nothing valid and do not come to a person in time."""
    library = subject.library()
    waiting = [name for name in sorted(reached(subject.flow, "voice")) if _waits(subject.flow, name)]
    starts: list[tuple[NodeId, Language | None]] = [(subject.flow.start, None)]
    starts += [(name, language) for name in (subject.flow.start, *waiting) for language in LANGUAGES]
    told: set[NodeId] = set()
    for name, language in starts:
        for sentence in _bad_walks(subject, library, name, language):
            if name not in told:
                told.add(name)
                yield Flaw("node", name, sentence, language or "")


def _waits(flow: Flow, name: NodeId) -> bool:
    return isinstance(flow.nodes[name], Menu | Ask | Transfer)


def _bad_walks(subject: Subject, library: Library, name: NodeId, language: Language | None) -> Iterator[str]:
    for occasion, facts in OCCASIONS.items():
        for habit_name, habit in HABITS.items():
            try:
                fault = _walk(subject.flow, library, subject.measure, name, language, facts, habit)
            except (EndlessWalk, TextMissing) as broken:
                fault = f"cannot go on: {broken}"
            if fault:
                yield f"a caller who {habit_name}{f' while {occasion}' if occasion else ''} {fault}"


def _walk(
    flow: Flow,
    library: Library,
    measure: Measure,
    name: NodeId,
    language: Language | None,
    facts: Facts,
    habit: Habit,
) -> str | None:
    """Walk from a node until a person, voicemail or ticket; None when that comes in time."""
    turn, spent_s = _enter(flow, library, name, language, facts), 0.0
    is_asked = not isinstance(flow.nodes[name], Transfer)  # there the attempt to connect has failed
    for step in range(MOST_TURNS + 1):
        is_there = _is_helped(flow, turn) or (is_asked and _is_connecting(turn))
        spent_s += seconds_of(turn.replies[:-1] if is_there else turn.replies, measure)
        if spent_s > MOST_SECONDS:
            return f"waits {spent_s:.0f} s for a person; {MOST_SECONDS:.0f} s is the most"
        if measure.twiml_bytes(turn.replies) > LARGEST_TWIML:
            return f"would get an answer of more than {LARGEST_TWIML} bytes, which the carrier refuses"
        if is_there:
            return None
        if any(isinstance(reply, Goodbye) for reply in turn.replies):
            return "hears goodbye without a person, voicemail or ticket"
        event = DialEnded(was_bridged=False) if _is_connecting(turn) else habit(flow, turn.session, step)
        turn = advance(flow, library, turn.session, event, facts)
    return f"has no person after {MOST_TURNS} turns"


def _enter(flow: Flow, library: Library, name: NodeId, language: Language | None, facts: Facts) -> Turn:
    session = Session(channel="voice", language=language)
    return advance(flow.model_copy(update={"start": name}), library, session, Arrived(), facts)


def _is_connecting(turn: Turn) -> bool:
    return any(isinstance(reply, Connect) for reply in turn.replies)


def _is_helped(flow: Flow, turn: Turn) -> bool:
    """Is a voicemail being taken, or a ticket open?"""
    is_ticket = any(isinstance(effect, OpenTicket) for effect in turn.effects)
    return is_ticket or isinstance(flow.nodes.get(turn.session.node or ""), Voicemail)


def seconds_of(replies: tuple[Reply, ...], measure: Measure) -> float:
    """How long a caller listens and waits. The last reply of a walk that arrives is help itself."""
    return sum(_seconds(reply, measure) for reply in replies)


def _seconds(reply: Reply, measure: Measure) -> float:
    match reply:
        case Hold():
            return float(reply.seconds)
        case Choose():
            return _said(reply, measure) + reply.timeout_s
        case Listen():
            return _said(reply, measure) + SILENCE_S
        case _:
            return _said(reply, measure)


def _said(reply: Reply, measure: Measure) -> float:
    return sum(measure.spoken_s(part.wording) for part in getattr(reply, "parts", ()))
