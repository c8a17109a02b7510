"""Walk from node to node until one waits for the contact."""

from typing import Final, assert_never

from hotline.domain.ticket import TicketKind
from hotline.flow.draft import Draft
from hotline.flow.effect import (
    AnswerReport,
    Erase,
    FinishReport,
    LeaveLists,
    OpenTicket,
    OptOut,
    ResumeAlerts,
    SendText,
    StartReport,
    Subscribe,
    TakeTexts,
)
from hotline.flow.facts import Fact
from hotline.flow.lists import ANSWER, joined, split
from hotline.flow.nodes import (
    AGAIN,
    Act,
    Ask,
    Branch,
    End,
    Goto,
    Menu,
    NodeId,
    ReportStep,
    Say,
    SubscribeContact,
    Transfer,
    Voicemail,
)
from hotline.flow.reply import Choose, Connect, Goodbye, Listen
from hotline.flow.session import Session

LONGEST_WALK: Final = 50  # nodes passed without waiting: more is a loop that `hotline check` refuses


class EndlessWalk(RuntimeError):
    """The flow loops without ever waiting for the contact."""


def enter(draft: Draft, node: NodeId, words: str = "") -> None:
    """Go to a node and on from there. `words` are what the contact said to get here."""
    following: NodeId | None = node
    for _ in range(LONGEST_WALK):
        if following is None:
            return
        target = draft.session.again or draft.flow.start if following == AGAIN else following
        following = _visit(draft, target, words)
    raise EndlessWalk(node)


def _visit(draft: Draft, name: NodeId, words: str) -> NodeId | None:
    """Do what the node says; return where to go, or None when it waits."""
    node = draft.flow.nodes[name]
    match node:
        case Say():
            draft.tell(node.text)
            return node.goto
        case Goto():
            return node.goto
        case Branch():
            return node.goto if holds(node.on, draft) else node.otherwise
        case Menu():
            _menu(draft, name, node)
            return None
        case Ask():
            draft.session = draft.session.at(name)
            draft.replies.append(listen(draft, node))
            return None
        case Transfer():
            return _transfer(draft, name, node)
        case Voicemail():
            return _voicemail(draft, name, node)
        case SubscribeContact():
            return _subscribe(draft, node, words)
        case ReportStep():
            return _report(draft, node, words)
        case Act():
            return _act(draft, node, words)
        case End():
            _end(draft, node)
            return None
    assert_never(node)


def holds(fact: Fact, draft: Draft) -> bool:
    facts = draft.facts
    match fact:
        case "open":
            return facts.is_open
        case "language_known":
            return draft.session.language is not None
        case "subscribed":
            return facts.is_subscribed
        case "opted_out":
            return facts.is_opted_out
        case "dispatcher_available":
            return facts.is_dispatcher_available
        case "signup_ready":
            return facts.is_signup_ready
        case "call":
            return draft.session.channel == "voice"
    assert_never(fact)


def choose(draft: Draft, node: Menu) -> Choose:
    """The menu as the contact perceives it."""
    languages = tuple(c.language for c in node.choices if c.language) if node.is_bilingual else ()
    parts = draft.parts(node.prompt, languages) if node.prompt else ()
    if not node.is_bilingual and draft.session.language:
        other = next(iter({"en", "es"} - {draft.session.language}))
        parts += draft.parts("v_other_language", (other,))  # type: ignore[arg-type]
    keys = "".join(c.key for c in node.choices if c.key)
    return Choose(parts, keys, takes_speech=node.speech)


def listen(draft: Draft, node: Ask) -> Listen:
    parts = draft.parts(node.prompt)
    if draft.session.channel == "sms":
        return Listen(parts, "words")
    match node.answer.type:
        case "recording":
            return Listen(parts, "recording", seconds=node.seconds)
        case "zip":
            return Listen(parts, "digits", digits=5)
        case "text" | "choice" | "photo" | "lists":
            return Listen(parts, "digits", digits=1)
    assert_never(node.answer.type)


def _menu(draft: Draft, name: NodeId, node: Menu) -> None:
    draft.session = draft.session.at(name)
    if draft.session.channel == "voice" or (node.prompt and draft.library.has(node.prompt, "sms")):
        reply = choose(draft, node)
        if reply.parts or draft.session.channel == "voice":
            draft.replies.append(reply)


