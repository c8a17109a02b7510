"""Wordings as a caller hears them: a voice for each language, a recorded clip where there is one."""

from collections.abc import Callable, Iterable
from typing import Final

from hotline.channels.twilio.markup import element, escape
from hotline.channels.twilio.sentences import cut
from hotline.domain.language import Language
from hotline.flow.reply import Part

LONGEST_SAY: Final = 3000  # characters with markup; 4,096 are documented, and accents count twice

# https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages
VOICES: Final[dict[Language, tuple[str, str]]] = {
    "es": ("Polly.Mia-Neural", "es-MX"),
    "en": ("Polly.Joanna-Neural", "en-US"),
}
# What speech recognition is told to expect.
SPEECH: Final[dict[Language, str]] = {"es": "es-MX", "en": "en-US"}

AudioUrl = Callable[[str], str | None]


def no_audio(_: str) -> str | None:
    """Where no clip has an address: everything is spoken."""
    return None


def spoken(parts: Iterable[Part], audio_url: AudioUrl = no_audio) -> str:
    """The parts one after another, as Say and Play."""
    return "".join([_part(part, audio_url) for part in parts])


def _part(part: Part, audio_url: AudioUrl) -> str:
    address = audio_url(part.audio) if part.audio else None
    return element("Play", escape(address)) if address else say(part.wording, part.language)


def say(wording: str, language: Language) -> str:
    """Say a wording, in as many elements as it takes; nothing for an empty one (warning 13520)."""
    voice, locale = VOICES[language]
    pieces = (escape(piece) for piece in cut(wording, LONGEST_SAY, _written_length))
    return "".join([element("Say", piece, voice=voice, language=locale) for piece in pieces if piece])


def _written_length(text: str) -> int:
    return len(escape(text))
