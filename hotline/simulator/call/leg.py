"""One leg: the line between the carrier and one person's phone, with all that person heard on it."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from hotline.simulator.call.events import (
    CallEnded,
    CallRedirected,
    Dequeued,
    Event,
    HungUp,
    Redirected,
    TakenFromLine,
)
from hotline.simulator.carrier import Carrier
from hotline.simulator.message import rfc2822
from hotline.simulator.numbers import formatted

Direction = Literal["inbound", "outbound-api", "outbound-dial"]
FINAL: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
WORDS_A_SECOND: Final = 2.6


@dataclass(frozen=True, slots=True)
class Heard:
    """A line of what happened on this leg, as its person would tell it.

    `kind`: say, play, beep, tone, ringing, waiting, person (the other side), me, key, note.
    """

    at: float
    kind: str
    text: str
    language: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """Where progress of this leg is told, and which of it."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(slots=True, eq=False)
class Leg:
    """A call resource and its line. `phone` is the person's number, `status` Twilio's word."""

    carrier: Carrier
    sid: str
    from_: str
    to: str
    phone: str
    direction: Direction
    status: str
    created_at: datetime
    callback: Callback = Callback()
    parent_sid: str | None = None
    fallback_url: str = ""
    answered_by: str | None = None
    by_machine: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    answered_at_s: float | None = None
    ended_at_s: float | None = None
    queue_time_s: int = 0
    sequence: int = 0
    is_listed: bool = True
    in_a_talk: bool = False
    heard: list[Heard] = field(default_factory=list)
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)  # callbacks of a leg keep their order
    _inbox: deque[Event] = field(default_factory=deque)
    _waiting: "asyncio.Future[None] | None" = None
    _is_gone: bool = False

    @property
    def is_over(self) -> bool:
        return self.status in FINAL

    def post(self, event: Event) -> None:
        """Something happens; whoever waits on the leg wakes."""
        if isinstance(event, HungUp):
            self._is_gone = True
        self._inbox.append(event)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def check(self) -> None:
        """Raises CallEnded when the line is gone, CallRedirected and TakenFromLine when that is pending."""
        if self._is_gone:
            raise CallEnded
        for event in tuple(self._inbox):
            if isinstance(event, Redirected):
                self._inbox.remove(event)
                raise CallRedirected(event)
            if isinstance(event, Dequeued):
                self._inbox.remove(event)
                raise TakenFromLine(event)

    async def next_event(self, timeout_s: float | None) -> Event | None:
        """The next event, or None when the time is over. Raises what `check` raises."""
        self.check()
        if not self._inbox:
            await self._wait(timeout_s)
            self.check()
        return self._inbox.popleft() if self._inbox else None

    async def _wait(self, timeout_s: float | None) -> None:
        waiting = self._waiting = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not waiting.done():
                waiting.set_result(None)

        timer = None if timeout_s is None else self.carrier.clock.call_later(timeout_s, wake)
        try:
            await waiting
        finally:
            self._waiting = None
            if timer is not None:
                timer.cancel()

    async def listen(self, duration_s: float) -> None:
        """Let time pass on the line; keys pressed meanwhile are lost, as they are at Twilio."""
        until = self.carrier.seconds() + duration_s
        while (left := until - self.carrier.seconds()) > 0:
            await self.next_event(left)

    def hear(self, kind: str, text: str, language: str = "", voice: str = "") -> None:
        self.heard.append(Heard(self.carrier.seconds(), kind, text, language, voice))
        self.carrier.changed(self.phone)

    def duration_s(self) -> int:
        """Seconds since the pick-up, rounded up."""
        if self.answered_at_s is None:
            return 0
        end = self.carrier.seconds() if self.ended_at_s is None else self.ended_at_s
        return max(0, -int(-(end - self.answered_at_s) // 1))

    def to_json(self) -> dict[str, Any]:
        """Twilio's `call` resource."""
        account = self.carrier.config.account_sid
        root = f"/2010-04-01/Accounts/{account}/Calls/{self.sid}"
        parts = ["Notifications", "Recordings", "Payments", "Events", "Siprec", "Streams", "Transcriptions"]
        return {
            "account_sid": account,
            "answered_by": self.answered_by,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.ended_at or self.started_at or self.created_at),
            "direction": self.direction,
            "duration": str(self.duration_s()) if self.is_over else None,
            "end_time": rfc2822(self.ended_at),
            "forwarded_from": None,
            "from": self.from_,
            "from_formatted": formatted(self.from_),
            "group_sid": None,
            "parent_call_sid": self.parent_sid,
            "phone_number_sid": "PN" + self.carrier.config.account_sid[2:],
            "price": None,
            "price_unit": "USD",
            "queue_time": str(self.queue_time_s * 1000),
            "sid": self.sid,
            "start_time": rfc2822(self.started_at),
            "status": self.status,
            "subresource_uris": {part.lower(): f"{root}/{part}.json" for part in parts},
            "to": self.to,
            "to_formatted": formatted(self.to),
            "trunk_sid": None,
            "uri": f"{root}.json",
        }


def spoken_s(text: str) -> float:
    """How long a sentence takes to say."""
    return max(0.5, len(text.split()) / WORDS_A_SECOND)