def _transfer(draft: Draft, name: NodeId, node: Transfer) -> NodeId | None:
    topic = node.topic or draft.session.topic
    if draft.session.channel == "sms":
        draft.effects.append(OpenTicket("callback", topic, node.is_urgent))
        draft.tell(node.prompt if draft.facts.is_open else node.closed)
        return node.after_text
    is_urgent = node.is_urgent or draft.session.is_urgent
    draft.session = draft.session.with_changes(topic=topic, is_urgent=is_urgent)
    if not draft.facts.is_open or not draft.facts.is_dispatcher_available:
        if not draft.facts.is_open:
            draft.tell(node.closed)
        return node.unanswered
    draft.session = draft.session.at(name)
    draft.replies.append(Connect(draft.parts(node.prompt), draft.session.language, topic))
    return None


def _voicemail(draft: Draft, name: NodeId, node: Voicemail) -> NodeId | None:
    draft.session = draft.session.with_changes(is_urgent=node.is_urgent or draft.session.is_urgent)
    if not draft.facts.is_voicemail_ready:
        draft.effects.append(owed(draft, "callback"))
        draft.tell(node.off)
        return node.goto
    draft.session = draft.session.at(name)
    draft.replies.append(Listen(draft.parts(node.prompt), "recording", seconds=node.seconds))
    return None


def owed(draft: Draft, kind: TicketKind) -> OpenTicket:
    """The ticket that a call leaves behind: about its topic, and as urgent as the call was."""
    return OpenTicket(kind, draft.session.topic, draft.session.is_urgent)


def _subscribe(draft: Draft, node: SubscribeContact, words: str) -> NodeId:
    zip_code = draft.session.answers.get("zip")
    lists = draft.session.answers.get(ANSWER, "") if node.is_asked else ""
    kinds = split(lists) if node.is_asked else node.kinds
    if not kinds or (not zip_code and (zip_code is None or not draft.facts.is_subscribed)):
        # the flow changed under the contact, or the sign-up that was known is gone
        return draft.flow.words.nodes["menu"]
    draft.effects.append(Subscribe(zip_code, words, kinds, node.channel))
    draft.tell(node.confirm)
    if draft.session.channel == "voice":
        draft.effects.append(SendText(node.confirm, lists))
    return node.goto


def _report(draft: Draft, node: ReportStep, words: str) -> NodeId:
    if node.step == "start":
        draft.session = draft.session.with_changes(report=draft.facts.code)
        draft.effects.append(StartReport(draft.facts.code))
        if " " in words.strip():  # "ICE at the market on Main" already says something
            draft.effects.append(AnswerReport(draft.facts.code, "words", words))
    elif draft.session.report:
        draft.effects.append(FinishReport(draft.session.report))
    return node.goto


def _act(draft: Draft, node: Act, words: str) -> NodeId | None:
    match node.act:
        case "erase":
            draft.effects.append(Erase(words))
            draft.session = Session(channel=draft.session.channel, language=draft.session.language)
        case "opt_out":
            draft.effects.append(OptOut(words))
        case "resume_alerts":
            draft.effects.append(ResumeAlerts(words))
        case "open_ticket":
            draft.effects.append(OpenTicket(node.ticket, draft.session.topic))
        case "known_zip":
            _answer(draft, zip="", area=draft.facts.area)
        case "leave_lists":
            draft.effects.append(LeaveLists(words))
        case "name_lists":
            _answer(draft, **{ANSWER: joined(node.kinds)})
        case "leave_named":
            kinds = split(draft.session.answers.get(ANSWER, ""))
            if not kinds:  # the flow changed under the contact
                return draft.flow.words.nodes["menu"]
            draft.effects.append(LeaveLists(words, kinds))
        case "take_texts":
            draft.effects.append(TakeTexts(words))
        case "back":
            put_off = draft.session.return_to
            draft.session = draft.session.with_changes(return_to=None)
            return put_off or node.goto
    return node.goto


def _answer(draft: Draft, **answers: str) -> None:
    draft.session = draft.session.with_changes(answers=draft.session.answers | answers)


def _end(draft: Draft, node: End) -> None:
    parts = draft.parts(node.text) if node.text else ()
    if draft.session.channel == "voice":
        draft.replies.append(Goodbye(parts))
    elif node.text:
        draft.tell(node.text)
    draft.session = draft.session.with_changes(node=None, report=None, return_to=None)


def keep_answer(draft: Draft, node: Ask, value: str, media: tuple[str, ...] = ()) -> None:
    """Keep an answer: with the report it belongs to, or in the session until it is used."""
    name, report = node.answer.name, draft.session.report
    if report and node.answer.is_for_report:
        draft.effects.append(AnswerReport(report, name, value, media))
    else:
        draft.session = draft.session.with_changes(answers=draft.session.answers | {name: value})
