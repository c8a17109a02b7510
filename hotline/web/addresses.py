"""The addresses we give the carrier, all absolute and below the public one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """`public_url` is what the carrier calls and signs."""

    public_url: str

    def voice_turn(self, n: int) -> str:
        return f"{self.public_url}/twilio/voice/turn?n={n}"

    def whisper(self, leg_id: str, n: int = 1) -> str:
        return f"{self.public_url}/twilio/voice/whisper/{leg_id}?n={n}"

    def alert(self, key: str, n: int) -> str:
        return f"{self.public_url}/twilio/voice/alert/{key}?n={n}"

    def message_status(self, key: str) -> str:
        return f"{self.public_url}/twilio/status/message/{key}"

    def audio(self, name: str) -> str:
        return f"{self.public_url}/audio/{name}"

    @property
    def recording_status(self) -> str:
        return f"{self.public_url}/twilio/status/recording"
