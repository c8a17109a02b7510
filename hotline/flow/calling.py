"""What happens on a call: keys, silence, recordings, the end of an attempt to connect."""

from typing import Final, assert_never

from hotline.domain.words import fold
from hotline.flow.draft import Draft
from hotline.flow.effect import AnswerReport, KeepRecording
from hotline.flow.input import Arrived, DialEnded, Digits, HungUp, Recording, Silence, Speech
from hotline.flow.nodes import AGAIN, Ask, Choice, Menu, NodeId, Transfer, Voicemail
from hotline.flow.reply import Connect
from hotline.flow.texting import read_answer
from hotline.flow.walk import choose, enter, keep_answer, listen, owed

LANGUAGE_KEY: Final = "#"
TURNS_BEFORE_PERSON: Final = 40

CallInput = Arrived | Digits | Speech | Silence | Recording | DialEnded | HungUp


def read_call(draft: Draft, event: CallInput) -> None:
    """Decide what an event on a call means and do it."""
    if _is_lost(draft, event):
        enter(draft, draft.flow.words.nodes["person"])
        return
    match event:
        case Arrived():
            enter(draft, draft.flow.start)
        case Digits(keys=keys):
            _keys(draft, keys)
        case Speech(words=words):
            _speech(draft, fold(words))
        case Silence():
            _silence(draft)
        case Recording():
            _recorded(draft, event)
        case DialEnded(was_bridged=was_bridged):
            _dialled(draft, was_bridged)
        case HungUp():
            _hung_up(draft)
        case _:
            assert_never(event)


def _is_lost(draft: Draft, event: CallInput) -> bool:
    """Has the caller wandered so long that a person should ask? Never in place of a recording or an end."""
    is_long = draft.session.turns > 0 and draft.session.turns % TURNS_BEFORE_PERSON == 0
    node = draft.flow.nodes.get(draft.session.node or "")
    return is_long and isinstance(event, Digits | Speech | Silence) and isinstance(node, Menu | Ask)


def _keys(draft: Draft, keys: str) -> None:
    node = draft.flow.nodes.get(draft.session.node or "")
    match node:
        case Menu():
            choice = next((c for c in node.choices if c.key == keys), None)
            if choice:
                _take(draft, choice, keys)
            elif keys == LANGUAGE_KEY and draft.session.language:
                draft.speak("en" if draft.session.language == "es" else "es")
                draft.replies.append(choose(draft, node))
            else:
                _wrong(draft, node)
        case Ask():
            chosen, value = read_answer(draft, node, keys, keys)
            if value is None:
                _wrong(draft, node)
            else:
                keep_answer(draft, node, value)
                enter(draft, (chosen.goto if chosen else None) or node.goto, keys)
        case _:
            _silence(draft)


def _take(draft: Draft, choice: Choice, words: str) -> None:
    draft.speak(choice.language)
    if choice.goto is None:
        return
    if choice.goto != AGAIN:
        draft.session = draft.session.with_changes(again=choice.goto, topic=choice.goto)
    enter(draft, choice.goto, words)


def _speech(draft: Draft, said: str) -> None:
    node = draft.flow.nodes.get(draft.session.node or "")
    if not isinstance(node, Menu):
        _silence(draft)
        return
    for choice in node.choices:
        if said in {fold(word) for words in choice.words.values() for word in words}:
            _take(draft, choice, said)
            return
    _wrong(draft, node)


def _repeat(draft: Draft, node: Menu | Ask) -> None:
    draft.replies.append(choose(draft, node) if isinstance(node, Menu) else listen(draft, node))


def _give_up(node: Menu | Ask) -> NodeId:
    return node.silence if isinstance(node, Menu) else node.give_up


def _wrong(draft: Draft, node: Menu | Ask) -> None:
    """A wrong key repeats once, then a person is offered; after a silence too, so that nobody waits long."""
    if draft.session.wrong or draft.session.silences:
        enter(draft, _give_up(node))
        return
    draft.session = draft.session.with_changes(wrong=1)
    draft.tell((node.invalid if isinstance(node, Ask) else None) or "v_wrong_key")
    _repeat(draft, node)


def _silence(draft: Draft) -> None:
    """Silence repeats once, then a person is offered; after a recording it means: nothing was said."""
    node = draft.flow.nodes.get(draft.session.node or "")
    match node:
        case Menu() | Ask() if not draft.session.silences and not draft.session.wrong:
            draft.session = draft.session.with_changes(silences=1)
            _repeat(draft, node)
        case Menu() | Ask():
            enter(draft, _give_up(node))
        case Voicemail():
            draft.effects.append(owed(draft, "callback"))
            enter(draft, node.goto)
        case Transfer():
            enter(draft, node.unanswered)
        case _:
            enter(draft, draft.flow.words.nodes["person"])


def _recorded(draft: Draft, recording: Recording) -> None:
    node = draft.flow.nodes.get(draft.session.node or "")
    report = draft.session.report
    keep = KeepRecording(recording.sid, recording.duration_s, report)
    if isinstance(node, Voicemail):
        draft.effects += [owed(draft, node.ticket), keep]
        enter(draft, node.goto)
    elif isinstance(node, Ask):
        if report:
            draft.effects.append(AnswerReport(report, node.answer.name, "", (recording.sid,)))
        draft.effects.append(keep)
        enter(draft, node.goto)
    else:
        draft.effects += [owed(draft, "voicemail"), keep]
        enter(draft, draft.flow.words.nodes["goodbye"])


def _dialled(draft: Draft, was_bridged: bool) -> None:
    node = draft.flow.nodes.get(draft.session.node or "")
    if isinstance(node, Transfer) and not was_bridged and draft.facts.is_anyone_left:
        draft.replies.append(Connect((), draft.session.language, draft.session.topic))
    elif isinstance(node, Transfer):
        enter(draft, node.answered if was_bridged else node.unanswered)
    else:
        enter(draft, draft.flow.words.nodes["person"])


def _hung_up(draft: Draft) -> None:
    """Gone while ringing for a person, or before a message was left: someone should call back."""
    node = draft.flow.nodes.get(draft.session.node or "")
    if isinstance(node, Transfer | Voicemail):
        draft.effects.append(owed(draft, "callback"))
    draft.session = draft.session.with_changes(node=None)
