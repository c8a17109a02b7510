"""Which open incidents may be one and the same: proposed to staff, never merged alone.

Places are sealed, so the words are compared in memory, over the open incidents of the last hours only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import Connection

from hotline.domain.incident import SAME_WITHIN
from hotline.domain.words import fold
from hotline.operations.line import Line
from hotline.store import incidents, reports
from hotline.store.incidents import Incident
from hotline.store.nearness import miles_between

COMPARED_AT_MOST: Final = 200
PROPOSED_AT_MOST: Final = 5
NEAR_MILES: Final = 2.0
SHORTEST_MISSPELT: Final = 5  # letters from which one wrong letter is forgiven
ALIKE: Final = 0.84

# Words of a place that tell no two places apart.
_EMPTY_WORDS: Final = frozenset(
    {
        *("a", "al", "at", "by", "ca", "con", "de", "del", "el", "en", "in", "la", "las", "los", "of", "on"),
        *("and", "the", "to", "y", "por", "near", "next", "front", "corner", "cerca", "entre", "esquina"),
        *("ave", "avenida", "avenue", "blvd", "boulevard", "calle", "calles", "cross", "dr", "drive"),
        *("rd", "road", "st", "street", "streets", "enfrente", "city", "ciudad", "angeles", "california"),
    }
)
# Numbered streets, as people say them in both languages.
_ORDINALS: Final = {
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
    "sixth": "6",
    "seventh": "7",
    "eighth": "8",
    "ninth": "9",
    "tenth": "10",
    "primera": "1",
    "segunda": "2",
    "tercera": "3",
    "cuarta": "4",
    "quinta": "5",
    "sexta": "6",
    "septima": "7",
    "octava": "8",
    "novena": "9",
    "decima": "10",
}
_ENDINGS: Final = ("st", "nd", "rd", "th", "ra", "da", "ta", "ma", "va", "na")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another incident that may be the same: the words both name, and whether the ZIP codes are near."""

    code: str
    shared: tuple[str, ...]
    is_near: bool
    created_at: datetime


def proposals(line: Line, db: Connection, of: Incident) -> list[Proposal]:
    """Open incidents within two hours of this one that share a place with it, the likeliest first."""
    if not of.is_open:
        return []
    around = incidents.open_around(
        db, line.keyring, of.created_at - SAME_WITHIN, of.created_at + SAME_WITHIN, COMPARED_AT_MOST
    )
    others = [one for one in around if one.id != of.id]
    places = _places(line, db, [of, *others])
    found = [_compare(of, one, places) for one in others]
    likely = sorted(
        (one for one in found if one is not None),
        key=lambda one: (-len(one.shared), not one.is_near, abs(one.created_at - of.created_at)),
    )
    return likely[:PROPOSED_AT_MOST]


def words_of_place(place: str) -> frozenset[str]:
    """`"Cerca de la 1ra y Soto St."` and `"1st & Soto"` -> `{"1", "soto"}`."""
    words = fold(place).split()
    return frozenset(_plain(word) for word in words if word not in _EMPTY_WORDS and not _is_zip(word))


def shared_words(here: Iterable[str], there: Iterable[str]) -> tuple[str, ...]:
    """Words that both places name, one wrong letter forgiven in longer ones."""
    others = list(there)
    return tuple(sorted(word for word in here if any(_is_alike(word, other) for other in others)))


def _places(line: Line, db: Connection, compared: Iterable[Incident]) -> dict[int, frozenset[str]]:
    """The words of each incident's place: what staff chose, and what its reports say."""
    found = {one.id: words_of_place(one.fields.get("cross_streets", "")) for one in compared}
    for told in reports.of_incidents(db, line.keyring, list(found)):
        if told.incident_id in found:
            found[told.incident_id] |= words_of_place(told.words("place"))
    return found


def _compare(of: Incident, one: Incident, places: dict[int, frozenset[str]]) -> Proposal | None:
    """Two shared words are two streets; one is enough where ZIP codes are near or nothing else is said."""
    here, there = places[of.id], places[one.id]
    shared = shared_words(here, there)
    miles = miles_between(of.zip, one.zip) if of.zip and one.zip else None
    is_near = miles is not None and miles <= NEAR_MILES
    if miles is not None and not is_near:
        return None
    is_same_place = len(shared) >= 2 or bool(shared and min(len(here), len(there)) == 1)
    is_alike = is_same_place or (is_near and (bool(shared) or not here or not there))
    return Proposal(one.code, shared, is_near, one.created_at) if is_alike else None


def _is_zip(word: str) -> bool:
    """ZIP codes are compared by their distance, not by their letters."""
    return len(word) == 5 and word.isdigit()


def _plain(word: str) -> str:
    if word in _ORDINALS:
        return _ORDINALS[word]
    number = word[:-2]
    return number if number.isdigit() and word.endswith(_ENDINGS) else word


def _is_alike(here: str, there: str) -> bool:
    if here == there:
        return True
    if min(len(here), len(there)) < SHORTEST_MISSPELT:
        return False
    return SequenceMatcher(None, here, there).ratio() >= ALIKE
