"""The frozen value of what is configured."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from hotline.domain.hours import Hours
from hotline.domain.phone import PhoneNumber
from hotline.domain.sender import usual_rate
from hotline.domain.timing import Timing


class BadSettings(Exception):
    """Variables are missing or wrong. The message has one line for each, with what to put there."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that is configured. Printing it shows nothing secret."""

    mode: Literal["demo", "production"]
    public_url: str
    data_dir: Path
    database_url: str
    redis_url: str
    secret_key: str
    secret_key_file: Path | None
    zone: ZoneInfo
    hours: Hours
    org: str
    network_file: Path
    flows_dir: Path
    log_level: str
    account_sid: str
    auth_tokens: tuple[str, ...]
    webhook_keys: Mapping[str, str]
    api_key: str
    api_secret: str
    api_base_url: str
    from_numbers: tuple[PhoneNumber, ...]
    messaging_service_sid: str
    voice_number: PhoneNumber
    carrier_handles_words: bool
    keep_days: Mapping[str, int]
    daily_spend: int | None
    segment_price: int
    segments_per_second: float | None
    sender_rates: Mapping[str, float]
    account_segments_per_second: float
    sending_processes: int
    calls_per_second: float
    call_price: int
    map_tiles: str
    timing: Timing

    def __repr__(self) -> str:
        return f"Settings(mode={self.mode!r}, public_url={self.public_url!r})"

    @property
    def senders(self) -> tuple[str, ...]:
        """Where texts go out from: the messaging service, else each number."""
        return (
            (self.messaging_service_sid,)
            if self.messaging_service_sid
            else tuple(number.e164 for number in self.from_numbers)
        )

    @property
    def permitted(self) -> dict[str, float]:
        """The segments a second of each sender: its own rate, else the usual one, else that of its kind."""
        return {
            sender: self.sender_rates.get(sender, self.segments_per_second or usual_rate(sender))
            for sender in self.senders
        }
