"""What an answer of the carrier, or the lack of one, means for what we asked."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

import orjson

from hotline.channels.twilio.codes import reaction_of
from hotline.channels.twilio.fields import is_sid, retry_after_s
from hotline.channels.twilio.wire import Answer, HeldBack, NoAnswer, NotSent, Reached
from hotline.domain.delivery import CARRIER_STATUSES
from hotline.domain.outcome import Accepted, NotBegun, Outcome, Refused, Unknown

_TOO_MANY: Final = 20429  # https://www.twilio.com/docs/api/errors/20429: not processed, safe to retry


def outcome_of(reached: Reached) -> Outcome:
    """Only a clear refusal is a refusal: whatever may have been accepted is Unknown."""
    match reached:
        case NotSent():
            return Refused(0, "retry")
        case HeldBack():
            return NotBegun()
        case NoAnswer(why=why):
            return Unknown(why)
        case Answer():
            return _told(reached)
    assert_never(reached)


def told_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body, empty when it is none."""
    try:
        told = orjson.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def error_code(answer: Answer) -> int:
    """The carrier's code of a refusal; the HTTP status where it gives none."""
    code = told_object(answer.body).get("code")
    return code if isinstance(code, int) else answer.status


def _told(answer: Answer) -> Outcome:
    if 200 <= answer.status < 300:
        return _accepted(answer)
    if not 400 <= answer.status < 500:
        return Unknown(f"HTTP {answer.status}")
    code = error_code(answer)
    if answer.status == 429:
        code = _TOO_MANY if code == 429 else code
        return Refused(code, reaction_of(code, 429), retry_after_s(answer.retry_after))
    return Refused(code, reaction_of(code, answer.status))


def _accepted(answer: Answer) -> Outcome:
    told = told_object(answer.body)
    if not is_sid(told.get("sid")):
        return Unknown("accepted without a sid")
    return Accepted(told["sid"], CARRIER_STATUSES.get(str(told.get("status")), "accepted"))
