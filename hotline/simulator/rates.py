"""How fast a sender may send: segments a second, a queue in front, and an end to the queue."""

from dataclasses import dataclass


class QueueFull(Exception):
    """The sender has as many segments waiting as the carrier keeps (21611)."""


@dataclass(slots=True)
class SenderQueue:
    """A sender's line. Rate in segments a second, 0 for no limit; `room_s` how long the queue may get."""

    rate: float
    room_s: float
    free_at: float = 0.0

    def reserve(self, segments: int, now: float) -> float:
        """Take a place; gives the second at which the message leaves. Raises QueueFull."""
        if self.rate <= 0:
            return now
        leaves_at = max(now, self.free_at)
        if leaves_at - now >= self.room_s:
            raise QueueFull
        self.free_at = leaves_at + segments / self.rate
        return leaves_at

    def waiting_s(self, now: float) -> float:
        return max(0.0, self.free_at - now)
