"""Every prompt exists for the channel on which its node can be reached."""

from collections.abc import Iterator
from typing import Final, assert_never

from hotline.domain.alert import TEMPLATES
from hotline.domain.call import CALL_TEXTS
from hotline.domain.language import CHANNELS, LANGUAGES, Channel
from hotline.flow.fault import Flaw, Kind
from hotline.flow.model import Flow
from hotline.flow.nodes import (
    Act,
    Ask,
    Branch,
    End,
    Goto,
    Menu,
    Node,
    ReportStep,
    Say,
    SubscribeContact,
    TextId,
    Transfer,
    Voicemail,
    names_of_lists,
)
from hotline.operations.check.reach import reached
from hotline.operations.check.subject import ENGINE_SMS, ENGINE_VOICE, STAFF_SMS, STAFF_VOICE

_WAY: Final[dict[Channel, str]] = {"sms": "text", "voice": "call"}


def missing_forms(flow: Flow) -> Iterator[Flaw]:
    """Texts without a wording where they are said, and nodes a channel cannot serve."""
    for channel in CHANNELS:
        for name in sorted(reached(flow, channel)):
            node = flow.nodes[name]
            for text in needed(node, channel):
                yield from _missing(flow, "node", name, text, channel)
            yield from _unfit(name, node, channel)
    fixed: dict[Channel, tuple[TextId, ...]] = {
        "sms": (*ENGINE_SMS, *STAFF_SMS, *TEMPLATES.values()),
        "voice": (*ENGINE_VOICE, *STAFF_VOICE, *TEMPLATES.values(), *CALL_TEXTS),
    }
    for channel, texts in fixed.items():
        for text in texts:
            yield from _missing(flow, "text", text, text, channel)


def needed(node: Node, channel: Channel) -> tuple[TextId, ...]:
    """Texts a node says on a channel. A menu says nothing by text: its words are topics there."""
    match node:
        case Say():
            return (node.text,)
        case Menu():
            return (node.prompt,) if node.prompt and channel == "voice" else ()
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
    assert_never(node)


def _missing(flow: Flow, kind: Kind, name: str, text: TextId, channel: Channel) -> Iterator[Flaw]:
    forms = flow.texts[text].forms() if text in flow.texts else {}
    who = "the line itself says it" if kind == "text" else f"says {text}"
    for language in LANGUAGES:
        if (language, channel) not in forms:
            yield Flaw(kind, name, f"{who} by {_WAY[channel]}, and it has no {channel} wording", language)


def _unfit(name: str, node: Node, channel: Channel) -> Iterator[Flaw]:
    """What a channel cannot do: record a text, or take free words from keys."""
    if channel == "sms" and isinstance(node, Voicemail):
        yield Flaw("node", name, "is a voicemail, but can be reached by text")
    if channel == "voice" and isinstance(node, Menu) and not node.prompt:
        yield Flaw("node", name, "is a menu without a prompt, but can be reached by call")
    if channel == "voice" and isinstance(node, Ask):
        yield from _unfit_ask(name, node)


def _unfit_ask(name: str, node: Ask) -> Iterator[Flaw]:
    if node.answer.type in {"text", "photo"}:
        yield Flaw("node", name, f"asks for a {node.answer.type}, which a caller cannot give")
    if node.answer.type in {"choice", "lists"}:
        for choice in node.answer.choices:
            if not choice.key:
                yield Flaw("node", name, f"choice {choice.value!r} has no key, but can be reached by call")
