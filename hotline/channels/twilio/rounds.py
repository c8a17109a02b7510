"""One batch on its way: as many requests at once as may be in flight, until the gate closes."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from hotline.channels.twilio.wire import Begin
from hotline.domain.outcome import NotBegun, Outcome, Unknown
from hotline.domain.ports import Gate

LOOK_S: Final = 0.1  # a gate that closes is seen after so long
_CUT_OFF: Final = Unknown("CancelledError")

# Place in the batch, and what to ask once a place in flight is there.
Ask = Callable[[int, Begin], Awaitable[Outcome]]


class Round:
    """Each request is asked once; whatever breaks on the way leaves us not knowing. For one event loop."""

    def __init__(self, count: int, ask: Ask, gate: Gate | None) -> None:
        self._outcomes: list[Outcome] = [_CUT_OFF] * count
        self._waiting = iter(range(count))
        self._ask = ask
        self._gate = gate
        self._turns: list[asyncio.Task[Any] | None] = [None] * count  # whose turn each is
        self._has_begun = bytearray(count)
        self._renewing = asyncio.Lock()

    async def run(self, at_once: int) -> list[Outcome]:
        """Outcomes in order, when each has one: a task for every request would cost more than turns."""
        turns = (self._take_turns() for _ in range(min(len(self._outcomes), at_once)))
        under_way = asyncio.gather(*turns, return_exceptions=True)
        try:
            if self._gate:
                await self._watch(self._gate, under_way)
            await under_way
        finally:
            under_way.cancel()
        return self._outcomes

    async def _take_turns(self) -> None:
        turn = asyncio.current_task()
        for place in self._waiting:
            self._turns[place] = turn
            try:
                self._outcomes[place] = await self._ask(place, partial(self._begins, place))
            except Exception as fault:
                self._outcomes[place] = Unknown(type(fault).__name__)

    async def _begins(self, place: int) -> bool:
        if self._gate and not await self._may_begin(self._gate, place):
            return False
        self._has_begun[place] = True
        return True

    async def _may_begin(self, gate: Gate, place: int) -> bool:
        if gate.is_closed:
            return False
        if gate.may_begin(place):
            return True
        async with self._renewing:  # one draws for all: the others look whether that was enough
            if gate.is_closed:
                return False
            loop = asyncio.get_running_loop()
            return gate.may_begin(place) or await loop.run_in_executor(None, gate.renew, place)

    async def _watch(self, gate: Gate, under_way: "asyncio.Future[Any]") -> None:
        while not gate.is_closed:
            done, _ = await asyncio.wait({under_way}, timeout=LOOK_S)
            if done:
                return
        await self._hold_back(gate)

    async def _hold_back(self, gate: Gate) -> None:
        """What has not begun will not; what has is heard to its end."""
        for _ in self._waiting:  # no turn takes another
            pass
        left = [place for place, outcome in enumerate(self._outcomes) if self._is_left(place, outcome)]
        for place in left:
            turn = self._turns[place]
            if (
                turn and self._outcomes[place] is _CUT_OFF
            ):  # it waits for its place in flight, or for the gate
                turn.cancel()
            self._outcomes[place] = NotBegun()
        if left:
            await asyncio.get_running_loop().run_in_executor(None, gate.left, left)

    def _is_left(self, place: int, outcome: Outcome) -> bool:
        return isinstance(outcome, NotBegun) or (outcome is _CUT_OFF and not self._has_begun[place])
