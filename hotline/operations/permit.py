"""What a batch may still send: segments granted a moment ago, and drawn anew once they have aged."""

import threading
import time
from collections.abc import Callable
from typing import Final

from hotline.store.rates import Rates

# What was granted and lay about would go out beside what is granted now: together more than the rate. So it
# is good for so long. What is older is forfeit and drawn anew: given back, it would be granted once more, and
# all that had lain about would still arrive at once. Its time has passed, the rate of now loses nothing.
FRESH_S: Final = 0.25


class Permit:
    """The segments of one batch of one sender. Any thread may use it.

    It is closed when the process was asked to stop, or when nothing could be drawn anew: what has not begun
    then waits in the database, where something more urgent may overtake it.
    """

    def __init__(
        self,
        rates: Rates,
        sender: str,
        segments: int,
        granted_at: float,
        stopping: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`segments` were granted at `granted_at`, by `monotonic`."""
        self._rates = rates
        self._sender = sender
        self._left = segments
        self._wanted = segments
        self._granted_at = granted_at
        self._stopping = stopping
        self._monotonic = monotonic
        self._is_refused = False
        self._lock = threading.Lock()

    @property
    def is_stopping(self) -> bool:
        """Was the process asked to stop?"""
        return self._stopping.is_set()

    @property
    def is_closed(self) -> bool:
        return self._is_refused or self._stopping.is_set()

    def spend(self, segments: int) -> bool:
        """Are so many left, and granted a moment ago? Then they are spent."""
        with self._lock:
            if self._left < segments or not self._is_fresh:
                return False
            self._left -= segments
            self._wanted -= segments
            return True

    def renew(self, segments: int) -> bool:
        """Draw anew and spend; False closes it."""
        with self._lock:
            if self._is_fresh:
                self._rates.give_back(self._sender, self._left)
            grant = self._rates.take(self._sender, segments, max(segments, self._wanted))
            self._left, self._granted_at = grant.segments, self._monotonic()
            self._is_refused = self._left < segments
        return self.spend(segments)

    def needs(self, segments: int) -> None:
        """The batch has so many: the rest goes back, what is missing is owed."""
        with self._lock:
            unused = self._left - segments
            if unused < 0 or self._is_fresh:
                self._rates.give_back(self._sender, unused)
            self._left = self._wanted = segments

    def give_back(self, segments: int) -> None:
        """So many of the batch are not sent after all."""
        with self._lock:
            back = min(self._left, segments)
            self._left -= back
            self._wanted -= segments
            if self._is_fresh:
                self._rates.give_back(self._sender, back)

    @property
    def _is_fresh(self) -> bool:
        return self._monotonic() - self._granted_at <= FRESH_S
