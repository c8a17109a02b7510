"""Forms from the carrier, read into what the flow knows."""

import re
from typing import Final

from hotline.channels.twilio.fields import ENDED, plain, require_account, sid_of, whole_number
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.status import (
    CallStatus,
    Receipt,
    RecordingStatus,
    parse_call_status,
    parse_message_status,
    parse_recording_status,
)
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.flow.inbound import Inbound
from hotline.flow.input import (
    Arrived,
    CarrierAnswer,
    DialEnded,
    Digits,
    HungUp,
    Input,
    Recording,
    Silence,
    Speech,
    Text,
)
from hotline.flow.words import CARRIER_HELP, CARRIER_START, CARRIER_STOP

__all__ = [
    "CallStatus",
    "Receipt",
    "RecordingStatus",
    "parse_call",
    "parse_call_status",
    "parse_message_status",
    "parse_recording_status",
    "parse_sms",
]

LONGEST_BODY: Final = 1600  # https://www.twilio.com/docs/glossary/what-sms-character-limit
MOST_MEDIA: Final = 10  # error 21623
SPOKEN: Final = frozenset({"completed", "answered"})  # DialCallStatus, where DialBridged is not told

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NORTH_AMERICAN: Final = re.compile(r"\+1[2-9][0-9]{9}")
_KEYS: Final = re.compile(r"[0-9*#]{1,32}")

_ANSWERED: Final[tuple[tuple[CarrierAnswer, frozenset[str]], ...]] = (
    ("stop", CARRIER_STOP),
    ("start", CARRIER_START),
    ("help", CARRIER_HELP),
)
_CARRIER_WORDS: Final = {word: answer for answer, words in _ANSWERED for word in words}
_OPT_OUT_TYPES: Final[dict[str, CarrierAnswer]] = {"STOP": "stop", "START": "start", "HELP": "help"}


def parse_sms(
    form: Form, account_sid: str, *, carrier_handles_words: bool = True, media_base: str = ""
) -> Inbound:
    """Read an incoming message.

    `carrier_handles_words`: the carrier answers STOP, START and HELP itself (long codes and toll-free
    do; https://help.twilio.com/articles/223134027). `media_base` is where pictures may come from
    besides https addresses (demo: the pretend carrier's own base). Raises BadWebhook.
    """
    require_account(form, account_sid)
    body = plain(form.get("Body"))[:LONGEST_BODY]
    text = Text(body, _media(form, media_base), _carrier_answer(form, body, carrier_handles_words))
    reached = form.get("MessagingServiceSid") or form.get("To")
    return Inbound("sms", sid_of(form, "MessageSid"), 0, _contact(form), plain(reached)[:64], text)


def parse_call(form: Form, n: int, account_sid: str) -> Inbound:
    """Read a request of a call. `n` is the turn in its address, 0 for the first. Raises BadWebhook."""
    require_account(form, account_sid)
    sid, to = sid_of(form, "CallSid"), plain(form.get("To"))[:64]
    return Inbound("voice", sid, n, _contact(form), to, _event(form, n))


def _event(form: Form, n: int) -> Input:
    """Tell what happened. A hang-up must hide neither a message left nor a talk that took place."""
    if form.get("RecordingSid"):
        return Recording(sid_of(form, "RecordingSid"), whole_number(form, "RecordingDuration") or 0)
    dialled = form.get("DialCallStatus")
    if dialled and _was_bridged(form, dialled):
        return DialEnded(was_bridged=True)
    if form.get("CallStatus") in ENDED:
        return HungUp()
    if n == 0:
        return Arrived()
    return DialEnded(was_bridged=False) if dialled else _answer(form)


def _was_bridged(form: Form, dialled: str) -> bool:
    bridged = form.get("DialBridged")
    return bridged == "true" if bridged else dialled in SPOKEN


def _answer(form: Form) -> Digits | Speech | Silence:
    keys, words = form.get("Digits"), plain(form.get("SpeechResult")).strip()
    if _KEYS.fullmatch(keys):
        return Digits(keys)
    return Speech(words[:LONGEST_BODY]) if words else Silence()


def _carrier_answer(form: Form, body: str, carrier_handles_words: bool) -> CarrierAnswer | None:
    told = _OPT_OUT_TYPES.get(form.get("OptOutType").upper())
    if told or not carrier_handles_words:
        return told
    return _CARRIER_WORDS.get(body.strip().lower())


def _media(form: Form, base: str) -> tuple[str, ...]:
    count = min(whole_number(form, "NumMedia") or 0, MOST_MEDIA)
    addresses = (form.get(f"MediaUrl{i}") for i in range(count))
    return tuple(address for address in addresses if _is_fetchable(address, base))


def _is_fetchable(address: str, base: str) -> bool:
    """Only https, or below the one base we were told of: never a file or a neighbour's server."""
    return address.startswith("https://") or (bool(base) and address.startswith(base.rstrip("/") + "/"))


def _contact(form: Form) -> PhoneNumber | None:
    """Who writes or calls; None for withheld numbers, short codes, words, other channels' addresses."""
    sender = form.get("From")
    if _NORTH_AMERICAN.fullmatch(sender):
        return PhoneNumber(sender)  # what parse_phone gives, thirty times as fast
    if not _E164.fullmatch(sender):
        return None
    try:
        return parse_phone(sender)
    except NotAPhoneNumber:
        return None
