"""Texts as they stand in YAML: wording, sources, volatility; never who approved them."""

import re
import unicodedata
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from hotline.domain.language import Channel, Language

Volatility = Literal["low", "medium", "high", "very_high"]
TextClass = Literal["topic", "required"]
Gate = Literal["line", "signup", "voicemail", "alerts"]

REVIEW_DAYS: dict[Volatility, int] = {"low": 180, "medium": 90, "high": 30, "very_high": 14}

# A file of `flows/audio`: a plain name, never a way to another folder.
ClipFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(mp3|wav)$")]

_PLACEHOLDER = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")


class Text(BaseModel):
    """One text in every language and channel it has.

    A `topic` that is not approved or out of date falls back to `core`. A `required` text has no
    fallback; its `gate` is what stays shut without it (`line`: production does not start).
    `audio` names recorded clips that are played instead of reading the `voice` wording aloud; `sounds` is
    what those clips hold, known by their content once a folder is loaded, and nothing that a file says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: TextClass
    gate: Gate = "line"
    volatility: Volatility = "low"
    sources: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    is_blocked: bool = False
    sms: dict[Language, str] = {}
    voice: dict[Language, str] = {}
    audio: dict[Language, ClipFile] = {}
    sounds: dict[Language, str] = {}

    def forms(self) -> dict[tuple[Language, Channel], str]:
        """Every wording by (language, channel)."""
        sms: dict[tuple[Language, Channel], str] = {(lang, "sms"): text for lang, text in self.sms.items()}
        return sms | {(lang, "voice"): text for lang, text in self.voice.items()}

    def digest(self, text_id: str, language: Language, channel: Channel) -> str:
        """What a review of one wording is bound to: its words, and on a call also the clip that says them."""
        digest = wording_hash(text_id, language, channel, self.forms()[language, channel])
        sound = self.sounds.get(language) if channel == "voice" else None
        return sha256("\0".join((digest, sound)).encode()).hexdigest() if sound else digest


def placeholders(wording: str) -> frozenset[str]:
    """`"{ORG}: call {VOICE_PHONE}"` -> `{"ORG", "VOICE_PHONE"}`."""
    return frozenset(_PLACEHOLDER.findall(wording))


def fill(wording: str, values: dict[str, str]) -> str:
    """Put values in. Raises KeyError with the name of a placeholder that has none."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], wording)


def wording_hash(text_id: str, language: Language, channel: Channel, wording: str) -> str:
    """What a review is bound to: changing a word of the wording changes it, spacing does not."""
    normal = " ".join(unicodedata.normalize("NFC", wording).split())
    return sha256("\0".join((text_id, language, channel, normal)).encode()).hexdigest()
