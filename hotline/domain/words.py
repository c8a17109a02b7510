"""Words as people type them: case, accents, ñ and punctuation forgiven, for comparison only."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping

_NOT_WORD = re.compile(r"[\W_]+")


# Every sign that keyboards put where an apostrophe belongs (´ is the accent key of a Spanish one).
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ´`＇′"))


def fold(text: str) -> str:
    """`" ¡Ya no están, AHÍ! "` -> `"ya no estan ahi"`. Never send what this returns.

    Not cached: what people write must not outlive its erasure in a process's memory. Apostrophes vanish
    (`don't` -> `dont`); every other run of signs becomes one space.
    """
    typed = html.unescape(text) if "&" in text else text
    plain = unicodedata.normalize("NFKD", typed.translate(_APOSTROPHES)).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return _NOT_WORD.sub(" ", letters).strip()


def without(text: str, courtesies: frozenset[str]) -> str:
    """Take courtesy words (`por favor`, `please`) off a folded text; all of it courtesy stays as it is."""
    padded = f" {text} "
    for courtesy in sorted(courtesies, key=len, reverse=True):
        padded = padded.replace(f" {courtesy} ", " ")
    return padded.strip() or text


def by_first_word(phrases: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Folded phrases under their first word, so that a text is compared with few of them."""
    found: dict[str, list[str]] = {}
    for phrase in phrases:
        found.setdefault(phrase.split(" ", 1)[0], []).append(phrase)
    return {first: tuple(listed) for first, listed in found.items()}


def first_phrase(text: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    """The first of the phrases (by first word) that a folded text holds, None when it holds none."""
    for word in dict.fromkeys(text.split(" ")):
        for phrase in phrases.get(word, ()):
            if contains_phrase(text, phrase):
                return phrase
    return None


def contains_phrase(text: str, phrase: str) -> bool:
    """Does the folded text hold the folded phrase as whole words?"""
    return f" {phrase} " in f" {text} "
