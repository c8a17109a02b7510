"""Refusals that came while the database was away: sealed in Redis until they are in the database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from hotline.domain.language import Channel
from hotline.domain.phone import PhoneNumber
from hotline.flow.opting import Refusal
from hotline.store.sealing import CannotOpen, Keyring

STREAM: Final = "hotline:refusals"
READ: Final = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody refused alerts: in which words, over which number of ours, and when."""

    sid: str
    channel: Channel
    contact: PhoneNumber
    to: str
    words: str
    refusal: Refusal
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry; `refused` is None when no key of ours opens it."""

    id: bytes
    sid: str
    refused: Refused | None


def sealed(keyring: Keyring, refused: Refused) -> dict[bytes, bytes]:
    """The fields of an entry: the carrier's sid, and the rest sealed for it."""
    content = {
        "channel": refused.channel,
        "contact": refused.contact.e164,
        "to": refused.to,
        "words": refused.words,
        "refusal": refused.refusal,
        "at": refused.at.isoformat(),
    }
    return {b"sid": refused.sid.encode(), b"ct": keyring.seal(json.dumps(content), _place(refused.sid))}


async def keep_async(redis: AsyncRedis, keyring: Keyring, refused: Refused) -> None:
    """Keep it, from the webhook's event loop. Raises redis.exceptions.RedisError."""
    await redis.xadd(STREAM, cast(dict[Any, Any], sealed(keyring, refused)))


class Spool:
    """The other end. Every method raises redis.exceptions.RedisError when Redis is away."""

    def __init__(self, redis: Redis, keyring: Keyring) -> None:
        self._redis = redis
        self._keyring = keyring

    def keep(self, refused: Refused) -> None:
        self._redis.xadd(STREAM, cast(dict[Any, Any], sealed(self._keyring, refused)))

    def read(self) -> list[Kept]:
        """The oldest; they stay until `forget`."""
        found: Any = self._redis.xrange(STREAM, count=READ)
        return [_opened(self._keyring, entry_id, fields) for entry_id, fields in found]

    def forget(self, kept: Sequence[Kept]) -> None:
        """After the commit: these are in the database."""
        if kept:
            self._redis.xdel(STREAM, *(one.id for one in kept))

    def length(self) -> int:
        return int(cast(Any, self._redis.xlen(STREAM)))


def _opened(keyring: Keyring, entry_id: bytes, fields: dict[bytes, bytes]) -> Kept:
    sid = fields[b"sid"].decode()
    try:
        content = json.loads(keyring.open(fields[b"ct"], _place(sid)))
    except CannotOpen:
        return Kept(entry_id, sid, None)
    return Kept(
        entry_id,
        sid,
        Refused(
            sid,
            content["channel"],
            PhoneNumber(content["contact"]),
            content["to"],
            content["words"],
            content["refusal"],
            datetime.fromisoformat(content["at"]),
        ),
    )


def _place(sid: str) -> str:
    return f"spool.refusal.{sid}"
