"""What a text message means, in the settled order of precedence."""

import re
from typing import Final

from hotline.domain.language import Language
from hotline.domain.words import first_phrase, fold, without
from hotline.flow.draft import Draft, only
from hotline.flow.effect import (
    AnswerReport,
    Erase,
    FlagUrgent,
    OpenTicket,
    OptOut,
    StartReport,
)
from hotline.flow.facts import NamedSite
from hotline.flow.input import Text
from hotline.flow.lists import read_lists
from hotline.flow.nodes import Ask, Choice, NodeId
from hotline.flow.opting import carrier_word, pause, sounds_like_stop
from hotline.flow.session import Session
from hotline.flow.walk import enter, keep_answer, listen
from hotline.flow.words import folded

UNANSWERED_LIMIT: Final = 5  # texts in a row that nothing matched; then quiet, and one ticket
PERSON_OFFER_TURNS: Final = 40
_ZIP: Final = re.compile(r"\b(\d{5})(?:-\d{4})?\b")


def read_text(draft: Draft, text: Text) -> None:
    """Decide what a text means and do it: opt-out and help, danger, escapes, the question, topics."""
    said = without(fold(text.body), draft.flow.words.courtesies)
    before = draft.session.unanswered
    for meaning in (carrier_word, _urgent, _escape, _site, _answer, _thanks, _topic):
        if meaning(draft, text, said):
            if draft.session.unanswered == before:
                draft.session = draft.session.with_changes(unanswered=0)
            break
    else:
        if not sounds_like_stop(draft, said):
            _unanswerable(draft)
    if sounds_like_stop(draft, said):
        pause(draft, text)
    _offer_person_now_and_then(draft)


def _offer_person_now_and_then(draft: Draft) -> None:
    """Not where we keep quiet, and never beside the one answer to an opt-out."""
    is_long = draft.session.turns > 0 and draft.session.turns % PERSON_OFFER_TURNS == 0
    if is_long and draft.replies and not any(isinstance(e, OptOut | Erase) for e in draft.effects):
        draft.tell("person_offer")


def _urgent(draft: Draft, text: Text, said: str) -> bool:
    """Danger now: rights at once, a person told, and the words kept as the answer if one is due."""
    words = draft.flow.words
    phrase = first_phrase(said, words.urgent_phrases_by_word)
    if phrase is None:
        return False
    languages, goto = words.urgent_phrases[phrase]
    draft.speak(only(languages))
    put_off = draft.session
    asked = draft.question()
    _flag(draft, text, asked)
    draft.session = draft.session.with_changes(topic="urgent")
    enter(draft, goto)
    if asked:
        _go_on(draft, put_off, asked, text)
    return True


def _flag(draft: Draft, text: Text, asked: Ask | None) -> None:
    """Flag the report that is being made, or one made of these very words."""
    report = draft.session.report
    if report is None:
        report = draft.facts.code
        draft.effects.append(_start_report(draft))
    if not (draft.session.report and asked and asked.answer.is_for_report):
        draft.effects.append(AnswerReport(report, "words", text.body, text.media))
    draft.effects.append(FlagUrgent(report, text.body))


def _go_on(draft: Draft, put_off: Session, asked: Ask, text: Text) -> None:
    """Go on with what was being asked: in a report the words are the answer, elsewhere it stays open."""
    draft.session = draft.session.with_changes(
        node=put_off.node, report=put_off.report, return_to=put_off.return_to
    )
    if put_off.report and asked.answer.is_for_report:
        keep_answer(draft, asked, text.body, text.media)
        enter(draft, asked.goto, text.body)


def _escape(draft: Draft, text: Text, said: str) -> bool:
    """MENU, PERSON, a language, SKIP: each as a whole message."""
    words = draft.flow.words
    for name in ("menu", "person"):
        if said in words.tables[name]:
            draft.speak(only(words.tables[name][said]))
            leave_question(draft)
            enter(draft, words.nodes[name], text.body)
            return True
    if said in words.language_words:
        _switch_language(draft, words.language_words[said])
        return True
    asked = draft.question()
    if asked and said in words.tables["skip"]:
        enter(draft, asked.goto if asked.answer.skippable else asked.give_up, text.body)
        return True
    return False


def _site(draft: Draft, text: Text, said: str) -> bool:
    """A text that begins with a site's code is a report for that site, whatever was being asked; the code
    alone answers a question for the ZIP code."""
    site = draft.facts.site
    if site is None:
        return False
    if _is_area_of_site(draft, text, site):
        return True
    leave_question(draft)
    code = draft.facts.code
    draft.session = draft.session.with_changes(report=code, topic="report.start")
    draft.effects.append(_start_report(draft))
    draft.effects.append(AnswerReport(code, "place", site.place))
    if site.words or text.media:
        draft.effects.append(AnswerReport(code, "words", site.words, text.media))
    if site.is_contact:  # seen by staff at once, whether or not the questions are answered
        draft.effects.append(FlagUrgent(code, text.body))
    draft.tell("site_report", SITE=site.name)
    enter(draft, draft.flow.words.nodes["site"])
    return True


