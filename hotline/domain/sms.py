"""How a text travels: alphabet, segments, and which letters cost extra (GSM 03.38, twilio.md 6)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("^{}\\[~]|€\f")

Encoding = Literal["GSM-7", "UCS-2"]

# Units in a lone message, and in each part of a joined one (the header takes the rest).
_SIZES: Final[dict[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Measured:
    """Size of a text: `units` are septets (GSM-7) or UTF-16 code units (UCS-2)."""

    encoding: Encoding
    units: int
    segments: int
    costly: tuple[str, ...]  # the letters that force UCS-2, in order of appearance, each once


@lru_cache(maxsize=4096)
def measure(text: str) -> Measured:
    """Measure a text of ours as Twilio bills it. An empty text is one segment of no units."""
    return measure_unkept(text)


def measure_unkept(text: str) -> Measured:
    """The same for what a person wrote: it must not stay in a process's memory."""
    if _BASIC.issuperset(text):  # most texts: one septet a letter, and no letter that straddles two parts
        single, joined = _SIZES["GSM-7"]
        return Measured("GSM-7", len(text), 1 if len(text) <= single else -(-len(text) // joined), ())
    costly = tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))
    encoding: Encoding = "UCS-2" if costly else "GSM-7"
    widths = [_width(character, encoding) for character in text]
    single, joined = _SIZES[encoding]
    units = sum(widths)
    return Measured(encoding, units, 1 if units <= single else _parts(widths, joined), costly)


def _width(character: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _parts(widths: list[int], size: int) -> int:
    """Count parts; a character of two units never straddles two parts."""
    parts, room = 1, size
    for width in widths:
        if width > room:
            parts, room = parts + 1, size
        room -= width
    return parts
