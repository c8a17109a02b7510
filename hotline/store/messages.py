"""Messages: every text that is no delivery of a broadcast, in or out, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from hotline.domain.phone import PhoneNumber
from hotline.store.sealing import Keyring
from hotline.store.tables import message
from hotline.store.turns import Words


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A text of ours, opened for sending."""

    id: int
    to: PhoneNumber
    body: str
    attempt: int
    ends_at: datetime | None


def body_place(message_id: int) -> str:
    return f"message.body.{message_id}"


def phone_place(message_id: int) -> str:
    return f"message.phone.{message_id}"


def media_place(message_id: int) -> str:
    return f"message.media.{message_id}"


def enqueue(
    db: Connection,
    keyring: Keyring,
    to: PhoneNumber,
    contact_id: int | None,
    body: str,
    kind: str,
    segments: int,
    now: datetime,
    ends_at: datetime | None = None,
) -> int:
    """Write a text that a worker will send. Returns its id; wake the sender after the commit."""
    row_id = int(db.execute(text("SELECT nextval('message_id_seq')")).scalar_one())
    db.execute(
        message.insert().values(
            id=row_id,
            direction="out",
            kind=kind,
            contact_id=contact_id,
            phone_ct=keyring.seal(to.e164, phone_place(row_id)),
            body_ct=keyring.seal(body, body_place(row_id)),
            status="pending",
            segments=segments,
            created_at=now,
            ends_at=ends_at,
        )
    )
    return row_id


def words_of(
    keyring: Keyring, message_id: int, body: str, media: Sequence[str], segments: Sequence[int]
) -> Words:
    """What to keep of a text that came in; the wording of its answers is kept once, with the turn."""
    return Words(
        keyring.seal(body, body_place(message_id)),
        keyring.seal("\n".join(media), media_place(message_id)) if media else None,
        tuple(segments),
    )


def erase_before(db: Connection, before: datetime, limit: int) -> list[str]:
    """Delete old messages in bounded steps; returns the carrier sids that must go there too."""
    rows = db.execute(
        text(
            "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE created_at < :before"
            " ORDER BY id LIMIT :limit) RETURNING sid"
        ),
        {"before": before, "limit": limit},
    )
    return [row.sid for row in rows if row.sid]
