"""The kinds of stop in a flow, as they stand in YAML."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from hotline.domain.language import Channel, Language
from hotline.domain.notice import Audience
from hotline.domain.ticket import TicketKind
from hotline.flow.facts import Fact

NodeId = str
TextId = str
WordList = dict[Language, tuple[str, ...]]

AGAIN = "again"  # a goto to the last topic heard

# The lists that may be chosen one by one, in the order in which they are said; each name is a text.
LIST_TEXTS: Final[Mapping[Audience, TextId]] = {
    "reminder": "list_reminder",
    "event": "list_event",
    "food": "list_food",
    "official": "list_official",
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Choice(_Strict):
    """One way on. `key` is pressed, `words` are typed, `language` is chosen with it, `kinds` are lists."""

    goto: NodeId | None = None
    key: str | None = Field(default=None, pattern=r"^[0-9*#]$")
    words: WordList = {}
    value: str | None = None
    language: Language | None = None
    kinds: tuple[Audience, ...] = ()


class Say(_Strict):
    """Say a text and go on. A text without a form for the channel is passed over in silence."""

    kind: Literal["say"]
    text: TextId
    goto: NodeId


class Menu(_Strict):
    """Offer choices. Its words are topics: a text may name them at any time."""

    kind: Literal["menu"]
    prompt: TextId | None = None
    is_bilingual: bool = False
    choices: tuple[Choice, ...]
    silence: NodeId = "person"
    speech: bool = False


class Answer(_Strict):
    """How an answer is read and under which name it is kept.

    A text that does not answer an optional question is read as if none were open. `lists` takes one choice
    or several and keeps their `kinds`; a ZIP code may also be given by the code of a site.
    """

    name: str = Field(alias="as")
    type: Literal["text", "choice", "zip", "photo", "recording", "lists"]
    skippable: bool = False
    choices: tuple[Choice, ...] = ()
    is_for_report: bool = True
    is_optional: bool = False


class Ask(_Strict):
    """One open question. A wrong answer hears `invalid` and the question once more, then `give_up`."""

    kind: Literal["ask"]
    prompt: TextId
    answer: Answer
    goto: NodeId
    invalid: TextId | None = None
    give_up: NodeId = "person"
    seconds: int = 90


class Branch(_Strict):
    kind: Literal["branch"]
    on: Fact
    goto: NodeId
    otherwise: NodeId


class Transfer(_Strict):
    """Reach a person: ring dispatchers for a call, open a ticket for a text."""

    kind: Literal["transfer"]
    prompt: TextId
    closed: TextId
    topic: str = ""
    is_urgent: bool = False
    answered: NodeId = "ended"
    unanswered: NodeId = "voicemail"
    after_text: NodeId = "rest"


class Voicemail(_Strict):
    """Record a message after the spoken notice; then, or without one, a ticket is open."""

    kind: Literal["voicemail"]
    prompt: TextId
    off: TextId
    goto: NodeId
    seconds: int = 120
    ticket: TicketKind = "voicemail"
    is_urgent: bool = False


class SubscribeContact(_Strict):
    """Sign the contact up for the ZIP code just given or known; `confirm` is also texted after a call.

    `kinds` are the lists that were named, or `is_asked` which; `channel` is how alerts come from now on if
    that was asked.
    """

    kind: Literal["subscribe"]
    confirm: TextId
    goto: NodeId
    kinds: tuple[Audience, ...] = ("alert",)
    is_asked: bool = False
    channel: Channel | None = None


class ReportStep(_Strict):
    """Open a report, or hand it to those who check."""

    kind: Literal["report"]
    step: Literal["start", "finish"]
    goto: NodeId


class Act(_Strict):
    """Do one thing of a closed list, such as erase the contact, or keep alerts that were paused.

    `known_zip` takes the ZIP code of an earlier sign-up as the answer; `leave_lists` keeps alerts and ends
    the other lists; `name_lists` takes its `kinds` as the answer which lists are meant, and `leave_named`
    ends those; `take_texts` has alerts come as texts again.
    """

    kind: Literal["act"]
    act: Literal[
        "erase",
        "opt_out",
        "resume_alerts",
        "open_ticket",
        "back",
        "known_zip",
        "leave_lists",
        "name_lists",
        "leave_named",
        "take_texts",
    ]
    goto: NodeId
    kinds: tuple[Audience, ...] = ()
    ticket: TicketKind = "callback"


class Goto(_Strict):
    kind: Literal["goto"]
    goto: NodeId


class End(_Strict):
    """End of a call (after a last text), or rest for a text contact."""

    kind: Literal["end"]
    text: TextId | None = None


Node = Annotated[
    Say | Menu | Ask | Branch | Transfer | Voicemail | SubscribeContact | ReportStep | Act | Goto | End,
    Field(discriminator="kind"),
]


def links(node: Node) -> tuple[NodeId, ...]:
    """Every node this one may lead to."""
    match node:
        case Say() | SubscribeContact() | ReportStep() | Act() | Goto():
            return (node.goto,)
        case Menu():
            return (*(c.goto for c in node.choices if c.goto and c.goto != AGAIN), node.silence)
        case Ask():
            return (*(c.goto for c in node.answer.choices if c.goto), node.goto, node.give_up)
        case Branch():
            return (node.goto, node.otherwise)
        case Transfer():
            return (node.answered, node.unanswered, node.after_text)
        case Voicemail():
            return (node.goto,)
        case End():
            return ()


def texts_named(node: Node) -> tuple[TextId, ...]:
    """Every text this node may say."""
    match node:
        case Say():
            return (node.text,)
        case Menu():
            return (node.prompt,) if node.prompt else ()
        case Ask():
            return (node.prompt, *((node.invalid,) if node.invalid else ()), *names_of_lists(node))
        case Transfer():
            return (node.prompt, node.closed)
        case Voicemail():
            return (node.prompt, node.off)
        case SubscribeContact():
            return (node.confirm,)
        case End():
            return (node.text,) if node.text else ()
        case Branch() | ReportStep() | Act() | Goto():
            return ()


def names_of_lists(node: Ask) -> tuple[TextId, ...]:
    """The names of the lists that a question offers: the texts that come of its answer say them."""
    offered = {kind for choice in node.answer.choices for kind in choice.kinds}
    return tuple(text for kind, text in LIST_TEXTS.items() if kind in offered)
