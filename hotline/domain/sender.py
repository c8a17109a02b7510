"""The kinds of sender there are, and how fast the carrier lets each send."""

import re
from typing import Final, Literal

Kind = Literal["service", "short_code", "toll_free", "number", "foreign_number"]

# Segments a second, from twilio.md 4 (Throughput). The carrier counts segments for every kind. A campaign
# may be permitted more, and what a messaging service may is the sum of its numbers: both are told to us
# in settings, and until then the slowest number is what is safe.
PERMITTED: Final[dict[Kind, float]] = {
    "service": 1.0,
    "short_code": 100.0,
    "toll_free": 3.0,
    "number": 1.0,
    "foreign_number": 10.0,
}

# https://www.twilio.com/docs/api/errors/63017: messages a second of an account with its subaccounts. We
# count segments here too, which is never less.
ACCOUNT_PERMITTED: Final = 2000.0

_TOLL_FREE: Final = re.compile(r"\+18(?:00|33|44|55|66|77|88)\d{7}")
_SHORT_CODE: Final = re.compile(r"\d{3,6}")


def kind_of(sender: str) -> Kind:
    """The kind of a number in E.164, a short code, or a messaging service (`MG...`)."""
    if sender.startswith("MG"):
        return "service"
    if _SHORT_CODE.fullmatch(sender):
        return "short_code"
    if _TOLL_FREE.fullmatch(sender):
        return "toll_free"
    return "number" if sender.startswith("+1") else "foreign_number"


def usual_rate(sender: str) -> float:
    """Segments a second that the carrier permits this kind of sender when it was asked for no more."""
    return PERMITTED[kind_of(sender)]
