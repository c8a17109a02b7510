"""Telephone numbers that do not show themselves."""

import re
from dataclasses import dataclass
from typing import Final

import phonenumbers

# Callers who withhold their number, as Twilio spells them on calls: not numbers to call back.
# https://www.twilio.com/docs/voice/twiml#twilios-request-to-your-application
WITHHELD: Final = frozenset({"266696687", "7378742883", "2562533", "8656696", "464"})

# 555-0100 to 555-0199 are kept free for fiction (NANPA); 500-555 are Twilio's own test numbers.
_TEST_NUMBER: Final = re.compile(r"\+1(?:[2-9]\d\d55501\d\d|500555\d{4})")

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")

# Mexico dropped the 1 after 52 for mobiles in 2019; carriers still send it (twilio.md 4).
_OLD_MEXICAN_MOBILE: Final = re.compile(r"\+521\d{10}")


class NotAPhoneNumber(ValueError):
    """The text is no dialable telephone number."""

    def __init__(self) -> None:
        super().__init__("not a telephone number")  # the text itself may be a person's: never repeated


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164 (`+12135550123`). Printing it shows the last two digits only."""

    e164: str

    def __repr__(self) -> str:
        return f"PhoneNumber(…{self.e164[-2:]})"

    __str__ = __repr__

    @property
    def is_test(self) -> bool:
        """Is it a number that reaches nobody (555-01xx or 500-555)?"""
        return _TEST_NUMBER.fullmatch(self.e164) is not None

    @property
    def last_two(self) -> str:
        return self.e164[-2:]


def parse_phone(text: str, region: str = "US") -> PhoneNumber:
    """Read a number as people or carriers write it.

    Raises NotAPhoneNumber for anything that cannot be called back: words, withheld numbers,
    short codes, alphanumeric senders, client and sip addresses.
    """
    if text.lstrip("+") in WITHHELD:
        raise NotAPhoneNumber
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise NotAPhoneNumber from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _OLD_MEXICAN_MOBILE.fullmatch(e164):
        return PhoneNumber("+52" + e164[4:])
    if not phonenumbers.is_possible_number(number) or not _E164.fullmatch(e164):
        raise NotAPhoneNumber
    return PhoneNumber(e164)


def spoken_digits(text: str) -> str:
    """Space out the digits of every run of three or more, so that a voice reads them one by one."""
    return re.sub(r"\+?\d[\d-]{2,}\d|\d{3,}", lambda found: " ".join(re.sub(r"\D", "", found[0])), text)
