"""What operations ask of the outside, as ports: who answers is decided in bootstrap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline.domain.outcome import Outcome
from hotline.domain.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text to send. `key` stands in its callback address (`m123` a message, `d7.45` a delivery).

    `sender` is one of our numbers or a messaging service; None lets the channel take the first.
    `valid_s` bounds how long the carrier may hold it (1 to 36,000 seconds).
    """

    key: str
    to: PhoneNumber
    body: str
    sender: str | None = None
    valid_s: int | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ring:
    """One call to place: when it is answered, the carrier asks `path` (below our public address).

    `waits_for_machine`: it first finds out who answered, and waits for the end of a machine's greeting.
    """

    to: PhoneNumber
    path: str
    status_path: str
    timeout_s: int = 20
    waits_for_machine: bool = False


@dataclass(frozen=True, slots=True)
class CarrierMessage:
    """A message as the carrier's own list shows it."""

    sid: str
    to: str
    sender: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime
    direction: str


class Gate(Protocol):
    """What whoever asks for a batch still has to say when the turn of a request comes.

    Asked from the sender's own thread; a place is the request's in the batch, from 0.
    """

    @property
    def is_closed(self) -> bool:
        """Nothing more of the batch is begun."""

    def may_begin(self, place: int) -> bool:
        """May it go now? False: `renew` may help. Asked right before it goes; takes no time."""

    def renew(self, place: int) -> bool:
        """May it go now, with what it needs got anew? May wait for another machine; never raises."""

    def left(self, places: Sequence[int]) -> None:
        """These will not be begun (`NotBegun`): told once, while others are still under way. Never raises."""


class Sender(Protocol):
    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> Sequence[Outcome]:
        """Send many at once and return when each has an outcome, in order. Never raises for one."""


class Caller(Protocol):
    def ring(self, ring: Ring) -> Outcome:
        """Place one call."""

    def ring_all(self, rings: Sequence[Ring], gate: Gate | None = None) -> Sequence[Outcome]:
        """Place many at once and return when each has an outcome, in order. Never raises for one."""


class Records(Protocol):
    """The carrier's copies of what passed through it."""

    def messages_with(self, number: PhoneNumber) -> Iterable[CarrierMessage]:
        """Every message from or to a number, newest first. Raises CarrierUnreachable."""

    def message(self, sid: str) -> CarrierMessage | None:
        """One message, None when the carrier has none. Raises CarrierUnreachable."""

    def sent_to(self, number: PhoneNumber, since: datetime) -> Iterable[CarrierMessage]:
        """What was sent to a number since a time. Raises CarrierUnreachable."""

    def sent_since(self, since: datetime) -> Iterable[CarrierMessage]:
        """What was sent to anybody since a time, as far as it has left the carrier: what is not here may
        still wait there. Raises CarrierUnreachable."""

    def called(self, number: PhoneNumber, since: datetime) -> Iterable[CarrierMessage]:
        """Calls that we placed to a number since a time; they have no body. Raises CarrierUnreachable."""

    def call(self, sid: str) -> CarrierMessage | None:
        """One call, None when the carrier has none. Raises CarrierUnreachable."""

    def delete_message(self, sid: str) -> bool:
        """Delete one message and its media; False when the carrier says: not yet (20009)."""

    def delete_recording(self, sid: str) -> bool:
        """Delete one recording; True also when it is gone already."""

    def delete_call(self, sid: str) -> bool:
        """Delete the record of one call."""

    def recording_audio(self, sid: str) -> bytes:
        """Fetch the audio (mp3) of a recording. Raises CarrierUnreachable."""

    def picture(self, address: str) -> bytes:
        """Fetch what came with a message, from the carrier alone. Raises CarrierUnreachable."""


class Queue(Protocol):
    """Wake-ups. Losing one loses seconds: sweepers find the work in the database."""

    def wake(self, job: str, identifier: int | None = None) -> None:
        """Ask a worker to look. Never raises: a queue that is away is counted and left to sweepers."""

    def is_ready(self) -> bool:
        """Does the queue take wake-ups now?"""


class CarrierUnreachable(Exception):
    """The carrier did not answer, or answered that it cannot now."""
