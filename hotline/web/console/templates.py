"""The templates of the console: strict about names, escaped always, rendered whole or by the block."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import concat

from hotline.domain.language import Language

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
STATIC_PATH: Final = "/console/static"


class Templates:
    """Renders `templates/<noun>/<page>.html`."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["asset"] = asset

    def render(self, name: str, values: dict[str, Any], block: str | None = None) -> str:
        """A page, or one block of it as a fragment."""
        template = self._environment.get_template(name)
        if block is None:
            return template.render(values)
        context = template.new_context(values)
        return str(concat(template.blocks[block](context)))


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file in `static/`, with its content's hash, so that it may be kept for ever."""
    digest = sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"{STATIC_PATH}/{path}?v={digest}"


def when(at: datetime | None, language: Language, zone: tzinfo, form: str = "short") -> str:
    """A time as people here write it; nothing for none."""
    return format_datetime(at, form, tzinfo=zone, locale=language) if at else ""


def ago(at: datetime | None, now: datetime, language: Language) -> str:
    """How long ago: 5 minutes ago, hace 5 minutos."""
    if at is None:
        return ""
    span = at - now if abs(at - now) >= timedelta(seconds=1) else timedelta(seconds=-1)
    return format_timedelta(span, add_direction=True, locale=language)


def number(value: float, language: Language) -> str:
    return format_decimal(value, locale=language)
