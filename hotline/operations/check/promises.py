"""What texts tell people to do works: features are on, words are understood, keys do something."""

import re
from collections.abc import Iterator
from typing import Final

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.site import ANSWER_WORDS, SITE_TEXTS
from hotline.domain.words import fold
from hotline.flow.fault import Flaw
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.flow.nodes import Ask, End, Menu, NodeId, Say, Transfer, Voicemail
from hotline.flow.texts import Text
from hotline.operations.check.choices import LANGUAGE_KEY, choice_words
from hotline.operations.check.forms import needed
from hotline.operations.check.reach import next_waiting, reached

# Words that dispatchers and verifiers text, which no flow knows (operations/staff.py).
STAFF_WORDS: Final = frozenset({"go", "voy", "no"})

_PLACEHOLDER: Final = re.compile(r"\{[A-Z0-9_]+\}")
_SENTENCE: Final = re.compile(r"[.?!;]+(?=\s|$)")
_CAPITALS: Final = r"\b[A-ZÁÉÍÓÚÑÜ]{2,}(?: [A-ZÁÉÍÓÚÑÜ]{2,})*\b"
_RUN: Final = re.compile(_CAPITALS)
_ASKED: Final = re.compile(
    r"(?<!not )(?<!no )\b(?:reply|send|text(?:ing)?|mande|responda|mandando)\b", re.IGNORECASE
)
_EXPLAINED: Final = re.compile(rf"({_CAPITALS})(?= (?:=|to |for |para ))")
_LISTED: Final = re.compile(rf": ({_CAPITALS})$")
_NUMBERED: Final = re.compile(r"\b(\d) =")

_NAMED_KEYS: Final[dict[str, str]] = {
    **dict(
        zip(
            ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            "0123456789",
            strict=True,
        )
    ),
    **dict(
        zip(
            ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
            "0123456789",
            strict=True,
        )
    ),
    "star": "*",
    "asterisco": "*",
    "pound": "#",
    "gato": "#",
    "de número": "#",
}
_KEY: Final = re.compile(rf"\b(?:press|oprima)(?: la tecla)? (\d|{'|'.join(_NAMED_KEYS)})\b", re.IGNORECASE)


def features_off(flow: Flow, network: Network) -> Iterator[Flaw]:
    """Texts that promise what this network does not have."""
    for name, text in flow.texts.items():
        for feature in sorted(set(text.needs) - network.features):
            if not text.is_blocked:
                yield Flaw(
                    "text", name, f"promises {feature}, which is off: see features in the network file"
                )


def unknown_commands(flow: Flow) -> Iterator[Flaw]:
    """Words that a text tells people to send and the line does not understand."""
    asks = {node.prompt: node for node in flow.nodes.values() if isinstance(node, Ask)}
    everywhere = _understood_anywhere(flow)
    for name, text in flow.texts.items():
        for language, wording in text.sms.items():
            if not text.is_blocked:
                yield from _unknown_in(flow, name, text, language, wording, asks.get(name), everywhere)


def commands(wording: str) -> list[str]:
    """Words in capitals that a text tells people to send: `Reply YES or NO` -> `["YES", "NO"]`."""
    found: list[str] = []
    for sentence in _SENTENCE.split(_PLACEHOLDER.sub("x", wording)):
        asked = _ASKED.search(sentence)
        found += _RUN.findall(sentence[asked.end() :]) if asked else []
        found += [run for run in _EXPLAINED.findall(sentence) + _LISTED.findall(sentence) if run not in found]
    return found


