"""Keys and words: no two meanings in one place, and none that another list takes away."""

from collections.abc import Iterator, Sequence
from typing import Final

from hotline.domain.words import fold
from hotline.flow.fault import Flaw
from hotline.flow.model import Flow
from hotline.flow.nodes import LIST_TEXTS, Ask, Choice, Menu, NodeId
from hotline.flow.words import CARRIER_HELP, CARRIER_START, CARRIER_STOP, folded

# Whole messages that mean something before a question is looked at, in their order of precedence.
BEFORE_ANSWERS: Final = ("opt_out", "help", "start", "menu", "person")
LANGUAGE_KEY: Final = "#"


def double_meanings(flow: Flow) -> Iterator[Flaw]:
    """Every key and word that means two things, or can never be heard."""
    for name, node in flow.nodes.items():
        match node:
            case Menu():
                yield from _doubles(flow, name, node.choices)
                yield from _reserved_keys(name, node.choices)
            case Ask():
                yield from _doubles(flow, name, node.answer.choices)
                yield from _swallowed(flow, name, node.answer.choices)
                yield from _listless(name, node)
            case _:
                pass
    yield from _tables(flow)
    yield from _swallowed_topics(flow)


def choice_words(flow: Flow, choice: Choice) -> set[str]:
    """Folded words that mean a choice; yes and no count in every language."""
    words = set(folded(choice.words))
    if choice.value in {"yes", "no"}:
        words |= set(flow.words.tables[choice.value])
    return words


def _doubles(flow: Flow, name: NodeId, choices: Sequence[Choice]) -> Iterator[Flaw]:
    keys: dict[str, Choice] = {}
    words: dict[str, Choice] = {}
    for choice in choices:
        if choice.key and keys.setdefault(choice.key, choice) is not choice:
            yield Flaw("node", name, f"key {choice.key} means two things")
        for word in sorted(choice_words(flow, choice)):
            if words.setdefault(word, choice) is not choice:
                yield Flaw("node", name, f"word {word!r} means two things")


def _listless(name: NodeId, node: Ask) -> Iterator[Flaw]:
    """Answers to a question for lists that mean none, or one that cannot be chosen by itself."""
    for choice in node.answer.choices if node.answer.type == "lists" else ():
        if not (choice.kinds or choice.goto):
            yield Flaw("node", name, f"choice {choice.key or choice.value!r} names no list and leads nowhere")
        for kind in sorted({*choice.kinds} - LIST_TEXTS.keys()):
            yield Flaw("node", name, f"{kind} is no list that is chosen by itself")


def _reserved_keys(name: NodeId, choices: Sequence[Choice]) -> Iterator[Flaw]:
    for choice in choices:
        if choice.key == LANGUAGE_KEY:
            yield Flaw("node", name, "key # changes the language on every menu: give the choice another")


def _swallowed(flow: Flow, name: NodeId, choices: Sequence[Choice]) -> Iterator[Flaw]:
    """Answers that an escape or the carrier takes first. YES is the carrier's too, and still an answer."""
    taken = {word: listed for listed in BEFORE_ANSWERS for word in flow.words.tables[listed]}
    taken |= dict.fromkeys(flow.words.language_words, "language")
    taken |= dict.fromkeys(CARRIER_STOP | CARRIER_HELP | (CARRIER_START - {"yes"}), "the carrier")
    for choice in choices:
        for word in sorted(choice_words(flow, choice) & taken.keys()):
            yield Flaw("node", name, f"word {word!r} never answers: {taken[word]} takes it first")


def _tables(flow: Flow) -> Iterator[Flaw]:
    """No whole message stands in two lists of `words.yaml`."""
    seen: dict[str, str] = {}
    names = (*BEFORE_ANSWERS, "opt_out_weak", "skip", "yes", "no")
    lists = {name: frozenset(flow.words.tables[name]) for name in names}
    for listed, words in (lists | {"language": frozenset(flow.words.language_words)}).items():
        for word in sorted(words):
            if seen.setdefault(word, listed) != listed:
                yield Flaw("words", listed, f"word {word!r} stands under {seen[word]} too")


def _swallowed_topics(flow: Flow) -> Iterator[Flaw]:
    """A topic that is a whole message of `words.yaml` would not be heard, unless both lead to one place."""
    tables = flow.words.tables
    for word, (goto, _) in flow.topic_words.items():
        for listed in (*BEFORE_ANSWERS, "opt_out_weak"):
            if word in tables[listed] and flow.words.nodes.get(listed) != goto:
                yield Flaw("topic", goto, f"word {word!r} is no topic: words.yaml has it under {listed}")
        if word in flow.words.language_words:
            yield Flaw("topic", goto, f"word {word!r} is no topic: it chooses a language")
        if fold(word) != word:
            yield Flaw("topic", goto, f"word {word!r} can never be typed")
