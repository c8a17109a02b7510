"""One row of a list of people who signed up on paper: what it must say, and why it cannot be taken."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from hotline.domain.language import Channel, Language
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone

Field = Literal["phone", "zip", "language", "channel"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)
NEEDED: Final[tuple[Field, ...]] = ("phone", "zip")

BadRow = Literal[
    "phone",  # no number that can be called back
    "real_number",  # demo: a number that somebody may have
    "zip",
    "language",
    "channel",
    "cells",  # more or fewer cells than the heading: what stands where cannot be trusted
    "quotes",  # a quotation mark that does not close
    "duplicate",  # the same number and ZIP code stand further up
]

# In English; the catalogs in `locales/` say them in other languages.
REASONS: Final[dict[BadRow, str]] = {
    "phone": "This is no telephone number.",
    "real_number": "A demo takes numbers that reach nobody only: 555-0100 to 555-0199.",
    "zip": "There is no such ZIP code.",
    "language": "The language must be es or en.",
    "channel": "The channel must be text or call.",
    "cells": "The row has more or fewer cells than the heading.",
    "quotes": "A quotation mark does not close.",
    "duplicate": "The same number and ZIP code stand in line {LINE}.",
}

# Headings that need no mapping, without accents.
HEADINGS: Final[dict[Field, frozenset[str]]] = {
    "phone": frozenset({"phone", "telephone", "telefono", "celular"}),
    "zip": frozenset({"zip", "zip code", "cp", "codigo postal"}),
    "language": frozenset({"language", "idioma", "lengua"}),
    "channel": frozenset({"channel", "canal"}),
}
_LANGUAGES: Final[dict[str, Language]] = {
    "es": "es",
    "espanol": "es",
    "spanish": "es",
    "en": "en",
    "ingles": "en",
    "english": "en",
}
_CHANNELS: Final[dict[str, Channel]] = {
    "": "sms",
    "sms": "sms",
    "text": "sms",
    "texto": "sms",
    "mensaje": "sms",
    "voice": "voice",
    "call": "voice",
    "llamada": "voice",
}

_SIGNS: Final = str.maketrans("", "", " \t\u00a0().-/·")
# Area code and exchange begin with 2 to 9 (NANPA): a slip of the pen is found before it costs a text.
_NORTH_AMERICAN: Final = re.compile(r"(?:\+?1)?([2-9]\d\d[2-9]\d{6})", re.ASCII)
_ZIP: Final = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)


class RowRefused(Exception):
    """A row cannot be taken. `reason` is one of a closed list."""

    def __init__(self, reason: BadRow) -> None:
        super().__init__(reason)  # never the cell: it may be a person's
        self.reason: BadRow = reason


class NoColumn(Exception):
    """The heading has no column for a field; `field` and what the heading has."""

    def __init__(self, field: Field, heading: Sequence[str]) -> None:
        super().__init__(field)
        self.field: Field = field
        self.heading = tuple(heading)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands, counted from 0; None: the list has no such column. `count`: of all."""

    phone: int
    zip: int
    language: int | None
    channel: int | None
    count: int


@dataclass(frozen=True, slots=True)
class SignUp:
    """What one good row says. `language` is None when nobody asked."""

    number: PhoneNumber
    zip: str
    language: Language | None
    channel: Channel


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are held against."""

    is_zip: Callable[[str], bool]
    language: Language | None = None  # of a row that names none
    only_test_numbers: bool = False


def find_columns(heading: Sequence[str], named: Mapping[Field, str]) -> Columns:
    """Find each field's column: by the name given for it, else by a usual one. Raises NoColumn."""
    plain = [bare(cell) for cell in heading]
    found: dict[Field, int | None] = {}
    for field in FIELDS:
        wanted = frozenset({bare(named[field])}) if field in named else HEADINGS[field]
        found[field] = next((place for place, name in enumerate(plain) if name in wanted), None)
        if found[field] is None and (field in named or field in NEEDED):
            raise NoColumn(field, heading)
    phone, zip_code = found["phone"], found["zip"]
    assert phone is not None
    assert zip_code is not None
    return Columns(phone, zip_code, found["language"], found["channel"], len(heading))


def read_row(cells: Sequence[str], at: Columns, rules: Rules) -> SignUp:
    """Read one row. Raises RowRefused."""
    if len(cells) != at.count:
        raise RowRefused("cells")
    number = read_number(cells[at.phone])
    if rules.only_test_numbers and not number.is_test:
        raise RowRefused("real_number")
    return SignUp(number, _zip(cells[at.zip], rules), _language(cells, at, rules), _channel(cells, at))


def read_number(cell: str) -> PhoneNumber:
    """Read a number as people write it down, with or without country code. Raises RowRefused."""
    digits = _NORTH_AMERICAN.fullmatch(cell.translate(_SIGNS))
    if digits:
        return PhoneNumber(f"+1{digits[1]}")  # what parse_phone gives, thirty times as fast
    try:
        number = parse_phone(cell)
    except NotAPhoneNumber:
        raise RowRefused("phone") from None
    if number.e164.startswith("+1"):
        raise RowRefused("phone")
    return number


def bare(text: str) -> str:
    """Lower case, one space, no accents: `Código  Postal` is `codigo postal`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())


def _zip(cell: str, rules: Rules) -> str:
    found = _ZIP.fullmatch(cell.strip())
    if found is None or not rules.is_zip(found[1]):
        raise RowRefused("zip")
    return found[1]


def _language(cells: Sequence[str], at: Columns, rules: Rules) -> Language | None:
    cell = "" if at.language is None else cells[at.language].strip()
    if not cell:
        return rules.language
    found = _LANGUAGES.get(cell) or _LANGUAGES.get(bare(cell))
    if found is None:
        raise RowRefused("language")
    return found


def _channel(cells: Sequence[str], at: Columns) -> Channel:
    if at.channel is None:
        return "sms"
    found = _CHANNELS.get(bare(cells[at.channel]))
    if found is None:
        raise RowRefused("channel")
    return found
