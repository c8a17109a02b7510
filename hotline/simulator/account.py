"""Everything that exists at the carrier: messages, calls, recordings, media, phones, errors."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from hotline.simulator.media import Shelf
from hotline.simulator.message import Message
from hotline.simulator.optout import BlockList
from hotline.simulator.rates import SenderQueue

if TYPE_CHECKING:
    from hotline.simulator.call.leg import Leg
    from hotline.simulator.call.queue import WaitingLine

# What a phone does when it rings: wait for its owner, be picked up by a voicemail box, be picked up at once,
# be busy, ring out, or not exist.
Behaviour = Literal["manual", "voicemail", "answer", "busy", "unreachable", "failed"]


@dataclass(slots=True)
class Phone:
    """A pretend phone. `leg` is the call it is in or that makes it ring."""

    number: str
    name: str
    language: str
    behaviour: Behaviour = "manual"
    leg: "Leg | None" = None
    last_leg: "Leg | None" = None
    version: int = 0


@dataclass(slots=True)
class Recording:
    """What was recorded. `words` stands for the sound: what the person pretended to say."""

    sid: str
    call_sid: str
    source: str
    started_at: datetime
    status: str = "processing"
    duration_s: int = 0
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST Messages, whatever became of it: `outcome` is the sid, an error code or a fault."""

    at: float
    to: str
    outcome: str
    body: str = ""


class Account:
    """The state of the pretend world; knows nothing of time or network."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311  ids, repeatable by seed
        self.messages: dict[str, Message] = {}
        self.by_person: defaultdict[str, list[Message]] = defaultdict(list)
        self.media = Shelf()
        self.calls: dict[str, Leg] = {}
        self.recordings: dict[str, Recording] = {}
        self.lines: dict[str, WaitingLine] = {}
        self.phones: dict[str, Phone] = {}
        self.blocks = BlockList()
        self.senders: dict[str, SenderQueue] = {}
        self.sticky: dict[tuple[str, str], str] = {}
        self.attempts: list[Attempt] = []
        self.errors: list[dict[str, Any]] = []
        self.callbacks: Counter[str] = Counter()
        self.replies: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def new_sid(self, prefix: str) -> str:
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def choose(self, senders: tuple[str, ...]) -> str:
        return self._random.choice(senders)

    def keep(self, message: Message) -> None:
        self.messages[message.sid] = message
        self.by_person[message.person].append(message)

    def phone(self, number: str) -> Phone:
        """The phone with this number; it exists from the first time anyone asks."""
        found = self.phones.get(number)
        if found is None:
            found = self.phones[number] = Phone(number, f"…{number[-4:]}", "es")
        return found

    def error(self, at: datetime, code: int, message: str, url: str = "", sid: str = "") -> None:
        """What a customer would find in Twilio's debugger."""
        self.errors.append({"at": at.isoformat(), "code": code, "message": message, "url": url, "sid": sid})
