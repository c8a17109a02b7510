"""Opting out and in: whole words before anything else, sentences that sound like it with a question."""

from typing import Literal

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.words import first_phrase, fold, without
from hotline.flow.draft import Draft, only
from hotline.flow.effect import ClearCarrierBlock, OpenTicket, OptIn, OptOut, PauseAlerts
from hotline.flow.input import Text
from hotline.flow.nodes import Ask
from hotline.flow.walk import enter
from hotline.flow.words import CARRIER_STOP, Words

Refusal = Literal["whole", "weak", "sentence"]


def carrier_word(draft: Draft, text: Text, said: str) -> bool:
    """Whole-message opt-out, HELP and START, before anything else."""
    tables = draft.flow.words.tables
    asked = draft.question()
    is_answer = asked is not None and not asked.answer.is_optional
    is_weak = said in tables["opt_out_weak"] and not is_answer
    if text.carrier_answered == "stop" or _is_opt_out(draft.flow.words, said) or is_weak:
        first = said if is_weak or said in tables["opt_out"] else said.split(" ", maxsplit=1)[0]
        languages = tables["opt_out"].get(first) or tables["opt_out_weak"].get(first, frozenset())
        _opt_out(draft, text, first, languages)
        return True
    if text.carrier_answered == "help" or said in tables["help"]:
        if text.carrier_answered != "help":
            draft.tell("help_reply", _in_language(draft, tables["help"][said]))
        return True
    if text.carrier_answered == "start" and said not in tables["start"]:
        return _carrier_started(draft, asked)
    if said in tables["start"]:
        draft.effects.append(OptIn(text.body))
        is_on = draft.facts.is_subscribed
        draft.tell("start_reply_on" if is_on else "start_reply", _in_language(draft, tables["start"][said]))
        return True
    return False


def _carrier_started(draft: Draft, asked: Ask | None) -> bool:
    """YES lifts the carrier's block and answers what is open; where nothing is, we say what can be sent."""
    draft.effects.append(ClearCarrierBlock())
    if asked is None:
        enter(draft, draft.flow.words.nodes["menu"])
    return asked is None


def _in_language(draft: Draft, languages: frozenset[Language]) -> tuple[Language, ...]:
    """The contact's own language if the word fits it, else the word's; both while none is known."""
    own = draft.session.language
    if own and own in languages:
        return (own,)
    known = only(languages) or own
    return (known,) if known else LANGUAGES


def _opt_out(draft: Draft, text: Text, word: str, languages: frozenset[Language]) -> None:
    """One confirmation and no more (47 CFR 64.1200(a)(12)), so in one language: of a word that is in
    both lists, the carrier's own are English."""
    draft.effects.append(OptOut(text.body))
    spoken = _in_language(draft, languages)
    if len(spoken) > 1:
        spoken = ("en",) if word in CARRIER_STOP else ("es",)
    if text.carrier_answered != "stop":
        draft.tell("stop_reply", spoken)
    draft.session = draft.session.with_changes(node=None, return_to=None, report=None)


def refusal_in(words: Words, text: Text) -> Refusal | None:
    """What a text refuses by its words alone, while nobody can tell where the contact stands.

    `weak` refuses only if no question was open; `sentence` is a longer text that holds an opt-out.
    """
    said = without(fold(text.body), words.courtesies)
    if text.carrier_answered == "stop" or _is_opt_out(words, said):
        return "whole"
    if said in words.tables["opt_out_weak"]:
        return "weak"
    return "sentence" if _holds_opt_out(words, said) else None


def _is_opt_out(words: Words, said: str) -> bool:
    """Is the whole message an opt-out, once or over and over (STOP STOP)?"""
    table = words.tables["opt_out"]
    first, *others = said.split(" ")
    return said in table or (first in table and bool(others) and set(others) == {first})


def _holds_opt_out(words: Words, said: str) -> bool:
    is_begun = said.split(" ", maxsplit=1)[0] in words.tables["opt_out_first"]
    return is_begun or first_phrase(said, words.opt_out_sentences_by_word) is not None


def sounds_like_stop(draft: Draft, said: str) -> bool:
    """Does a longer sentence hold an opt-out, as in: please stop sending these, my aunt…

    One that begins with STOP, ALTO and the like counts too ("STOP, wrong person"). Not where the
    person is out already: there is nothing to pause, and nothing to promise.
    """
    words = draft.flow.words
    if draft.facts.is_opted_out or any(isinstance(effect, OptOut) for effect in draft.effects):
        return False
    if said in words.tables["opt_out"] or said in words.tables["opt_out_weak"]:
        return False
    return _holds_opt_out(words, said)


def pause(draft: Draft, text: Text) -> None:
    """Alerts rest, the person is asked once, and somebody looks at it."""
    draft.effects += [PauseAlerts(text.body), OpenTicket("opt_out_review", "opt_out")]
    waiting = draft.session.node if draft.question() else None
    draft.session = draft.session.with_changes(return_to=waiting)
    enter(draft, draft.flow.words.nodes["stop_question"])
