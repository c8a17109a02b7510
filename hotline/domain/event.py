"""Events: workshops, meetings and distributions that people are invited to."""

from datetime import datetime, timedelta
from typing import Final, Literal

# draft: only staff see it. confirmed: told to whoever asks. cancelled: told to nobody any more.
EventState = Literal["draft", "confirmed", "cancelled"]

EVENT_MOVES: Final[dict[EventState, frozenset[EventState]]] = {
    "draft": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"draft", "cancelled"}),
    "cancelled": frozenset(),
}

NAME_AT_MOST: Final = 60
PLACE_AT_MOST: Final = 80
NOTE_AT_MOST: Final = 300
CAPACITY_AT_MOST: Final = 100_000
LONGEST: Final = timedelta(days=3)


def may_move(before: EventState, after: EventState) -> bool:
    return after in EVENT_MOVES[before]


def is_over(ends_at: datetime, now: datetime) -> bool:
    return ends_at <= now