def _unknown_in(
    flow: Flow,
    name: str,
    text: Text,
    language: Language,
    wording: str,
    ask: Ask | None,
    everywhere: frozenset[str],
) -> Iterator[Flaw]:
    known = everywhere | _understood_at(flow, ask)
    if name.startswith(("staff_", "internal_")):
        known |= STAFF_WORDS
    if name in SITE_TEXTS:
        known |= ANSWER_WORDS
    is_choice = ask is not None and ask.answer.type in {"choice", "lists"}
    if ask is None or is_choice:
        for command in commands(wording):
            if not _is_known(command, known):
                yield Flaw("text", name, f"tells people to send {command}, which is not understood", language)
    keys = {choice.key for choice in ask.answer.choices} if ask else set()
    for key in _NUMBERED.findall(wording):
        if is_choice and key not in keys:
            yield Flaw("text", name, f"offers answer {key}, which its question does not have", language)


def _is_known(command: str, known: frozenset[str]) -> bool:
    """A run of capitals is one phrase, or several words each of which is known."""
    return fold(command) in known or all(fold(word) in known for word in command.split(" "))


def _understood_anywhere(flow: Flow) -> frozenset[str]:
    tables = flow.words.tables
    lists = ("opt_out", "opt_out_weak", "help", "start", "menu", "person")
    return frozenset(
        {word for listed in lists for word in tables[listed]}
        | set(flow.words.language_words)
        | set(flow.topic_words)
    )


def _understood_at(flow: Flow, ask: Ask | None) -> frozenset[str]:
    if ask is None:
        return frozenset()
    chosen = {word for choice in ask.answer.choices for word in choice_words(flow, choice)}
    return frozenset(chosen | (set(flow.words.tables["skip"]) if ask.answer.skippable else set()))


def unknown_keys(flow: Flow) -> Iterator[Flaw]:
    """Keys that a spoken text offers and that do nothing, and keys that nobody is told of."""
    for name in sorted(reached(flow, "voice")):
        node = flow.nodes[name]
        if isinstance(node, Menu) and node.prompt:
            keys = {choice.key for choice in node.choices if choice.key}
            yield from _compare(flow, name, node.prompt, keys, {LANGUAGE_KEY}, node.is_bilingual)
        elif isinstance(node, Ask):
            keys = {choice.key for choice in node.answer.choices if choice.key}
            extra = {LANGUAGE_KEY} if node.answer.type == "recording" else set()
            yield from _compare(flow, name, node.prompt, keys, extra, is_bilingual=False)
        else:
            yield from _dead_keys(flow, name)


def _compare(
    flow: Flow, name: NodeId, text: str, keys: set[str], extra: set[str], is_bilingual: bool
) -> Iterator[Flaw]:
    told = {language: _keys_in(flow, text, language) for language in LANGUAGES}
    if is_bilingual:
        told = dict.fromkeys(LANGUAGES, set().union(*told.values()))
    for language, named in told.items():
        for key in sorted(named - keys - extra):
            yield Flaw("node", name, f"{text} offers key {key}, which does nothing", language)
        for key in sorted(keys - named):
            yield Flaw("node", name, f"key {key} works, but {text} does not tell", language)


def _dead_keys(flow: Flow, name: NodeId) -> Iterator[Flaw]:
    """A text that is only said may offer keys of the menu that follows it."""
    node = flow.nodes[name]
    if not isinstance(node, Say | Transfer | Voicemail | End):
        return
    waiting = (
        [flow.nodes[following] for following in next_waiting(flow, name)] if isinstance(node, Say) else []
    )
    offered = [
        {choice.key for choice in menu.choices if choice.key} if isinstance(menu, Menu) else set[str]()
        for menu in waiting
    ]
    keys = set.intersection(*offered) if offered else set[str]()
    extra = {LANGUAGE_KEY} if isinstance(node, Voicemail) else set[str]()
    for text in needed(node, "voice"):
        for language in LANGUAGES:
            for key in sorted(_keys_in(flow, text, language) - keys - extra):
                yield Flaw("node", name, f"{text} offers key {key}, which does nothing after it", language)


def _keys_in(flow: Flow, text: str, language: Language) -> set[str]:
    said = flow.texts[text].voice.get(language, "")
    return {_NAMED_KEYS.get(key.lower(), key) for key in _KEY.findall(said)}
