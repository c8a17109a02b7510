"""Judges TwiML by the verbs and attributes of the official library, and by the carrier's limits."""

import inspect
from dataclasses import dataclass, field
from functools import cache
from xml.etree.ElementTree import Element, fromstring

from twilio.twiml import TwiML, lower_camel
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse


@dataclass
class Verb:
    """What an element may carry and hold, as a method of the library shows it."""

    attributes: set[str] = field(default_factory=set)
    children: dict[str, "Verb"] = field(default_factory=dict)


@cache
def voice() -> Verb:
    return _explored(VoiceResponse())


@cache
def messaging() -> Verb:
    return _explored(MessagingResponse())


def judged(text: str, verb: Verb) -> Element:
    """Parse a document and assert that every element and attribute in it exists; return its root."""
    assert len(text.encode()) <= 64_000
    assert text.startswith("<?xml")
    root = fromstring(text)
    assert root.tag == "Response"
    _judge(root, verb)
    return root


def _judge(element: Element, verb: Verb) -> None:
    assert set(element.attrib) <= verb.attributes, f"{element.tag} {set(element.attrib) - verb.attributes}"
    for child in element:
        assert child.tag in verb.children, f"{element.tag} has no {child.tag}"
        _judge(child, verb.children[child.tag])


def _explored(made: TwiML, known: dict[str, Verb] | None = None) -> Verb:
    """Call every method of an element once: what it returns is a child, its parameters the attributes.

    `known` keeps elements that hold one another (speech markup) from being explored for ever.
    """
    known, verb = {} if known is None else known, Verb()
    known[made.name] = verb
    for name, method in inspect.getmembers(made, inspect.ismethod):
        if name.startswith(("_", "add_")) or hasattr(TwiML, name):
            continue
        parameters = [p for p in inspect.signature(method).parameters.values() if p.name != "kwargs"]
        child = method(*["x" for p in parameters if p.default is inspect.Parameter.empty])
        if isinstance(child, TwiML):
            verb.children[child.name] = known.get(child.name) or _explored(child, known)
            attributes = {lower_camel(TwiML.MAP.get(p.name, p.name)) for p in parameters}
            verb.children[child.name].attributes |= attributes
    return verb
