"""How much a wording takes, in the carrier's measures."""

from collections.abc import Sequence
from typing import Final, Protocol

from hotline.channels.twilio.markup import DocumentTooLong
from hotline.channels.twilio.twiml import render_call
from hotline.domain.phone import spoken_digits
from hotline.domain.sms import Measured, measure
from hotline.flow.reply import Reply

WORDS_A_SECOND: Final = 2.6  # a voice of medium pace; digits are read one by one

# As long as an address of ours gets.
_LONGEST_BASE: Final = "https://" + "a" * 60 + ".example.org/twilio"


class Measure(Protocol):
    """What `hotline check` asks about wordings."""

    def segments(self, wording: str) -> Measured:
        """Size as a text."""

    def spoken_s(self, wording: str) -> float:
        """Seconds it takes to say."""

    def twiml_bytes(self, replies: Sequence[Reply]) -> int:
        """Size of the answer on a call, in bytes; beyond 64,000 the carrier refuses it."""


class TwilioMeasure:
    """A `Measure`."""

    def segments(self, wording: str) -> Measured:
        return measure(wording)

    def spoken_s(self, wording: str) -> float:
        return len(spoken_digits(wording).split()) / WORDS_A_SECOND

    def twiml_bytes(self, replies: Sequence[Reply]) -> int:
        turn, recorded = f"{_LONGEST_BASE}/voice/turn?n=999", f"{_LONGEST_BASE}/status/recording"
        try:
            text = render_call(replies, turn, "+15005550006", _whisper_url, recorded)
        except DocumentTooLong as too_long:
            return too_long.size
        return len(text.encode())


def _whisper_url(leg: str) -> str:
    return f"{_LONGEST_BASE}/voice/whisper/{leg}"
