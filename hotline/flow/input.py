"""What a contact did: the closed vocabulary that every channel parses into."""

from dataclasses import dataclass
from typing import Literal

CarrierAnswer = Literal["stop", "start", "help"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call was picked up by us."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message. `media` are the carrier's addresses of pictures.

    `carrier_answered` says that the carrier acted on this very message and has replied to it
    (its own STOP, START or HELP words), so that we do not reply twice.
    """

    body: str
    media: tuple[str, ...] = ()
    carrier_answered: CarrierAnswer | None = None


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys pressed, without the finishing key."""

    keys: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Words a speech engine believes it heard: untrusted text."""

    words: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came in the time given (VoiceXML: noinput)."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A message was recorded: the carrier's recording sid and its length in seconds."""

    sid: str
    duration_s: int


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The attempt to connect is over. `was_bridged`: did two people speak?"""

    was_bridged: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    """The contact is gone."""


Input = Arrived | Text | Digits | Speech | Silence | Recording | DialEnded | HungUp
