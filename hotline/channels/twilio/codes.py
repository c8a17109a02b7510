"""The carrier's error codes: what we do about each, and what an operator is told."""

from dataclasses import dataclass
from typing import Final

from hotline.domain.outcome import Reaction


@dataclass(frozen=True, slots=True)
class Meaning:
    """`sentence` is English and a key for translation; it never holds a number or a text of a person."""

    reaction: Reaction
    sentence: str


_ROWS: Final[tuple[tuple[Reaction, str, tuple[int, ...]], ...]] = (
    # The account and its senders
    ("stop_all", "The carrier does not accept our credentials.", (20003, 20005, 20404)),
    ("stop_all", "The carrier has suspended the account.", (10001, 30002)),
    ("stop_all", "The sending number is not ours or cannot send.", (21210, 21212, 21606)),
    ("stop_all", "The messaging service is missing, empty or invalid.", (21701, 21703, 21704, 21705)),
    ("stop_all", "The sending number has no approved registration (10DLC or toll-free).", (30032, 30033)),
    ("stop_all", "The sending number is not part of an approved 10DLC campaign.", (30024, 30034, 30035)),
    ("stop_all", "The WhatsApp sender is not set up.", (63007,)),
    # The recipient
    ("opted_out", "The person told the carrier to stop messages from this number.", (21610,)),
    ("bad_number", "The number is not a valid one.", (13224, 21211, 21214, 21217)),
    ("bad_number", "The number cannot receive texts; it may be a landline.", (21614, 21635, 30006)),
    ("bad_number", "The number does not exist or is out of service.", (30005,)),
    ("permanent", "The number cannot be reached from this sender.", (21612,)),
    ("permanent", "The recipient or their carrier blocks our messages.", (30004, 30450, 30640)),
    ("permanent", "The number is blocked.", (13225, 21216)),
    ("permanent", "The account may not reach this country; see its geographic permissions.", (21215, 21408)),
    ("permanent", "The account may not call this country; see its geographic permissions.", (13227, 21203)),
    ("permanent", "A trial account reaches verified numbers only.", (21219, 21608)),
    ("permanent", "The recipient has no WhatsApp, or it cannot take this message.", (63003, 63024, 63032)),
    ("permanent", "More than 24 hours since the person last wrote on WhatsApp.", (63016,)),
    ("permanent", "The call is not in progress any more.", (21220,)),
    # Passing trouble. `retry` is for what was refused at the door. When such a code comes in a receipt, as
    # 30003, 30008 and most of these do, the carrier had taken the text: it is not sent again, though
    # twilio.md 4 allows one delayed try. A `delivered` may still come after it (twilio.md 1.3), and then
    # somebody was texted twice. The row is undelivered; what follows the alert is sent to it all the same.
    ("retry", "The handset is off or has no signal.", (30003,)),
    ("retry", "The recipient's carrier failed without saying why.", (30008,)),
    ("retry", "The recipient's carrier is congested or did not answer.", (30017, 30410, 30500)),
    ("retry", "The carrier is busy with the same record; it works later.", (20009, 20409)),
    ("retry", "The carrier had a fault of its own.", (20500, 20503)),
    # Too much
    ("slow_down", "Too many requests to the carrier at once.", (20429,)),
    ("slow_down", "Messages are sent faster than the channel allows.", (63018,)),
    ("slow_account", "The account sends more messages in a second than it may.", (63017,)),
    ("hold", "The carrier's queue of this sender is full.", (21611, 30001)),
    ("hold_minute", "The sender's texts of this minute are used up (AT&T).", (30022,)),
    ("hold_day", "The sender's texts of this day are used up (T-Mobile).", (30023, 30027)),
    ("hold_account", "The account's limit for this hour or day is used up.", (60728, 63038)),
    ("hold_text", "The carrier sends nothing to this number during quiet hours.", (30610,)),
    # What was written
    ("stop_batch", "The carrier filtered the message as spam; its text needs a review.", (30007,)),
    # Our own requests
    ("fault", "The message was empty.", (14103, 21602, 21619)),
    ("fault", "The message had no sender or no recipient.", (21603, 21604)),
    ("fault", "The message was too long.", (21617,)),
    ("fault", "The picture could not be used.", (11751, 21620, 21623, 30011, 30019)),
    ("fault", "The callback address was not valid.", (21609,)),
    ("fault", "The call was asked for with wrong parameters.", (21201, 21202, 21204, 21205, 32018)),
    ("fault", "The carrier could not follow our instructions for the call.", (13201, 13214, 15004)),
    ("fault", "We sent too many replies for one message.", (14106, 14107, 14109)),
    ("fault", "The carrier could not reach our server.", (11200, 11205, 11206, 11210, 11220)),
    ("fault", "The carrier does not trust our server's certificate.", (11235, 11236, 11237)),
    ("fault", "The carrier could not read our answer.", (11750, 12100, 12200, 12300, 12400)),
)  # fmt: skip

# https://www.twilio.com/docs/api/errors and twilio.md 4; codes and wording may change, so unknown
# ones have a default.
CODES: Final[dict[int, Meaning]] = {
    code: Meaning(reaction, sentence) for reaction, sentence, codes in _ROWS for code in codes
}

_BY_HTTP_STATUS: Final[dict[int, Reaction]] = {
    401: "stop_all",
    403: "stop_all",
    408: "retry",
    409: "retry",
    429: "slow_down",
}
UNKNOWN_SENTENCE: Final = "The carrier refused with a code that we do not know."


def reaction_of(code: int, http_status: int = 400) -> Reaction:
    """What to do about a refusal. An unknown code goes by the HTTP status: permanent, but for a few."""
    meaning = CODES.get(code)
    return meaning.reaction if meaning else _BY_HTTP_STATUS.get(http_status, "permanent")


# The network's own answer to a call: not found, gone, address incomplete, does not exist anywhere.
# https://www.rfc-editor.org/rfc/rfc3261#section-21
_NO_SUCH_NUMBER: Final = frozenset({404, 410, 484, 604})


def reaction_of_call(code: int | None, sip_code: int | None) -> Reaction | None:
    """What to do about a call that failed; None when neither code says that it always will."""
    if sip_code in _NO_SUCH_NUMBER:
        return "bad_number"
    meaning = CODES.get(code) if code else None
    return meaning.reaction if meaning else None


def sentence_of(code: int) -> str:
    """What an operator is told about a code, in English, ready to be translated."""
    meaning = CODES.get(code)
    return meaning.sentence if meaning else UNKNOWN_SENTENCE
