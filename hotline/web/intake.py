"""What is taken in without the database: receipts at the rate of sending, and refusals while it is away."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from hotline.store.receipts import Receipt
from hotline.store.sealing import Keyring
from hotline.store.spool import Refused, keep_async
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

    async def keep(self, keyring: Keyring, refused: Refused) -> bool:
        """Keep a refusal, sealed; False when Redis is away too."""
        try:
            await keep_async(self._redis, keyring, refused)
        except RedisError:
            return False
        return True

    async def close(self) -> None:
        await self._redis.aclose()
