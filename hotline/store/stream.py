"""The stream of receipts in Redis: what came in stays until it is in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import ResponseError

from hotline.domain.timing import USUAL, Timing
from hotline.store.receipts import Receipt, read_fields

STREAM: Final = "hotline:receipts"
GROUP: Final = "drain"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `receipt` is None when it cannot be read and is only to be acknowledged."""

    id: bytes
    receipt: Receipt | None


class ReceiptStream:
    """A consumer's end. Every method raises redis.exceptions.RedisError when Redis is away."""

    def __init__(self, redis: Redis, consumer: str, timing: Timing = USUAL) -> None:
        self._abandoned_ms = int(timing.abandoned_s * 1000)
        self._redis = redis
        self._consumer = consumer
        self._next_abandoned = b"0-0"

    def append(self, receipt: Receipt) -> None:
        fields = cast(dict[Any, Any], receipt.fields())
        self._redis.xadd(STREAM, fields)

    def read(self, count: int, wait_ms: int) -> list[Entry]:
        """Entries nobody has read, waiting a little for the first."""
        found: Any = self._grouped(
            lambda: self._redis.xreadgroup(GROUP, self._consumer, {STREAM: ">"}, count, block=wait_ms or None)
        )
        return _entries(found[0][1]) if found else []

    def abandoned(self, count: int) -> list[Entry]:
        """Entries that another consumer read and never acknowledged: it was ended in between."""
        found: Any = self._grouped(
            lambda: self._redis.xautoclaim(
                STREAM, GROUP, self._consumer, self._abandoned_ms, self._next_abandoned, count
            )
        )
        self._next_abandoned = found[0]
        return _entries(found[1])

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        """After the commit: these are in the database."""
        ids = [entry.id for entry in entries]
        if ids:
            with self._redis.pipeline(transaction=True) as both:
                both.xack(STREAM, GROUP, *ids)
                both.xdel(STREAM, *ids)
                both.execute()

    def length(self) -> int:
        return int(cast(Any, self._redis.xlen(STREAM)))

    def _grouped(self, ask: Any) -> Any:
        """Ask as a member of the group; a Redis that was wiped has none, then it is made anew."""
        try:
            return ask()
        except ResponseError as fault:
            if "NOGROUP" not in str(fault):
                raise
        try:
            self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as fault:
            if "BUSYGROUP" not in str(fault):
                raise
        return ask()


async def append_async(redis: AsyncRedis, receipt: Receipt) -> None:
    """Append from the webhook's event loop. Raises redis.exceptions.RedisError."""
    await redis.xadd(STREAM, cast(dict[Any, Any], receipt.fields()))


def _entries(raw: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
    return [Entry(entry_id, read_fields(fields) if fields else None) for entry_id, fields in raw]
