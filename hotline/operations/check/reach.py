"""Where each channel can get to, and that nothing is out of reach or turns in a circle by itself."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, assert_never

from hotline.domain.language import CHANNELS, Channel
from hotline.flow.fault import Flaw
from hotline.flow.model import Flow
from hotline.flow.nodes import (
    AGAIN,
    Act,
    Ask,
    Branch,
    End,
    Goto,
    Menu,
    Node,
    NodeId,
    ReportStep,
    Say,
    SubscribeContact,
    Transfer,
    Voicemail,
)

# Nodes that the engine enters by itself, by channel (`words.yaml`, nodes).
ENTERED: Final[dict[Channel, tuple[str, ...]]] = {
    "sms": ("menu", "person", "stop_question"),
    "voice": ("person", "goodbye"),
}


def unreachable(flow: Flow) -> Iterator[Flaw]:
    """Nodes that neither start nor a word leads to."""
    found = set().union(*(reached(flow, channel) for channel in CHANNELS))
    for name in flow.nodes:
        if name not in found:
            yield Flaw("node", name, "nothing leads here: neither start, nor a menu, nor a word")


def reached(flow: Flow, channel: Channel) -> set[NodeId]:
    """Every node a contact can come to on this channel."""
    return _closure(flow, roots(flow, channel), lambda node: onward(node, channel))


def roots(flow: Flow, channel: Channel) -> set[NodeId]:
    entered = {flow.words.nodes[name] for name in ENTERED[channel] if name in flow.words.nodes}
    if channel == "voice":
        return entered | {flow.start}
    topics = {goto for goto, _ in flow.topic_words.values()}
    return entered | topics | {entry.goto for entry in flow.words.urgent}


def onward(node: Node, channel: Channel) -> tuple[NodeId, ...]:
    """Where a node may lead on this channel."""
    match node:
        case Say() | SubscribeContact() | ReportStep() | Act() | Goto() | Voicemail():
            return (node.goto,)
        case Branch():
            return (
                (node.goto if channel == "voice" else node.otherwise,) if node.on == "call" else _both(node)
            )
        case Menu():
            chosen = (c.goto for c in node.choices if c.goto and c.goto != AGAIN)
            return (*chosen, node.silence) if channel == "voice" else ()
        case Ask():
            return (*(c.goto for c in node.answer.choices if c.goto), node.goto, node.give_up)
        case Transfer():
            return (node.answered, node.unanswered) if channel == "voice" else (node.after_text,)
        case End():
            return ()
    assert_never(node)


def by_itself(node: Node, channel: Channel) -> tuple[NodeId, ...]:
    """Where a node leads without anything valid being said or pressed."""
    match node:
        case Menu():
            return (node.silence,) if channel == "voice" else ()
        case Ask():
            return (node.give_up, node.goto) if node.answer.skippable else (node.give_up,)
        case _:
            return onward(node, channel)


def next_waiting(flow: Flow, name: NodeId) -> set[NodeId]:
    """Nodes at which a call waits after this one, without an input in between."""

    def passed(node: Node) -> tuple[NodeId, ...]:
        return () if isinstance(node, Menu | Ask | Transfer | Voicemail | End) else onward(node, "voice")

    found = _closure(flow, onward(flow.nodes[name], "voice"), passed)
    return {name for name in found if not passed(flow.nodes[name])}


def circles(flow: Flow) -> Iterator[Flaw]:
    """Cycles that nobody's input breaks: a caller could be in them for ever."""
    told: set[frozenset[NodeId]] = set()
    for channel in CHANNELS:
        for name in sorted(reached(flow, channel)):
            circle = _circle(flow, name, channel)
            if circle and frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield Flaw("node", name, f"goes round without any valid input: {' → '.join((*circle, name))}")


def _circle(flow: Flow, name: NodeId, channel: Channel) -> tuple[NodeId, ...]:
    """The way from a node back to itself without input; empty when there is none."""
    ways: list[tuple[NodeId, ...]] = [(name,)]
    seen: set[NodeId] = set()
    while ways:
        way = ways.pop()
        for goto in by_itself(flow.nodes[way[-1]], channel):
            if goto == name:
                return way
            if goto not in seen:
                seen.add(goto)
                ways.append((*way, goto))
    return ()


def _both(node: Branch) -> tuple[NodeId, ...]:
    return (node.goto, node.otherwise)


def _closure(
    flow: Flow, first: Iterable[NodeId], following: Callable[[Node], Iterable[NodeId]]
) -> set[NodeId]:
    found: set[NodeId] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += following(flow.nodes[name])
    return found
