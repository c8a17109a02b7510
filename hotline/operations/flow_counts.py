"""How many conversations stand at each node and how many come in, hour by hour: counted beside the turns.

A turn only appends to a list in memory; every few seconds one statement adds what gathered to the
database. What a process counted in its last seconds is lost when it is killed: these are pictures for
people, and nothing is decided by them.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from sqlalchemy import Engine

from hotline.domain.language import CHANNELS, LANGUAGES, Channel, Language
from hotline.store import flow_counts
from hotline.store.database import DatabaseAway, transaction

MOST_KEPT: Final = 50_000  # where nobody flushes (a command, a worker) memory stays bounded
STANDING: Final = "stand:"
_LONGEST: Final = 64


class Move(NamedTuple):
    """One turn: from which node (and since when it was stood at) to which. `is_first`: of a call."""

    channel: Channel
    is_first: bool
    language: Language | None
    before: str | None
    before_at: datetime | None
    after: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class NodeCount:
    """`here` conversations stand at the node now, to the hour; `today` turns came to it."""

    here: int = 0
    today: int = 0


class FlowCounts:
    """What this process counted and has not written yet. Appending never waits."""

    def __init__(self) -> None:
        self._moves: deque[Move] = deque(maxlen=MOST_KEPT)

    def note(self, move: Move) -> None:
        self._moves.append(move)

    def put_back(self, moves: Iterable[Move]) -> None:
        self._moves.extend(moves)

    def take(self) -> list[Move]:
        """Everything so far, which is no longer here."""
        return [self._moves.popleft() for _ in range(len(self._moves))]


def amounts_of(moves: Iterable[Move], zone: tzinfo) -> Mapping[tuple[str, date], int]:
    """What to add to which count of which day; days and hours are the network's own."""
    found: Counter[tuple[str, date]] = Counter()
    for move in moves:
        at = move.at.astimezone(zone)
        if move.channel == "sms" or move.is_first:
            found[arrival_name(move.channel, move.language, at.hour), at.date()] += 1
        if move.after:
            found[node_name(move.after), at.date()] += 1
            found[_standing_name(move.after, at), at.date()] += 1
        if move.before and move.before_at:
            since = move.before_at.astimezone(zone)
            found[_standing_name(move.before, since), since.date()] -= 1
    return found


def flush(database: Engine, counts: FlowCounts, zone: tzinfo) -> int:
    """Write what was counted; returns how many turns. Raises DatabaseAway; they are kept then."""
    moves = counts.take()
    if moves:
        try:
            with transaction(database) as db:
                flow_counts.add_all(db, amounts_of(moves, zone))
        except DatabaseAway:
            counts.put_back(moves)
            raise
    return len(moves)


def sweep(database: Engine, now: datetime, zone: tzinfo) -> int:
    """Forget where conversations stood the day before yesterday and earlier."""
    with transaction(database) as db:
        return flow_counts.forget(db, STANDING, now.astimezone(zone).date() - timedelta(days=1))


def at_nodes(
    database: Engine, nodes: Iterable[str], session_hours: int, now: datetime, zone: tzinfo
) -> dict[str, NodeCount]:
    """The counts of nodes. A conversation nobody goes on with stops counting when it ends by itself."""
    here = now.astimezone(zone)
    hours = [(now - timedelta(hours=ago)).astimezone(zone) for ago in range(session_hours + 1)]
    wanted = list(nodes)
    standing = {node: {(_standing_name(node, hour), hour.date()) for hour in hours} for node in wanted}
    names = {node_name(node) for node in wanted} | {name for of in standing.values() for name, _ in of}
    with transaction(database) as db:
        found = flow_counts.read(db, names, min(hour.date() for hour in hours))
    return {
        node: NodeCount(
            max(0, sum(found.get(key, 0) for key in standing[node])),
            found.get((node_name(node), here.date()), 0),
        )
        for node in wanted
    }


def node_name(node: str) -> str:
    return f"node:{node}"[:_LONGEST]


def arrival_name(channel: Channel, language: Language | None, hour: int) -> str:
    return f"in:{channel}:{language or 'none'}:{hour:02}"


ARRIVALS: Final[dict[str, tuple[Channel, Language | None, int]]] = {
    arrival_name(channel, language, hour): (channel, language, hour)
    for channel in CHANNELS
    for language in (*LANGUAGES, None)
    for hour in range(24)
}


def _standing_name(node: str, at: datetime) -> str:
    return f"{STANDING}{at.hour:02}:{node}"[:_LONGEST]
