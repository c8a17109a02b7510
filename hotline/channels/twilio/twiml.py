"""Replies as a call hears them: TwiML for voice. Every address given to these functions is absolute."""

from collections.abc import Callable, Sequence
from typing import Final, assert_never

from hotline.channels.twilio.markup import document, element, escape
from hotline.channels.twilio.say import SPEECH, AudioUrl, no_audio, spoken
from hotline.domain.phone import PhoneNumber
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Leg, Listen, Part, Reply, Tell

SILENCE_S: Final = 6  # before the first key, and between keys
SILENT_RECORDING_S: Final = 5
MOST_LEGS: Final = 10  # https://www.twilio.com/docs/voice/twiml/number
BRIDGE_RING_S: Final = 30
_HANGUP: Final = element("Hangup")


def render_call(
    replies: Sequence[Reply],
    turn_url: str,
    caller_id: str,
    whisper_url: Callable[[str], str],
    recording_status_url: str,
    audio_url: AudioUrl = no_audio,
) -> str:
    """Render what a caller hears next.

    `turn_url` is where the next turn is asked for, `caller_id` the number dispatchers see,
    `whisper_url` the address for a leg's id, `audio_url` the address of a named clip or None.
    What is told before a question can be interrupted by its key. No reply hangs up.
    Raises DocumentTooLong.
    """
    told: list[Part] = []
    for reply in replies:
        if not isinstance(reply, Tell):
            last = _Last(turn_url, caller_id, whisper_url, recording_status_url, audio_url)
            return document(last.render(tuple(told), reply))
        told += reply.parts
    return document(spoken(told, audio_url) + (_again(turn_url) if told else _HANGUP))


def render_whisper_ring(parts: Sequence[Part], action_url: str) -> str:
    """What a dispatcher hears on picking up: a key takes the call, silence (a voicemail box) does not."""
    return document(_gather(spoken(parts), action_url, numDigits=1, finishOnKey="") + _HANGUP)


def render_whisper_accept(parts: Sequence[Part]) -> str:
    """What a dispatcher hears after the key; when it ends, the two are joined."""
    return document(spoken(parts))


def render_hangup(parts: Sequence[Part] = (), audio_url: AudioUrl = no_audio) -> str:
    """Say it and hang up."""
    return document(spoken(parts, audio_url) + _HANGUP)


def render_bridge(parts: Sequence[Part], to: PhoneNumber, caller_id: str, action_url: str) -> str:
    """A dispatcher pressed the key for a call-back: ring the contact, who sees `caller_id`."""
    number = element("Number", escape(to.e164))
    dial = element(
        "Dial", number, callerId=caller_id, timeout=BRIDGE_RING_S, action=action_url, method="POST"
    )
    return document(spoken(parts) + dial)


def render_gather(parts: Sequence[Part], keys: str, action_url: str, audio_url: AudioUrl = no_audio) -> str:
    """Ask someone whom we rang for one of `keys`; silence hangs up."""
    finish = "" if "#" in keys else "#"
    said = spoken(parts, audio_url)
    return document(_gather(said, action_url, numDigits=1, finishOnKey=finish) + _HANGUP)


class _Last:
    """The one reply of an answer that waits, ends or connects; nothing behind it would be reached."""

    __slots__ = ("_audio_url", "_caller_id", "_recording_status_url", "_turn_url", "_whisper_url")

    def __init__(
        self,
        turn_url: str,
        caller_id: str,
        whisper_url: Callable[[str], str],
        recording_status_url: str,
        audio_url: AudioUrl,
    ) -> None:
        self._turn_url = turn_url
        self._caller_id = caller_id
        self._whisper_url = whisper_url
        self._recording_status_url = recording_status_url
        self._audio_url = audio_url

    def render(self, told: tuple[Part, ...], reply: Choose | Listen | Connect | Hold | Goodbye) -> str:
        match reply:
            case Choose():
                return self._ask(told + reply.parts, _menu(reply))
            case Listen(awaits="recording"):
                return self._said(told + reply.parts) + self._record(reply.seconds) + _again(self._turn_url)
            case Listen():
                return self._ask(told + reply.parts, _digits(reply))
            case Connect():
                return self._said(told + reply.parts) + self._connect(reply)
            case Hold():
                pause = element("Pause", length=max(1, reply.seconds))
                return self._said(told) + pause + _again(self._turn_url)
            case Goodbye():
                return self._said(told + reply.parts) + _HANGUP
        assert_never(reply)

    def _said(self, parts: tuple[Part, ...]) -> str:
        return spoken(parts, self._audio_url)

    def _ask(self, parts: tuple[Part, ...], attributes: dict[str, str | int]) -> str:
        """A Gather that comes back in any case: with `actionOnEmptyResult` silence is an answer too."""
        gather = _gather(self._said(parts), self._turn_url, actionOnEmptyResult="true", **attributes)
        return gather + _again(self._turn_url)

    def _record(self, seconds: int) -> str:
        return element(
            "Record",
            action=self._turn_url,
            method="POST",
            maxLength=seconds,
            playBeep="true",
            finishOnKey="#",
            timeout=SILENT_RECORDING_S,
            recordingStatusCallback=self._recording_status_url,
            recordingStatusCallbackMethod="POST",
        )

    def _connect(self, reply: Connect) -> str:
        """Ring all legs at once. Calls are never recorded: no `record` ever stands here."""
        if not reply.legs:
            return _again(self._turn_url)
        numbers = "".join([self._number(leg) for leg in reply.legs[:MOST_LEGS]])
        return element(
            "Dial",
            numbers,
            callerId=self._caller_id,
            timeout=reply.ring_s,
            action=self._turn_url,
            method="POST",
        )

    def _number(self, leg: Leg) -> str:
        return element("Number", escape(leg.number.e164), url=self._whisper_url(leg.id), method="POST")


def _again(turn_url: str) -> str:
    return element("Redirect", escape(turn_url), method="POST")


def _gather(content: str, action: str, **attributes: str | int) -> str:
    given: dict[str, str | int] = {"input": "dtmf", "timeout": SILENCE_S, **attributes}
    return element("Gather", content, action=action, method="POST", **given)


def _menu(reply: Choose) -> dict[str, str | int]:
    """One key, `#` and `*` among them."""
    key: dict[str, str | int] = {"numDigits": 1, "finishOnKey": "", "timeout": reply.timeout_s}
    if not reply.takes_speech:
        return key
    language = SPEECH[reply.parts[0].language] if reply.parts else SPEECH["en"]
    return key | {"input": "dtmf speech", "language": language}


def _digits(reply: Listen) -> dict[str, str | int]:
    return {"numDigits": reply.digits, "finishOnKey": "" if reply.digits == 1 else "#"}
