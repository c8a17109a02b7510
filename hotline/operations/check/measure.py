"""What checking asks of a channel about wordings."""

from collections.abc import Sequence
from typing import Protocol

from hotline.domain.sms import Measured
from hotline.flow.reply import Reply


class Measure(Protocol):
    """How much a wording takes where it is sent or said."""

    def segments(self, wording: str) -> Measured:
        """Size as a text."""

    def spoken_s(self, wording: str) -> float:
        """Seconds it takes to say."""

    def twiml_bytes(self, replies: Sequence[Reply]) -> int:
        """Size of the answer on a call, in bytes."""
