"""The lists besides alerts: what they are called, and which of them an answer means."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from hotline.domain.language import Channel, Language
from hotline.domain.notice import Audience
from hotline.flow.library import Library
from hotline.flow.nodes import LIST_TEXTS, Choice
from hotline.flow.words import folded

ANSWER: Final = "lists"  # the name under which chosen lists are kept

_AND: Final[Mapping[Language, str]] = {"en": " and ", "es": " y "}
_TOKEN: Final = re.compile(r"\d|[^\W\d]+")


def joined(kinds: Iterable[Audience]) -> str:
    """As an answer is kept: `reminder food`."""
    return " ".join(dict.fromkeys(kinds))


def split(answer: str) -> tuple[Audience, ...]:
    """What `joined` kept; a list that is gone since is left out."""
    kept = answer.split(" ")
    return tuple(kind for kind in LIST_TEXTS if kind in kept)


def said(library: Library, answer: str, language: Language, channel: Channel) -> str:
    """The names of chosen lists in a row, as their texts have them: `workshops, food and official notices`.

    A name that may not be said now is left out: then neither may the text that it would stand in.
    """
    wordings = (library.wordings.get((LIST_TEXTS[kind], language, channel)) for kind in split(answer))
    *others, last = [wording for wording in wordings if wording] or [""]
    return _AND[language].join([", ".join(others), last] if others else [last])


def read_lists(
    choices: tuple[Choice, ...], typed: str, refusals: Collection[str], joining: Collection[str]
) -> tuple[Choice | None, str | None]:
    """Read one choice or several, by key or word: `1 3`, `13`, `comida y talleres`, `all`.

    A choice that leads somewhere of its own is taken alone. Nothing when any word of it is neither a
    choice nor one that joins: "no tengo comida" asks for something else.
    """
    if typed in refusals or typed.split(" ", maxsplit=1)[0] in refusals:
        none = next((choice for choice in choices if choice.value == "no"), None)
        return none, "no" if none else None
    found = _found(_meanings(choices), _TOKEN.findall(typed), joining)
    alone = next((choice for choice in found if choice.goto), None)
    if alone:
        return alone, alone.value or joined(alone.kinds)
    return None, joined(kind for choice in found for kind in choice.kinds) or None


def _meanings(choices: tuple[Choice, ...]) -> dict[str, Choice]:
    keys = {choice.key: choice for choice in choices if choice.key}
    return keys | {word: choice for choice in choices for word in folded(choice.words)}


def _found(meanings: Mapping[str, Choice], tokens: list[str], joining: Collection[str]) -> list[Choice]:
    """The choices that the words name, the longest phrase first; none when a word is left over."""
    longest = max((word.count(" ") + 1 for word in meanings), default=1)
    found = list[Choice]()
    while tokens:
        for length in range(min(longest, len(tokens)), 0, -1):
            choice = meanings.get(" ".join(tokens[:length]))
            if choice:
                found.append(choice)
                break
        else:
            length = 1
            if tokens[0] not in joining:
                return []
        tokens = tokens[length:]
    return found
