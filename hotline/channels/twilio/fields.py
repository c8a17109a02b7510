"""Single values out of a form, each checked for what it claims to be."""

import re
from typing import Final

from hotline.channels.twilio.errors import Malformed, WrongAccount
from hotline.channels.twilio.form import Form

# CallStatus when a call is over (OpenAPI `call_enum_status`, v2010).
ENDED: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

# Whoever asks for longer is asked again then.
LONGEST_RETRY_AFTER_S: Final = 3600.0

_SID: Final = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def require_account(form: Form, account_sid: str) -> None:
    """Raises WrongAccount unless the form is of our account."""
    if form.get("AccountSid") != account_sid:
        raise WrongAccount


def is_sid(text: object) -> bool:
    """Is it one of the carrier's identifiers (OpenAPI: two letters, 32 hexadecimal digits)?"""
    return isinstance(text, str) and _SID.fullmatch(text) is not None


def sid_of(form: Form, name: str) -> str:
    """Raises Malformed when the parameter is no sid."""
    sid = form.get(name)
    if not is_sid(sid):
        raise Malformed(name)
    return sid


def whole_number(form: Form, name: str) -> int | None:
    """A count or a code, None when absent or no number."""
    text = form.get(name)
    return int(text) if _NUMBER.fullmatch(text) else None


def plain(text: str) -> str:
    """The text without NUL, which PostgreSQL does not keep."""
    return text.replace("\0", "")


def retry_after_s(header: str) -> float | None:
    """Seconds only: a date would need a clock, and the carrier sends none."""
    return min(float(header), LONGEST_RETRY_AFTER_S) if header.isascii() and header.isdigit() else None