def _is_area_of_site(draft: Draft, text: Text, site: NamedSite) -> bool:
    """Take the ZIP code of a site for the area that was asked for. The code of a flyer may also be meant as
    the beginning of a report, so the answer says how to make one."""
    asked, area = draft.question(), draft.facts.place_of(site.zip)
    if asked is None or asked.answer.type != "zip" or area is None or site.words or text.media:
        return False
    keep_answer(draft, asked, site.zip)
    draft.session = draft.session.with_changes(answers=draft.session.answers | {"area": area})
    draft.tell("site_area", SITE=site.name, CODE=site.code)
    enter(draft, asked.goto, text.body)
    return True


def _start_report(draft: Draft) -> StartReport:
    site = draft.facts.site
    return StartReport(draft.facts.code, site.code if site else "", bool(site and site.is_contact))


def leave_question(draft: Draft) -> None:
    """Leave what was being asked; a half-finished report stays as it is."""
    draft.session = draft.session.with_changes(node=None, report=None, return_to=None)


def _switch_language(draft: Draft, language: Language) -> None:
    draft.speak(language)
    asked = draft.question()
    if asked:
        draft.replies.append(listen(draft, asked))
    else:
        enter(draft, draft.flow.words.nodes["menu"])


def _answer(draft: Draft, text: Text, said: str) -> bool:
    asked = draft.question()
    if asked is None:
        return False
    chosen, value = read_answer(draft, asked, text.body, said)
    if asked.answer.type == "photo" and text.media:
        value = text.body or "photo"
    if value is None and asked.answer.is_optional:
        draft.session = draft.session.with_changes(node=draft.session.return_to, return_to=None)
        return _answer(draft, text, said)
    if value is None:
        _keep_pictures(draft, text)
        _ask_again(draft, asked)
        return True
    keep_answer(draft, asked, value, text.media)
    enter(draft, (chosen.goto if chosen else None) or asked.goto, text.body)
    return True


def _keep_pictures(draft: Draft, text: Text) -> None:
    """Pictures that come before they are asked for belong to the report; the question stays open."""
    if text.media and draft.session.report:
        draft.effects.append(AnswerReport(draft.session.report, "words", text.body, text.media))


def read_answer(draft: Draft, asked: Ask, body: str, said: str) -> tuple[Choice | None, str | None]:
    """The choice meant and the value to keep; no value when it answers nothing."""
    match asked.answer.type:
        case "zip":
            found = _ZIP.search(body)
            place = draft.facts.place_of(found[1]) if found else None
            if found and place:
                draft.session = draft.session.with_changes(answers=draft.session.answers | {"area": place})
                return None, found[1]
            return None, None
        case "choice":
            return read_choice(draft, asked.answer.choices, said)
        case "lists":
            words = draft.flow.words
            return read_lists(asked.answer.choices, said, words.tables["no"], words.joining_words)
        case "text" | "photo" | "recording":
            return None, body or None


def read_choice(draft: Draft, choices: tuple[Choice, ...], said: str) -> tuple[Choice | None, str | None]:
    """Match a choice by key, by word, or by its first word; yes and no count in every language.

    "Ok, but no" is neither: a sentence that holds both is asked about once more.
    """
    tables = draft.flow.words.tables
    first, *others = said.split(" ")
    is_both = first in tables["yes"] and any(word in tables["no"] for word in others)
    for spoken in (said,) if is_both else (said, first):
        for choice in choices:
            words = set(folded(choice.words))
            for kind in ("yes", "no"):
                if choice.value == kind:
                    words |= set(tables[kind])
            if spoken in words or spoken == choice.key:
                return choice, choice.value or said
    return None, None


def _ask_again(draft: Draft, asked: Ask) -> None:
    """Once more; after that go on without the answer, or give up where it is needed."""
    draft.session = draft.session.with_changes(unanswered=draft.session.unanswered + 1)
    if draft.session.wrong:
        enter(draft, asked.goto if asked.answer.skippable else asked.give_up)
        return
    if asked.invalid:
        draft.tell(asked.invalid)
    else:
        draft.replies.append(listen(draft, asked))
    draft.session = draft.session.with_changes(wrong=1)


def _thanks(draft: Draft, text: Text, said: str) -> bool:
    """A lone "ok" or "gracias" needs no answer; at the head of a sentence it means nothing by itself."""
    return said in draft.flow.words.tables["thanks"]


def _topic(draft: Draft, text: Text, said: str) -> bool:
    """The longest phrase that the message begins with, after an "ok" or "gracias"."""
    spoken = said.split(" ")
    while len(spoken) > 1 and spoken[0] in draft.flow.words.tables["thanks"]:
        spoken = spoken[1:]
    for length in range(min(draft.flow.longest_topic, len(spoken)), 0, -1):
        found = draft.flow.topic_words.get(" ".join(spoken[:length]))
        if found:
            _go_to_topic(draft, found[0], found[1], text.body)
            return True
    return False


def _go_to_topic(draft: Draft, goto: NodeId, languages: frozenset[Language], words: str) -> None:
    draft.speak(only(languages))
    draft.session = draft.session.with_changes(again=goto, topic=goto)
    enter(draft, goto, words)


def _unanswerable(draft: Draft) -> None:
    count = draft.session.unanswered + 1
    draft.session = draft.session.with_changes(unanswered=count)
    if count <= UNANSWERED_LIMIT:
        draft.tell("unknown")
    if count == UNANSWERED_LIMIT:
        draft.effects.append(OpenTicket("unanswered", "unanswered"))
