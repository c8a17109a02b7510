"""Who did what, when: kept apart from what it was about."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from hotline.store.tables import audit


def record(
    db: Connection, actor: str, act: str, subject: str, now: datetime, details: dict[str, Any] | None = None
) -> None:
    """Write one line. `details` carry ids and codes, never a number or a text."""
    db.execute(
        insert(audit).values(actor=actor, act=act, subject=subject, details=details or {}, created_at=now)
    )
