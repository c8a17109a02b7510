"""Sessions that go on and on are offered a person; texts nobody understands end with one."""

from collections.abc import Iterator
from typing import Final

from hotline.domain.language import LANGUAGES, Language
from hotline.flow.effect import OpenTicket
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.fault import Flaw
from hotline.flow.input import Arrived, Digits, Text
from hotline.flow.library import Library, TextMissing
from hotline.flow.model import Flow
from hotline.flow.nodes import Ask, Menu, NodeId
from hotline.flow.reply import Connect, Goodbye, Listen
from hotline.flow.session import Session, Turn
from hotline.flow.walk import EndlessWalk
from hotline.operations.check.reach import reached, roots
from hotline.operations.check.subject import Subject
from hotline.operations.check.walks import MOST_TURNS

LONGEST_SESSION: Final = 40  # turns
NONSENSE: Final = "zzxq wqpx"
FACTS: Final = Facts(place_of=lambda _: "Los Angeles")
_FREE: Final = frozenset({"text", "photo", "recording"})


def endless_sessions(subject: Subject) -> Iterator[Flaw]:
    """Calls and conversations of forty turns that offer no person."""
    library = subject.library()
    for language in LANGUAGES:
        try:
            if not _is_wanderer_helped(subject.flow, library, language):
                yield Flaw("node", "start", f"a call of {LONGEST_SESSION} turns offers no person", language)
            if not _is_talker_helped(subject.flow, library, language):
                yield Flaw("words", "menu", f"{LONGEST_SESSION} texts offer no person", language)
        except (EndlessWalk, TextMissing, KeyError) as broken:
            yield Flaw("node", "start", f"a long session cannot go on: {broken}", language)


def unheard_writers(subject: Subject) -> Iterator[Flaw]:
    """Texts that nobody understands and that open no ticket, and words that get no answer at all."""
    library = subject.library()
    flow = subject.flow
    closed = [name for name in sorted(reached(flow, "sms")) if _is_closed_question(flow, name)]
    for language in LANGUAGES:
        for name in (None, *closed):
            try:
                if not _is_writer_helped(flow, library, name, language):
                    sentence = f"{MOST_TURNS} texts that nobody understands open no ticket"
                    yield Flaw("node", name or "start", sentence, language)
            except (EndlessWalk, TextMissing, KeyError) as broken:
                yield Flaw("node", name or "start", f"a text cannot be answered: {broken}", language)
    yield from _silent_topics(flow, library)


def _is_closed_question(flow: Flow, name: NodeId) -> bool:
    node = flow.nodes[name]
    return isinstance(node, Ask) and node.answer.type not in _FREE


def _is_writer_helped(flow: Flow, library: Library, name: NodeId | None, language: Language) -> bool:
    """Does nonsense end in a ticket, or come to a question that takes any words?"""
    session = Session(channel="sms", language=language, node=name, was_greeted=True)
    for _ in range(MOST_TURNS):
        turn = advance(flow, library, session, Text(NONSENSE), FACTS)
        if any(isinstance(effect, OpenTicket) for effect in turn.effects):
            return True
        session = turn.session
        node = flow.nodes.get(session.node or "")
        if isinstance(node, Ask) and node.answer.type in _FREE:
            return True
    return False


def _silent_topics(flow: Flow, library: Library) -> Iterator[Flaw]:
    """Every word that leads somewhere is answered by text."""
    words = {goto: word for word, (goto, _) in flow.topic_words.items()}
    for goto in sorted(roots(flow, "sms") & words.keys()):
        session = Session(channel="sms", language="es", was_greeted=True)
        try:
            turn = advance(flow, library, session, Text(words[goto]), FACTS)
        except (EndlessWalk, TextMissing, KeyError):
            continue  # told by the checks of forms and circles
        if not turn.replies:
            yield Flaw("topic", goto, f"a text {words[goto].upper()!r} gets no answer")


def _is_wanderer_helped(flow: Flow, library: Library, language: Language) -> bool:
    """Press keys for ever without choosing a person: one comes up, or the call is over before."""
    turn = advance(flow, library, Session(channel="voice", language=language), Arrived(), FACTS)
    for _ in range(LONGEST_SESSION):
        turn = _wander(flow, library, turn.session)
        if _offers_person(turn):
            return True
    return any(isinstance(reply, Goodbye) for reply in turn.replies)


def _wander(flow: Flow, library: Library, session: Session) -> Turn:
    """The turn of the first key that keeps the call going round; of any key where none does."""
    node = flow.nodes.get(session.node or "")
    keys = [choice.key for choice in node.choices if choice.key] if isinstance(node, Menu) else ["9"]
    turns = [advance(flow, library, session, Digits(key), FACTS) for key in sorted(keys, reverse=True)]
    going = [turn for turn in turns if isinstance(flow.nodes.get(turn.session.node or ""), Menu)]
    return (going or turns)[0]


def _offers_person(turn: Turn) -> bool:
    is_ticket = any(isinstance(effect, OpenTicket) for effect in turn.effects)
    is_offered = any(isinstance(reply, Connect) for reply in turn.replies)
    is_recorded = any(isinstance(reply, Listen) and reply.awaits == "recording" for reply in turn.replies)
    return is_ticket or is_offered or is_recorded


def _is_talker_helped(flow: Flow, library: Library, language: Language) -> bool:
    """Ask for the menu again and again."""
    word = flow.words.menu[language][0]
    offer = library.part("person_offer", language, "sms").wording
    session = Session(channel="sms", language=language, was_greeted=True)
    for _ in range(LONGEST_SESSION + 1):
        turn = advance(flow, library, session, Text(word), FACTS)
        if any(part.wording == offer for reply in turn.replies for part in getattr(reply, "parts", ())):
            return True
        session = turn.session
    return False
