"""The same request twice is done once: what was answered the first time is answered again, for a day."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from hotline.operations.line import Line
from hotline.store import idempotency
from hotline.store.database import transaction

KEPT: Final = timedelta(hours=24)
FORGOTTEN_AT_ONCE: Final = 100
LONGEST_KEY: Final = 128


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nobody asked this before: do it, then `keep` the answer, or `drop` the claim if nothing was done."""

    row_id: int


@dataclass(frozen=True, slots=True)
class Answered:
    """It was done: this is what was answered."""

    status: int
    media_type: str
    body: bytes


# other: the key was used for another request. underway: the first is being worked on, or was lost.
Claim = Fresh | Answered | Literal["other", "underway"]


def claim(line: Line, api_key_id: int, asked: str, request: bytes, now: datetime) -> Claim:
    """Take a request up under the key that its sender gave it.

    `request` is everything that makes it the same: method, path and body. Two at once: one of them works.
    """
    asked_hash, body_hash = sha256(asked.encode()).hexdigest(), sha256(request).hexdigest()
    with transaction(line.database) as db:
        idempotency.forget(db, now - KEPT, FORGOTTEN_AT_ONCE)
        row_id = idempotency.claim(db, api_key_id, asked_hash, body_hash, now)
        if row_id is not None:
            return Fresh(row_id)
        kept = idempotency.find(db, line.keyring, api_key_id, asked_hash)
    if kept is None:
        return "underway"
    if kept.body_hash != body_hash:
        return "other"
    return _read(kept.answer) if kept.answer is not None else "underway"


def keep(line: Line, row_id: int, answer: Answered) -> None:
    written = json.dumps([answer.status, answer.media_type, answer.body.decode()])
    with transaction(line.database) as db:
        idempotency.keep(db, line.keyring, row_id, written)


def drop(line: Line, row_id: int) -> None:
    """Nothing was done: the same key may be used again."""
    with transaction(line.database) as db:
        idempotency.drop(db, row_id)


def _read(written: str) -> Answered:
    status, media_type, body = json.loads(written)
    return Answered(status, media_type, body.encode())
