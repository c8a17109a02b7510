"""A batch under way: what the gate holds back is told at once, what has begun is heard to its end."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.channels.twilio.sender import TwilioSender
from hotline.channels.twilio.wire import Wire
from hotline.domain.outcome import Accepted, NotBegun, Outcome
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Outgoing
from tests.channels.forms import CALLER, LINE, MESSAGE
from tests.channels.standin import Act, Asked, accepts, standing_in

PUBLIC = "https://line.example.org"
WITHIN_S = 20.0


@dataclass
class Door:
    """A gate that does as it is told to, and remembers what it was asked."""

    is_closed: bool = False
    is_fresh: bool = True
    renews: bool = True
    renewed: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)

    def may_begin(self, place: int) -> bool:
        return self.is_fresh

    def renew(self, place: int) -> bool:
        self.renewed.append(place)
        self.is_fresh = self.renews
        self.is_closed = not self.renews
        return self.renews

    def left(self, places: Sequence[int]) -> None:
        self.returned += places
        self.told.set()


@dataclass
class Held:
    """A carrier that keeps its answers until it is let go."""

    waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.StreamWriter]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def act(self, _: Asked) -> Act:
        return self.hold

    def hold(self, writer: asyncio.StreamWriter) -> None:
        self.waiting.append((asyncio.get_running_loop(), writer))
        self.came.release()

    def let_go(self) -> None:
        for loop, writer in self.waiting:
            loop.call_soon_threadsafe(accepts(), writer)


def batch(count: int) -> list[Outgoing]:
    return [Outgoing(f"m{place}", PhoneNumber(CALLER), "Hola") for place in range(count)]


def test_who_closes_the_gate_is_told_at_once_what_has_not_begun() -> None:
    held, door, outcomes = Held(), Door(), list[Outcome]()
    with standing_in(act=held.act) as carrier:
        sender = TwilioSender(Wire(carrier.account, max_in_flight=2), (LINE,), PUBLIC)
        thread = threading.Thread(target=lambda: outcomes.extend(sender.send(batch(6), door)))
        thread.start()
        assert held.came.acquire(timeout=WITHIN_S)
        assert held.came.acquire(timeout=WITHIN_S)
        door.is_closed = True
        assert door.told.wait(WITHIN_S)
        assert thread.is_alive()  # two are still under way
        held.let_go()
        thread.join(WITHIN_S)
        sender.close()
    assert door.returned == [2, 3, 4, 5]
    assert outcomes == [Accepted(MESSAGE)] * 2 + [NotBegun()] * 4
    assert len(carrier.asked) == 2


def test_a_grant_that_has_aged_is_renewed_before_anything_goes() -> None:
    door = Door(is_fresh=False)
    with standing_in(accepts()) as carrier:
        sender = TwilioSender(Wire(carrier.account), (LINE,), PUBLIC)
        assert sender.send(batch(5), door) == [Accepted(MESSAGE)] * 5
        sender.close()
    assert len(door.renewed) == 1  # one drew for all


def test_what_cannot_be_renewed_never_leaves_us() -> None:
    door = Door(is_fresh=False, renews=False)
    with standing_in(accepts()) as carrier:
        sender = TwilioSender(Wire(carrier.account), (LINE,), PUBLIC)
        assert sender.send(batch(5), door) == [NotBegun()] * 5
        sender.close()
    assert carrier.asked == []


def test_whoever_waits_for_a_place_in_flight_can_be_held_back_again_and_again() -> None:
    with standing_in(accepts()) as carrier:
        sender = TwilioSender(Wire(carrier.account, max_in_flight=3), (LINE,), PUBLIC)
        for _ in range(3):
            assert sender.send(batch(9), Door(is_closed=True)) == [NotBegun()] * 9
        assert sender.send(batch(9), Door()) == [Accepted(MESSAGE)] * 9
        sender.close()
    assert len(carrier.asked) == 9
