"""What goes out, whether a delivery of a broadcast or a lone message: one shape for both."""

from dataclasses import dataclass
from datetime import datetime

from hotline.domain.pace import Settled
from hotline.domain.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """`d7.45` in a callback address."""

    broadcast_id: int
    seq: int

    def __str__(self) -> str:
        return f"d{self.broadcast_id}.{self.seq}"


@dataclass(frozen=True, slots=True)
class MessageKey:
    """`m123` in a callback address."""

    id: int

    def __str__(self) -> str:
        return f"m{self.id}"


Key = DeliveryKey | MessageKey


class NoKey(ValueError):
    """The text names neither a message nor a delivery."""


def read_key(text: str) -> Key:
    """Read `m123` or `d7.45`. Raises NoKey."""
    kind, rest = text[:1], text[1:]
    numbers = rest.split(".")
    if not rest.isascii() or any(not n.isdigit() or len(n) > 18 for n in numbers):
        raise NoKey
    if kind == "m" and len(numbers) == 1:
        return MessageKey(int(numbers[0]))
    if kind == "d" and len(numbers) == 2 and int(numbers[1]) < 2**31:
        return DeliveryKey(int(numbers[0]), int(numbers[1]))
    raise NoKey


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text, or call, that a worker owns under a fence until its lease ends. `to` is None when the number
    cannot be opened with the keys we have."""

    key: Key
    fence: int
    attempt: int
    to: PhoneNumber | None
    body: str
    sender: str | None
    segments: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lost:
    """One text whose answer never came: what to look for in the carrier's list."""

    key: Key
    fence: int
    misses: int
    to: PhoneNumber | None
    body: str
    sender: str | None
    asked_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a parcel that was sent under this fence."""

    key: Key
    fence: int
    settled: Settled
