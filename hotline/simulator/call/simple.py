"""Verbs that only sound, wait, lead elsewhere or end: Say, Play, Pause, Redirect, Hangup, Reject, Leave."""

import struct
from typing import Final

from hotline.simulator.call.leg import spoken_s
from hotline.simulator.call.run import Finish, Go, Run, Step
from hotline.simulator.twiml.parse import Element, TwimlError
from hotline.simulator.twiml.tables import VOICE_LANGUAGES
from hotline.simulator.webhooks import WebhookFailed

_UNKNOWN_CLIP_S: Final = 3.0
_ENDLESS: Final = 1000  # loop="0" means up to 1000 times
_TONE_S: Final = 0.2


async def say(run: Run, verb: Element) -> Step:
    for _ in range(verb.number("loop", 1) or _ENDLESS):
        await run.leg.listen(say_once(run, verb))
    return None


def say_once(run: Run, verb: Element) -> float:
    """Let the leg hear the sentence; gives its length in seconds."""
    voice = verb.get("voice")
    base_name = voice.removesuffix("-Neural").removesuffix("-Generative")
    language = verb.get("language") or VOICE_LANGUAGES.get(base_name, "en-US")
    run.leg.hear("say", verb.text, language, voice)
    return spoken_s(verb.text)


async def play(run: Run, verb: Element) -> Step:
    for _ in range(verb.number("loop", 1) or _ENDLESS):
        await run.leg.listen(await play_once(run, verb))
    return None


async def play_once(run: Run, verb: Element) -> float:
    """Fetch and sound a clip, or tones; gives its length in seconds. Raises TwimlError 13420."""
    if digits := verb.get("digits"):
        run.leg.hear("tone", digits)
        return len(digits) * _TONE_S
    url = run.resolve(verb.text)
    try:
        answer = await run.leg.carrier.webhooks.call(url, (), "GET")
    except WebhookFailed as error:
        raise TwimlError(error.code, error.reason, url) from None
    if not answer.content_type.startswith("audio/"):
        raise TwimlError(13420, f"Play: Invalid Content-Type {answer.content_type}", url)
    run.leg.hear("play", url)
    return clip_s(answer.body)


def clip_s(sound: bytes) -> float:
    """Seconds of a WAV file; a guess for other formats."""
    if sound[:4] != b"RIFF" or len(sound) < 44:
        return _UNKNOWN_CLIP_S
    (bytes_a_second,) = struct.unpack_from("<I", sound, 28)
    return float((len(sound) - 44) / bytes_a_second) if bytes_a_second else _UNKNOWN_CLIP_S


async def pause(run: Run, verb: Element) -> Step:
    await run.leg.listen(verb.number("length", 1))
    return None


async def redirect(run: Run, verb: Element) -> Step:
    return Go(run.resolve(verb.text), verb.get("method", "POST"))


async def hangup(run: Run, verb: Element) -> Step:
    return Finish.HANGUP


async def reject(run: Run, verb: Element) -> Step:
    run.leg.hear("note", "the call was not taken")
    return Finish.BUSY if verb.get("reason") == "busy" else Finish.REJECTED


async def leave(run: Run, verb: Element) -> Step:
    if run.mode != "wait":
        raise TwimlError(12200, "<Leave> outside a waiting line", run.base)
    return Finish.LEFT
