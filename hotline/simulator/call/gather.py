"""Gather: prompts that a key or a word interrupts, then digits or speech, then the action."""

from dataclasses import dataclass, field

from hotline.simulator.call.events import Key, Spoken
from hotline.simulator.call.run import Run, Step
from hotline.simulator.call.simple import play_once, say_once
from hotline.simulator.twiml.parse import Element


@dataclass(slots=True)
class Collected:
    """What came in. `is_done` when nothing more is awaited."""

    digits: str = ""
    speech: str = ""
    finished_on: str = ""
    is_done: bool = False


@dataclass(slots=True)
class Gathering:
    """The rules of one Gather and what it has collected."""

    verb: Element
    found: Collected = field(default_factory=Collected)

    @property
    def takes_keys(self) -> bool:
        return "dtmf" in self.verb.get("input", "dtmf")

    @property
    def takes_speech(self) -> bool:
        return "speech" in self.verb.get("input", "dtmf")

    def take(self, event: object, is_during_prompt: bool) -> bool:
        """Use an event; gives whether it interrupts a prompt."""
        match event:
            case Key(digit) if self.takes_keys:
                self._key(digit)
                return True
            case Spoken(text) if self.takes_speech:
                if is_during_prompt and self.verb.get("bargeIn") == "false":
                    return False
                self.found.speech, self.found.is_done = text, True
                return True
            case _:
                return False

    def _key(self, digit: str) -> None:
        if digit == self.verb.get("finishOnKey", "#"):
            self.found.finished_on, self.found.is_done = digit, True
            return
        self.found.digits += digit
        most = self.verb.number("numDigits", 0)
        self.found.is_done = bool(most) and len(self.found.digits) >= most


async def gather(run: Run, verb: Element) -> Step:
    gathering = Gathering(verb)
    await _prompt(run, gathering)
    await _collect(run, gathering)
    found = gathering.found
    if not found.digits and not found.speech and verb.get("actionOnEmptyResult") != "true":
        return None
    return run.go(verb, *_result(run, found, verb))


def _result(run: Run, found: Collected, verb: Element) -> list[tuple[str, str]]:
    if found.speech:
        run.leg.hear("me", found.speech)
        language = verb.get("language", "en-US")
        return [("SpeechResult", found.speech), ("Confidence", "0.9214"), ("Language", language)]
    extra = [("Digits", found.digits)]
    if found.finished_on:
        extra.append(("FinishedOnKey", found.finished_on))
    return extra


async def _prompt(run: Run, gathering: Gathering) -> None:
    for child in gathering.verb.children:
        if not await _sound(run, gathering, child):
            return


async def _sound(run: Run, gathering: Gathering, child: Element) -> bool:
    """One nested verb; gives whether it was heard to its end."""
    for _ in range((child.number("loop", 1) or 1000) if child.tag != "Pause" else 1):
        length_s = await _start(run, child)
        until = run.leg.carrier.seconds() + length_s
        while (left := until - run.leg.carrier.seconds()) > 0:
            event = await run.leg.next_event(left)
            if event is not None and gathering.take(event, is_during_prompt=True):
                return False
    return True


async def _start(run: Run, child: Element) -> float:
    match child.tag:
        case "Say":
            return say_once(run, child)
        case "Play":
            return await play_once(run, child)
        case _:
            return float(child.number("length", 1))


async def _collect(run: Run, gathering: Gathering) -> None:
    """Each key starts the timeout anew."""
    timeout_s = float(gathering.verb.number("timeout", 5))
    until = run.leg.carrier.seconds() + timeout_s
    while not gathering.found.is_done and (left := until - run.leg.carrier.seconds()) > 0:
        event = await run.leg.next_event(left)
        if event is not None and gathering.take(event, is_during_prompt=False):
            until = run.leg.carrier.seconds() + timeout_s
