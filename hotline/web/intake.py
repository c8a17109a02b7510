"""Take in receipts at the rate of sending: appended to Redis, or to the database when Redis is away."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from hotline.store.receipts import Receipt
from hotline.store.stream import append_async

TIMEOUT_S = 1.0


class Intake:
    """One of the three places that are async, because so many receipts arrive at once."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)

    async def append(self, receipt: Receipt) -> bool:
        """Keep a receipt in Redis; False when Redis is away and it must go to the database now."""
        try:
            await append_async(self._redis, receipt)
        except RedisError:
            return False
        return True

    async def close(self) -> None:
        await self._redis.aclose()
