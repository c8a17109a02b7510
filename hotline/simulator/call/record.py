"""Record: a beep, what the person says, the action, and later the finished recording's callback."""

from dataclasses import dataclass, field

from hotline.simulator.account import Recording
from hotline.simulator.call.events import CallEnded, Key, Spoken
from hotline.simulator.call.leg import Leg, spoken_s
from hotline.simulator.call.progress import post
from hotline.simulator.call.run import Run, Step
from hotline.simulator.clock import sleep
from hotline.simulator.message import rfc2822
from hotline.simulator.twiml.parse import Element


@dataclass(slots=True)
class Take:
    """What was said so far, and the key that ended it."""

    words: list[str] = field(default_factory=list)
    length_s: float = 0.0
    digits: str = ""


async def record(run: Run, verb: Element) -> Step:
    """Nothing said: no action, the next verb runs (https://www.twilio.com/docs/voice/twiml/record)."""
    if verb.get("playBeep", "true") == "true":
        run.leg.hear("beep", "")
    take = Take()
    try:
        await _listen(run, verb, take)
    except CallEnded:
        take.digits = "hangup"
        if take.words:
            recording = keep(run.leg, take.words, take.length_s, "RecordVerb")
            publish(run, recording, verb)
            run.farewell.append(run.go(verb, *_result(run, recording, take)))
        raise
    if not take.words:
        return None
    recording = keep(run.leg, take.words, take.length_s, "RecordVerb")
    publish(run, recording, verb)
    return run.go(verb, *_result(run, recording, take))


async def _listen(run: Run, verb: Element, take: Take) -> None:
    most_s, silence_s = float(verb.number("maxLength", 3600)), float(verb.number("timeout", 5))
    stop_keys = verb.get("finishOnKey", "1234567890*#")
    while take.length_s < most_s:
        match await run.leg.next_event(silence_s):
            case None:
                return
            case Spoken(text):
                run.leg.hear("me", text)
                take.words.append(text)
                take.length_s = min(most_s, take.length_s + spoken_s(text))
            case Key(digit) if digit in stop_keys:
                take.digits = digit
                return
            case _:
                continue


def _result(run: Run, recording: Recording, take: Take) -> list[tuple[str, str]]:
    return [
        ("RecordingUrl", recording_url(run.leg, recording)),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.duration_s)),
        ("Digits", take.digits),
    ]


def recording_url(leg: Leg, recording: Recording) -> str:
    config = leg.carrier.config
    return f"{config.url}/2010-04-01/Accounts/{config.account_sid}/Recordings/{recording.sid}"


def keep(leg: Leg, words: list[str], length_s: float, source: str) -> Recording:
    """Store what was said, not yet ready to be fetched."""
    account = leg.carrier.account
    recording = Recording(account.new_sid("RE"), leg.sid, source, leg.carrier.now())
    recording.words = list(words)
    recording.duration_s = max(1, round(length_s))
    account.recordings[recording.sid] = recording
    return recording


def publish(run: Run, recording: Recording, verb: Element) -> None:
    """Make the file ready after a while and tell it; the action request usually comes before that."""
    url = verb.get("recordingStatusCallback")
    callback = run.resolve(url) if url else ""
    if "completed" not in verb.get("recordingStatusCallbackEvent", "completed").split():
        callback = ""
    method = verb.get("recordingStatusCallbackMethod", "POST")
    run.leg.carrier.spawn(_finish(run.leg, recording, callback, method))


async def _finish(leg: Leg, recording: Recording, callback: str, method: str) -> None:
    await sleep(leg.carrier.clock, leg.carrier.config.recording_ready_s)
    if recording.status == "deleted":
        return
    recording.status = "completed"
    if callback:
        await post(leg, callback, _status(leg, recording), method)


def _status(leg: Leg, recording: Recording) -> list[tuple[str, str]]:
    return [
        ("AccountSid", leg.carrier.config.account_sid),
        ("CallSid", leg.sid),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(leg, recording)),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", str(recording.duration_s)),
        ("RecordingChannels", "1"),
        ("RecordingStartTime", rfc2822(recording.started_at) or ""),
        ("RecordingSource", recording.source),
        ("RecordingTrack", "both"),
        ("ErrorCode", "0"),
    ]
