"""Reading what the customer answered: size, type, well-formedness, known words; else an error code."""

import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from hotline.simulator.transport import Answer
from hotline.simulator.twiml.tables import (
    BOUNDS,
    CHOICES,
    MESSAGING,
    NESTING_CODES,
    VOICE,
    VOICE_LANGUAGES,
    Rule,
)

LARGEST: Final = 64 * 1024
XML_TYPES: Final = frozenset({"text/xml", "application/xml"})
LONGEST_SAID: Final = 4096


class TwimlError(Exception):
    """A document that Twilio refuses, with the code of its debugger."""

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.url = url


@dataclass(frozen=True, slots=True)
class Element:
    """One element; `text` is everything said inside it, markup removed."""

    tag: str
    attributes: dict[str, str]
    text: str
    children: tuple["Element", ...]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def number(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))


def read_voice(answer: Answer) -> tuple[Element, ...]:
    """The verbs of a voice document. Raises TwimlError."""
    if answer.content_type not in XML_TYPES:
        raise TwimlError(12300, f"Invalid Content-Type: {answer.content_type or 'none'}")
    return read(answer.body, VOICE)


def read_messaging(answer: Answer) -> tuple[Element, ...]:
    """The verbs of a messaging answer; a plain text is one Message, nothing is none. Raises TwimlError."""
    if not answer.body:
        return ()
    if answer.content_type == "text/plain":
        text = answer.body.decode("utf-8", "replace")
        return (Element("Message", {}, text, ()),) if text.strip() else ()
    if answer.content_type not in XML_TYPES:
        raise TwimlError(12300, f"Invalid Content-Type: {answer.content_type or 'none'}")
    return read(answer.body, MESSAGING)


def read(body: bytes, rules: dict[str, Rule]) -> tuple[Element, ...]:
    """Parse and check a document; gives the children of Response. Raises TwimlError."""
    if len(body) > LARGEST:
        raise TwimlError(11750, "TwiML response body too large")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise TwimlError(12100, "Document parse failure: document types are not allowed")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TwimlError(12100, f"Document parse failure: {error}") from None
    if root.tag != "Response":
        raise TwimlError(12200, f"Schema validation: {root.tag} instead of Response")
    return tuple(_element(child, "Response", rules) for child in _children(root, rules["Response"]))


def _element(node: "ElementTree.Element[str]", parent: str, rules: dict[str, Rule]) -> Element:
    if node.tag not in rules[parent].children:
        raise TwimlError(NESTING_CODES.get(parent, 12200), f"Schema validation: <{node.tag}> in <{parent}>")
    rule = rules[node.tag]
    if unknown := set(node.attrib) - rule.attributes:
        raise TwimlError(12200, f"Schema validation: {', '.join(sorted(unknown))} on <{node.tag}>")
    children = tuple(_element(child, node.tag, rules) for child in _children(node, rule))
    text = re.sub(r"\s+", " ", "".join(node.itertext())).strip() if node.tag != "Body" else _said(node)
    if node.tag == "Message" and not children:
        text = _said(node)
    element = Element(node.tag, dict(node.attrib), text, children)
    _check_values(element)
    return element


def _said(node: "ElementTree.Element[str]") -> str:
    return (node.text or "").strip("\n")


def _children(node: "ElementTree.Element[str]", rule: Rule) -> list["ElementTree.Element[str]"]:
    stray = (node.text or "") + "".join(child.tail or "" for child in node)
    if stray.strip() and not rule.text:
        raise TwimlError(12200, f"Schema validation: text in <{node.tag}>")
    return list(node)


def _check_values(element: Element) -> None:
    for name, value in element.attributes.items():
        if name in CHOICES and value not in CHOICES[name] and (element.tag, name) != ("Conference", "record"):
            raise TwimlError(12200, f"Schema validation: {name}={value!r} on <{element.tag}>")
        if (bounds := BOUNDS.get((element.tag, name))) and not _is_within(value, bounds):
            raise TwimlError(12200, f"Schema validation: {name}={value!r} on <{element.tag}>")
    if element.tag == "Say":
        _check_say(element)


def _is_within(value: str, bounds: tuple[int, int]) -> bool:
    return value.isdigit() and bounds[0] <= int(value) <= bounds[1]


def _check_say(element: Element) -> None:
    if not element.text or len(element.text) > LONGEST_SAID:
        raise TwimlError(13520, "Say: Invalid text")
    voice = re.sub(r"-(Neural|Generative)$", "", element.get("voice"))
    language = VOICE_LANGUAGES.get(voice)
    if language is not None and element.get("language", language) != language:
        raise TwimlError(13512, f"Say: the voice {voice} does not speak {element.get('language')}")
