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
    plain = typed.translate(_APOSTROPHES)
    letters = plain.casefold() if plain.isascii() else _bare(plain)
    return _NOT_WORD.sub(" ", letters).strip()


def _bare(text: str) -> str:
    """Without accents, joined letters and signs that nobody sees; plain letters need not go this way."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def without(text: str, courtesies: frozenset[str]) -> str:
    """Take courtesy words (`por favor`, `please`) off a folded text; all of it courtesy stays as it is."""
    padded = f" {text} "
    for courtesy in courtesies:
        if f" {courtesy} " in padded:
            break
    else:  # most texts: nothing to take off, and no need to know which phrase is the longest
        return text
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
    padded = f" {text} "
    for word in dict.fromkeys(text.split(" ")):
        for phrase in phrases.get(word, ()):
            if f" {phrase} " in padded:
                return phrase
    return None


def contains_phrase(text: str, phrase: str) -> bool:
    """Does the folded text hold the folded phrase as whole words?"""
    return f" {phrase} " in f" {text} "
