"""What a contact perceives: said here once, rendered by each channel in its own way."""

from dataclasses import dataclass
from typing import Literal

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Part:
    """One wording in one language. `audio` names a recorded clip that stands for it on a call."""

    language: Language
    wording: str
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it and go on."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """Say it and wait for one key of `keys` (a call). As a text it is just said."""

    parts: tuple[Part, ...]
    keys: str
    timeout_s: int = 6
    takes_speech: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """Ask and wait for an answer: words (a text), `digits` keys, or a recording up to `seconds`."""

    parts: tuple[Part, ...]
    awaits: Literal["words", "digits", "recording"]
    digits: int = 1
    seconds: int = 90


@dataclass(frozen=True, slots=True)
class Leg:
    """One dispatcher's phone that rings for a caller; `id` is random and stands in an address."""

    id: str
    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class Connect:
    """Ring people for the caller. A flow leaves `legs` empty; the operation that rings fills them."""

    parts: tuple[Part, ...]
    language: Language | None
    topic: str
    ring_s: int = 20
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait for the next turn without a sound for so many seconds, then come back."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Say it and end the call."""

    parts: tuple[Part, ...] = ()


Reply = Tell | Choose | Listen | Connect | Hold | Goodbye
