"""What the command line says, in the language of whoever sits at it."""

import os
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import lru_cache

from babel.dates import format_datetime
from babel.numbers import format_decimal

from hotline.catalogs import load_catalogs
from hotline.domain.language import Language
from hotline.settings import ROOT


def language() -> Language:
    """`HOTLINE_LANGUAGE`, else what the terminal is set to; English unless that is Spanish."""
    wanted = os.environ.get("HOTLINE_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "es" if wanted.lower().startswith("es") else "en"


def say(sentence: str, **values: object) -> str:
    """A sentence in the language of the terminal, its `{NAMES}` filled."""
    said = _gettext()(language(), sentence)
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", str(value))
    return said


@lru_cache(maxsize=1)
def _gettext() -> Callable[[Language, str], str]:
    return load_catalogs(ROOT / "locales")


def when(at: datetime | None, zone: tzinfo) -> str:
    """A time as people here write it; nothing for none."""
    return format_datetime(at, "short", tzinfo=zone, locale=language()) if at else ""


def number(value: int) -> str:
    return str(format_decimal(value, locale=language()))
