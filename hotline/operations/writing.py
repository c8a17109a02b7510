"""Write a text of ours to be sent by a worker."""

from datetime import datetime

from sqlalchemy import Connection

from hotline.domain.phone import PhoneNumber
from hotline.domain.sms import measure
from hotline.operations.line import Line
from hotline.store import messages


def write_text(
    line: Line,
    db: Connection,
    to: PhoneNumber,
    contact_id: int | None,
    wording: str,
    kind: str,
    now: datetime,
    ends_at: datetime | None = None,
) -> int:
    """Write one text; the caller wakes `messages` after the commit. Returns the message's id."""
    return messages.enqueue(
        db, line.keyring, to, contact_id, wording, kind, measure(wording).segments, now, ends_at
    )
