"""Has Redis forgotten what it held? Then what it may have lost is fetched from the carrier."""

import secrets
from typing import Final, cast

from redis import Redis

from hotline.operations.line import Line
from hotline.store import marks, receipts
from hotline.store.database import transaction

_KEY: Final = "hotline:memory"
_MARK: Final = "redis_memory"


def was_wiped(line: Line, redis: Redis) -> bool:
    """Is this another Redis than the one last seen, or the same with its memory gone?

    Told once to one of all who ask; what was reported on lately is then asked for again. Raises
    DatabaseAway and redis.exceptions.RedisError.
    """
    redis.set(_KEY, secrets.token_hex(8), nx=True)
    run_id = redis.info("server")["run_id"]
    token = cast(bytes, redis.get(_KEY) or b"").decode()
    with transaction(line.database) as db:
        known = marks.read(db, _MARK)
        seen = f"{run_id}/{token}"
        if known == seen or not marks.put(db, _MARK, seen, line.clock()) or known is None:
            return False
        receipts.doubt(db, line.timing.fetch_after, line.clock())
    return True
