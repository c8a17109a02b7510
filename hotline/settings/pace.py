"""Read rates of senders and times, written as `name:number,...` and `name=number,...`."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hotline.domain.phone import NotAPhoneNumber, parse_phone
from hotline.domain.timing import TIMES, USUAL, Timing

MOST_PER_S: Final = 10_000.0
LONGEST_S: Final = 604_800.0
RATE: Final = "put segments a second that the carrier permits, such as 1 or 3"
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")


class BadPace(ValueError):
    """What is written is no rate or no time. The message says what to put there."""


def read_rate(written: str) -> float:
    """Segments (or calls) a second. Raises BadPace."""
    rate = _number(written)
    if not 0 < rate <= MOST_PER_S:
        raise BadPace(RATE)
    return rate


def read_sender_rates(written: str) -> dict[str, float]:
    """Segments a second by number in E.164 or messaging service. Raises BadPace."""
    rates: dict[str, float] = {}
    for piece in _pieces(written):
        name, colon, rate = piece.rpartition(":")
        if not colon:
            raise BadPace("write sender:rate, as in +12135550100:1,MG...:225")
        sender = _sender(name.strip())
        if sender in rates:
            raise BadPace(f"gives the sender that ends in {sender[-2:]} two rates")
        rates[sender] = read_rate(rate)
    return rates


def read_timing(written: str) -> Timing:
    """The usual times, but for those named. Raises BadPace."""
    times: dict[str, float] = {}
    for piece in _pieces(written):
        name, equals, seconds = (part.strip() for part in piece.partition("="))
        if not equals:
            raise BadPace("write name=seconds, as in lease_s=300,hold_s=600")
        if name not in TIMES:
            raise BadPace(f"there is no time of that name: put one of {', '.join(TIMES)}")
        times[name] = _number(seconds)
        if not 0 < times[name] <= LONGEST_S:
            raise BadPace(f"{name}: put seconds, above 0 and at most {LONGEST_S:.0f}")
    return replace(USUAL, **times)


def _pieces(written: str) -> Iterator[str]:
    return (piece.strip() for piece in written.split(",") if piece.strip())


def _sender(name: str) -> str:
    if _SERVICE.fullmatch(name):
        return name
    try:
        return parse_phone(name).e164
    except NotAPhoneNumber:
        raise BadPace("names something that is no number and no messaging service") from None


def _number(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
