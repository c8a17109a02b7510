"""Play a whole conversation from YAML against the engine: every reply and effect must be the one written.

A turn is one of `says` (a text), `presses` (keys), `does` (`arrives`, `is silent`, `hangs up`, `is answered`,
`is not answered`, `records RE1 12`), with `media` and `carrier` (what the carrier answered already).
`hears` lists replies as `text.language`; `effects` lists what must be remembered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from hotline.domain.language import Channel
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.input import Arrived, DialEnded, Digits, HungUp, Input, Recording, Silence, Text
from hotline.flow.session import Session, Turn
from hotline.settings import ROOT
from tests.flow.shipped import FLOW
from tests.transcripts.naming import LIBRARY

PLACES: Final = {"90033": "Los Angeles 90033", "90015": "Los Angeles 90015"}
EVENTS: Final[dict[str, Input]] = {
    "arrives": Arrived(),
    "is silent": Silence(),
    "hangs up": HungUp(),
    "is answered": DialEnded(was_bridged=True),
    "is not answered": DialEnded(was_bridged=False),
}


@dataclass(frozen=True)
class Transcript:
    """`session` is where the contact stands at first, `facts` what differs from an open line."""

    name: str
    channel: Channel
    turns: list[dict[str, Any]]
    session: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def transcripts() -> Iterator[Transcript]:
    """Every conversation in this folder."""
    for path in sorted((ROOT / "tests" / "transcripts").glob("*.yaml")):
        for page in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader):
            name = f"{path.stem}: {page['name']}"
            facts = {fact: value == "true" for fact, value in page.get("facts", {}).items()}
            yield Transcript(name, page["channel"], page["turns"], page.get("session", {}), facts)


def play(transcript: Transcript, is_serialised: bool) -> Iterator[tuple[dict[str, Any], Turn]]:
    """Each turn as written, and what came of it; the session may pass through JSON in between."""
    session = Session.model_validate({"channel": transcript.channel, **transcript.session})
    facts = Facts(code="K7Q2", area=PLACES["90033"], place_of=PLACES.get, **transcript.facts)
    for written in transcript.turns:
        turn = advance(FLOW, LIBRARY, session, event_of(written), facts)
        session = turn.session
        if is_serialised:
            session = Session.model_validate_json(session.model_dump_json())
        yield written, turn


def event_of(written: dict[str, Any]) -> Input:
    if "says" in written:
        return Text(written["says"], tuple(written.get("media", ())), written.get("carrier"))
    if "presses" in written:
        return Digits(written["presses"])
    if written["does"].startswith("records "):
        _, sid, seconds = written["does"].split(" ")
        return Recording(sid, int(seconds))
    return EVENTS[written["does"]]
