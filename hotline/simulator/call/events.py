"""What can happen to a leg while it waits, and how a leg's course is broken off."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.simulator.call.leg import Leg


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The person said something (typed on the page)."""

    text: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    by_machine: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    pass


@dataclass(frozen=True, slots=True)
class HungUp:
    """The line is gone: the person hung up, or the carrier ended the leg."""

    by_carrier: bool = False


@dataclass(frozen=True, slots=True)
class Redirected:
    """POST Calls/{sid} with a new document."""

    url: str
    method: str
    twiml: bytes = b""


@dataclass(frozen=True, slots=True)
class ChildPickedUp:
    leg: "Leg"


@dataclass(frozen=True, slots=True)
class ChildReady:
    """The whisper ended well: the leg may be joined."""

    leg: "Leg"


@dataclass(frozen=True, slots=True)
class ChildGone:
    leg: "Leg"


@dataclass(frozen=True, slots=True)
class Joined:
    """You are now talking with this leg."""

    other: "Leg"


@dataclass(frozen=True, slots=True)
class PartnerGone:
    who: "Leg"


@dataclass(frozen=True, slots=True)
class Dequeued:
    """Somebody takes you out of the waiting line."""

    by: "Leg"
    url: str
    method: str
    base: str


Event = (
    Key | Spoken | PickedUp | Declined | HungUp | Redirected | ChildPickedUp | ChildReady | ChildGone
    | Joined | PartnerGone | Dequeued
)  # fmt: skip


class CallEnded(Exception):
    """The line is gone."""


class CallRedirected(Exception):
    """The customer sent the call elsewhere."""

    def __init__(self, event: Redirected) -> None:
        super().__init__()
        self.event = event


class TakenFromLine(Exception):
    """Dequeued while listening to the waiting document."""

    def __init__(self, event: Dequeued) -> None:
        super().__init__()
        self.event = event
