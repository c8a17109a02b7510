"""How many requests may be on their way at once: fewer when the carrier says too many, then more again."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

CALM_S: Final = 1.0  # refusals within this time are one event; so long without one earns one more place
BEGIN: Final = 20


class InFlight:
    """Additive increase, multiplicative decrease, as `async with`. For one event loop.

    The carrier's cap is per account and unpublished (error 20429): it is found by asking.
    `clock` gives seconds that only grow.
    """

    def __init__(self, most: int, clock: Callable[[], float], begin: int = BEGIN) -> None:
        self.most = most
        self.limit = min(most, begin)
        self.busy = 0
        self._clock = clock
        self._halved_at = -CALM_S + clock()
        self._calm_since = clock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> Self:
        while self.busy >= self.limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._pass_on(turn)
                raise
        self.busy += 1
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.busy -= 1
        self._wake()

    def heard(self, *, too_many: bool, retry_after_s: float = 0.0) -> None:
        """The carrier answered: that we ask too much at once (429), or anything else.

        When it says how long to wait, no place is earned before.
        """
        now = self._clock()
        if too_many:
            self._halve(now, max(0.0, retry_after_s))
        elif now - self._calm_since >= CALM_S and self.limit < self.most:
            self.limit += 1
            self._calm_since = now

    def _halve(self, now: float, retry_after_s: float) -> None:
        self._calm_since = max(self._calm_since, now + retry_after_s)
        if now - self._halved_at >= CALM_S:
            self.limit = max(1, self.limit // 2)
            self._halved_at = now

    def _wake(self) -> None:
        free = self.limit - self.busy
        while self._waiting and free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def _pass_on(self, turn: asyncio.Future[None]) -> None:
        """Someone woken is cancelled: the place goes to the next one."""
        if turn.done() and not turn.cancelled():
            self._wake()
