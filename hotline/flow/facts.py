"""What is so at this moment, looked up beforehand so that the flow engine need not ask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Fact = Literal[
    "open", "language_known", "subscribed", "opted_out", "dispatcher_available", "signup_ready", "call"
]
FACTS: tuple[Fact, ...] = (
    "open",
    "language_known",
    "subscribed",
    "opted_out",
    "dispatcher_available",
    "signup_ready",
    "call",
)


def _nowhere(_: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class NamedSite:
    """A site whose code a text begins with; `place` is where it is, in words, `zip` its ZIP code, `words` the
    rest of the text, `is_contact`: a confirmed contact of the site wrote it."""

    code: str
    name: str
    place: str
    words: str
    is_contact: bool
    zip: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """`place_of` names the place of a real ZIP code, or None. `code` is a fresh code for a report.

    `is_anyone_left`: ringing ended at a voicemail box, and others can still be rung.
    """

    is_open: bool = True
    is_subscribed: bool = False
    is_opted_out: bool = False
    is_dispatcher_available: bool = True
    is_anyone_left: bool = False
    is_signup_ready: bool = True
    is_voicemail_ready: bool = True
    area: str = ""
    code: str = "????"
    place_of: Callable[[str], str | None] = _nowhere
    site: NamedSite | None = None
