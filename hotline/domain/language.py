"""Languages the line speaks."""

from typing import Final, Literal

Language = Literal["en", "es"]
LANGUAGES: Final[tuple[Language, ...]] = ("es", "en")  # the order in which both are said

Channel = Literal["sms", "voice"]
CHANNELS: Final[tuple[Channel, ...]] = ("sms", "voice")
