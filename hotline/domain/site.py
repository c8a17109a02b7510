"""Sites: schools, workplaces, hotels and markets whose people asked to be told first."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from hotline.domain.code import ALPHABET, LENGTH, PickOne, new_code
from hotline.domain.words import fold

SiteKind = Literal["school", "workplace", "hotel", "market"]
SITE_KINDS: Final[tuple[SiteKind, ...]] = get_args(SiteKind)

# asked: a text went to their phone; nobody is told anything before they confirmed from it.
ContactState = Literal["asked", "confirmed", "declined"]

# What goes to a contact about an incident, once each.
NoticeKind = Literal["told", "ended"]

NAME_AT_MOST: Final = 40  # signs: the name stands in a text
PLACE_AT_MOST: Final = 80
PERSON_AT_MOST: Final = 60
ROLE_AT_MOST: Final = 40
NOTE_AT_MOST: Final = 200
PLAN_AT_MOST: Final = 4_000
CONTACTS_AT_MOST: Final = 12  # of one site

# What is said to contacts of sites, besides the answer to a report.
SITE_TEXTS: Final = ("site_confirm", "site_confirmed", "site_declined", "site_partner", "site_partner_ended")

# What is told of an incident; schools have a text of their own (content.md 3.4).
TOLD: Final[dict[SiteKind, str]] = {
    "school": "school_partner",
    "workplace": "site_partner",
    "hotel": "site_partner",
    "market": "site_partner",
}
ENDED: Final = "site_partner_ended"

# How near a site is to be told, in miles between the middles of ZIP codes.
RADII: Final = (1, 2, 3, 5, 10)
USUAL_RADIUS: Final = 3

# Before the code some write what it is; SI and 1 both count as yes in any language.
_LEAD: Final = frozenset({"code", "site", "clave", "codigo", "sitio"})
_YES: Final = frozenset({"confirm", "confirmo", "confirmar", "yes", "si", "1"})
_NO: Final = frozenset({"no", "2"})
ANSWER_WORDS: Final = _YES | _NO
_BEFORE_CODE: Final = _LEAD | _YES | _NO
_TOKEN: Final = re.compile(
    rf"\s*[\W_]*([{ALPHABET}{ALPHABET.lower()}]{{2}}-?[{ALPHABET}{ALPHABET.lower()}]{{2}})(?!\w)[\W_]*",
    re.ASCII,
)
_WORD: Final = re.compile(r"[\W_]*(\w+)[\s:,.]+")

TextMeaning = Literal["report", "yes", "no"]


@dataclass(frozen=True, slots=True)
class SiteText:
    """What a text that begins with a code may mean; whether a site has that code only the store knows."""

    meaning: TextMeaning
    code: str
    words: str


def new_site_code(pick: PickOne) -> str:
    """A code with a letter and a digit in it: nothing that is a year, a count or a word."""
    while True:
        code = new_code(pick)
        if is_site_code(code):
            return code


def is_site_code(code: str) -> bool:
    return len(code) == LENGTH and any(c.isdigit() for c in code) and any(c.isalpha() for c in code)


def read_site_text(body: str) -> SiteText | None:
    """Read a text that begins with a site's code: `K7Q2 two vans at the gate`, `CONFIRMO K7Q2`.

    None when it begins with nothing that looks like one.
    """
    bare = _code_first(body)
    if bare:
        return SiteText("report", *bare)
    first = _WORD.match(body)
    led = _code_first(body[first.end() :]) if first else None
    said = fold(first[1]) if first and led else ""  # last, for every text that comes is asked
    if led is None or said not in _BEFORE_CODE:
        return None
    if said in _LEAD:
        return SiteText("report", *led)
    return SiteText("yes" if said in _YES else "no", *led) if not led[1] else None


def _code_first(text: str) -> tuple[str, str] | None:
    found = _TOKEN.match(text)
    code = found[1].replace("-", "").upper() if found else ""
    return (code, text[found.end() :].strip()) if found and is_site_code(code) else None


def sms_link(number: str, code: str) -> str:
    """What the QR code of a flyer opens: a text to the hotline that says the code (RFC 5724, and the
    `body` field that phones of both makers read)."""
    return f"sms:{number}?&body={code}"
