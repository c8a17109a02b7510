"""Every transcript once more, this time to a running hotline, each by somebody new."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from uuid import uuid4

from tests.transcripts.runner import Transcript, transcripts
from tests.whole.people import strangers_number
from tests.whole.webhooks import Form, call_form, post, text_form

# Where the number plan says a caller is: it must be dropped at the door.
GEOGRAPHY: Final = {"FromCity": "ZARZAMORA HEIGHTS", "FromZip": "90099", "CallerCity": "ZARZAMORA HEIGHTS"}
# What a person says that no wording of ours holds.
MARKER: Final = "zarzamora"

_AFTER: Final[dict[str, Form]] = {
    "arrives": {},
    "is silent": {},
    "is answered": {"DialCallStatus": "completed", "DialBridged": "true"},
    "is not answered": {"DialCallStatus": "no-answer", "DialBridged": "false"},
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in a conversation, by both sides."""

    number: str
    words: tuple[str, ...]


def play_all(url: str) -> list[Spoken]:
    """Play them, four at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda transcript: play(url, transcript, strangers_number()), transcripts()))


def play(url: str, transcript: Transcript, number: str) -> Spoken:
    turns = _by_text if transcript.channel == "sms" else _by_call
    return Spoken(number, tuple(turns(url, number, transcript.turns)))


def _by_text(url: str, number: str, turns: Iterable[dict[str, Any]]) -> Iterable[str]:
    for turn in turns:
        form = text_form(_sid("SM"), number, turn["says"], tuple(turn.get("media", ())))
        yield turn["says"]
        yield from _words(post(url, "/twilio/sms", form | GEOGRAPHY))
    said = f"la {MARKER} de {number[-4:]} no es palabra de nadie"
    yield said
    yield from _words(post(url, "/twilio/sms", text_form(_sid("SM"), number, said) | GEOGRAPHY))


def _by_call(url: str, number: str, turns: Iterable[dict[str, Any]]) -> Iterable[str]:
    sid = _sid("CA")
    yield from _words(post(url, "/twilio/voice", call_form(sid, number, "ringing") | GEOGRAPHY))
    asked = [turn for turn in turns if turn.get("does") != "arrives"]
    for n, turn in enumerate(asked, 1):
        if turn.get("does") == "hangs up":
            post(url, "/twilio/status/call", call_form(sid, number, "completed"))
            return
        yield from _words(post(url, f"/twilio/voice/turn?n={n}", call_form(sid, number, **_event(turn))))


def _event(turn: dict[str, Any]) -> Form:
    if "presses" in turn:
        return {"Digits": turn["presses"]}
    if turn["does"].startswith("records "):
        return {"RecordingSid": _sid("RE"), "RecordingDuration": turn["does"].split(" ")[2], **GEOGRAPHY}
    return _AFTER[turn["does"]]


def _words(document: str) -> list[str]:
    """What stands between the tags."""
    found = (unescape(piece).strip() for piece in re.split(r"<[^>]*>", document))
    return [piece for piece in found if piece and not piece.startswith("http")]  # addresses are no words


def _sid(prefix: str) -> str:
    return prefix + uuid4().hex
