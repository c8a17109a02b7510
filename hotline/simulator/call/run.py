"""Executing voice documents on a leg: fetch, walk the verbs in order, follow, complain."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from hotline.simulator.call.events import CallRedirected, Redirected
from hotline.simulator.call.leg import Leg, spoken_s
from hotline.simulator.call.progress import answer, parameters
from hotline.simulator.transport import Answer
from hotline.simulator.twiml.parse import Element, TwimlError, read_voice
from hotline.simulator.twiml.tables import WAIT_VERBS, WHISPER_VERBS
from hotline.simulator.webhooks import WebhookFailed

APPLICATION_ERROR: Final = "We're sorry, an application error has occurred. Goodbye."
Mode = Literal["call", "whisper", "wait"]
_DOES_NOT_ANSWER: Final = frozenset({"Reject", "Pause", "Redirect"})
_MOST_DOCUMENTS: Final = 500  # a call that redirects for ever must end


@dataclass(frozen=True, slots=True)
class Go:
    """The next document is to be had here."""

    url: str
    method: str = "POST"
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs, and the address they came from (empty for TwiML sent inline by REST)."""

    verbs: tuple[Element, ...]
    base: str


class Finish(Enum):
    """How the documents of a run ended."""

    ENDED = auto()
    HANGUP = auto()
    LEFT = auto()
    REJECTED = auto()
    BUSY = auto()


Step = Go | Finish | None
Verb = Callable[["Run", Element], Awaitable[Step]]


@dataclass(slots=True)
class Run:
    """One course of documents on a leg. `always` is added to every request of this run."""

    leg: Leg
    verbs: Mapping[str, Verb]
    mode: Mode = "call"
    fallback_url: str = ""
    always: tuple[tuple[str, str], ...] = ()
    base: str = ""
    farewell: list[Go] = field(default_factory=list)

    def resolve(self, url: str) -> str:
        """An address in the current document. Raises TwimlError 15004 for a relative one in inline TwiML."""
        found = urljoin(self.base, url) if self.base else url
        if urlsplit(found).scheme not in {"http", "https"}:
            raise TwimlError(15004, "a relative URL in TwiML without an address", found)
        return found

    def go(self, verb: Element, *extra: tuple[str, str]) -> Go:
        """The request that a verb's `action` asks for; without an action the current document's address."""
        return Go(self.resolve(verb.get("action", self.base)), verb.get("method", "POST"), extra)


async def perform(run: Run, start: Go | Document) -> Finish:
    """Run to the end. Raises CallEnded, and TakenFromLine while waiting."""
    step: Go | Document = start
    for _ in range(_MOST_DOCUMENTS):
        try:
            document = await _fetch(run, step) if isinstance(step, Go) else step
            result = await _walk(run, document)
        except TwimlError as error:
            fallback = _complain(run, error)
            if fallback is None:
                return await _say_application_error(run)
            step = fallback
            continue
        except CallRedirected as redirect:
            if run.mode != "call":
                raise
            step = redirected(redirect.event)
            continue
        if isinstance(result, Finish):
            return result
        step = result
    _complain(run, TwimlError(12400, "too many documents in one call"))
    return Finish.HANGUP


def redirected(event: Redirected) -> Go | Document:
    """Where REST sends a live call: an address, or TwiML sent along."""
    if event.url:
        return Go(event.url, event.method)
    answer_ = Answer(200, "text/xml", event.twiml)
    return Document(read_voice(answer_), "")


async def _fetch(run: Run, go: Go) -> Document:
    """Get a document. Raises TwimlError with the address of what failed."""
    form = [*parameters(run.leg), *run.always, *go.extra]
    try:
        found = await run.leg.carrier.webhooks.call(go.url, form, go.method)
        verbs = read_voice(found)
    except WebhookFailed as error:
        raise TwimlError(error.code, error.reason, go.url) from None
    except TwimlError as error:
        raise TwimlError(error.code, error.message, go.url) from None
    run.leg.check()
    return Document(verbs, go.url.partition("#")[0])


async def _walk(run: Run, document: Document) -> Go | Finish:
    run.base = document.base
    _check_verbs(run, document)
    for verb in document.verbs:
        leg = run.leg
        waits_to_answer = verb.tag == "Dial" and verb.get("answerOnBridge") == "true"
        if verb.tag not in _DOES_NOT_ANSWER and not waits_to_answer:
            answer(leg)
        leg.check()
        step = await run.verbs[verb.tag](run, verb)
        if step is not None:
            return step
    return Finish.ENDED


def _check_verbs(run: Run, document: Document) -> None:
    for place, verb in enumerate(document.verbs):
        if run.mode == "whisper" and verb.tag not in WHISPER_VERBS:
            code = 13201 if verb.tag == "Dial" else 12200
            raise TwimlError(code, f"<{verb.tag}> in a document for the called party", document.base)
        if run.mode == "wait" and verb.tag not in WAIT_VERBS:
            raise TwimlError(12200, f"<{verb.tag}> in a waiting document", document.base)
        if verb.tag == "Reject" and (place > 0 or run.leg.answered_at_s is not None):
            raise TwimlError(12200, "<Reject> is not the first verb", document.base)


def _complain(run: Run, error: TwimlError) -> Go | None:
    """Record the error; the fallback address is asked once."""
    leg = run.leg
    leg.carrier.error(error.code, error.message, error.url or run.base, leg.sid)
    if not run.fallback_url:
        return None
    url, run.fallback_url = run.fallback_url, ""
    extra = (("ErrorCode", str(error.code)), ("ErrorUrl", error.url or run.base))
    return Go(url, "POST", extra)


async def _say_application_error(run: Run) -> Finish:
    answer(run.leg)
    run.leg.hear("say", APPLICATION_ERROR, "en-US")
    await run.leg.listen(spoken_s(APPLICATION_ERROR))
    return Finish.HANGUP
