"""Languages that people speak, of any kind: tags of BCP 47 and ISO 639-3, and a variant in words."""

import re
from typing import Final

from babel import Locale
from babel.core import parse_locale

from hotline.domain.person import Spoken

VARIANT_AT_MOST: Final = 60  # signs

_KNOWN: Final = Locale("en")
_THREE: Final = re.compile(r"[a-z]{3}")  # ISO 639-3: most languages of the Americas have no shorter code


class NotALanguage(ValueError):
    """A tag is none of BCP 47 or ISO 639-3, or the words after it are too many."""


def read_spoken(written: str) -> Spoken:
    """Read `es`, `es-MX`, `mam` or `mam=Mam de Todos Santos`. Raises NotALanguage."""
    tag, _, variant = (part.strip() for part in written.partition("="))
    variant = " ".join(variant.split())
    if len(variant) > VARIANT_AT_MOST:
        raise NotALanguage(written)
    return Spoken(_checked(tag), variant)


def name_of(spoken: Spoken, language: str) -> str:
    """A language as people read it in another one: its name where there is one, else its tag."""
    names = Locale(language).languages
    name = names.get(spoken.tag.replace("-", "_")) or names.get(spoken.tag.partition("-")[0])
    if spoken.variant:
        return f"{spoken.variant} ({name or spoken.tag})"
    return name or spoken.tag


def _checked(tag: str) -> str:
    """The tag as it is usually written. Raises NotALanguage."""
    try:
        language, territory, script, variant = parse_locale(tag, sep="-")[:4]
    except ValueError:
        raise NotALanguage(tag) from None
    is_known = language in _KNOWN.languages or _THREE.fullmatch(language) is not None
    if not is_known or variant or (territory and territory not in _KNOWN.territories):
        raise NotALanguage(tag)
    if script and script not in _KNOWN.scripts:
        raise NotALanguage(tag)
    return "-".join(part for part in (language, script, territory) if part)
