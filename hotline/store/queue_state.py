"""What waits in Redis, and who is there to do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from hotline.store.queue import ROLES, Role, waiting_at, workers_at
from hotline.store.stream import STREAM

LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Queues:
    """Wake-ups that wait and workers by role; receipts that are not in the database yet, and when the last
    one came in (None: none since Redis began)."""

    waiting: Mapping[Role, int]
    workers: Mapping[Role, int]
    receipts: int
    last_receipt_at: datetime | None


def look_at_queues(url: str) -> Queues | None:
    """Look over a connection of its own, for whoever looks now and then; None while Redis is away."""
    with Redis.from_url(url, socket_connect_timeout=LOOK_S, socket_timeout=LOOK_S) as redis:
        return read_queues(redis)


def read_queues(redis: Redis) -> Queues | None:
    """Look once; None while Redis is away."""
    try:
        receipts, last_at = _receipts(redis)
        return Queues(
            {role: waiting_at(redis, role) for role in ROLES},
            {role: workers_at(redis, role) for role in ROLES},
            receipts,
            last_at,
        )
    except RedisError:
        return None


def _receipts(redis: Redis) -> tuple[int, datetime | None]:
    """An entry's id begins with the milliseconds at which it was made."""
    try:
        about: dict[str, Any] = redis.xinfo_stream(STREAM)
    except ResponseError:  # no stream yet
        return 0, None
    made_ms = int(bytes(about["last-generated-id"]).partition(b"-")[0])
    return int(about["length"]), datetime.fromtimestamp(made_ms / 1000, UTC) if made_ms else None
