"""Before an alert ends its author is told once: renew it, correct it or say that it is over."""

from datetime import datetime, timedelta
from typing import Final

from hotline.operations.line import Line
from hotline.operations.telling import tell
from hotline.store import alerts, audit
from hotline.store.database import transaction

REMIND_BEFORE: Final = timedelta(minutes=15)

# In English; the catalogs in `locales/` say them in other languages.
ENDING: Final = (
    "Alert {CODE} ends in {MINUTES} min. In the console: update it, correct it or send the all-clear."
    " If nobody does, everyone who got it is told that it has ended."
)


def remind_authors(line: Line, now: datetime) -> int:
    """Text whoever wrote an alert that ends soon; how many were. Who left the network is not reminded:
    then whoever released it is."""
    with transaction(line.database) as db:
        ending = alerts.ending(db, line.keyring, now, now + REMIND_BEFORE)
        roster = line.people()
        for of in ending:
            person = roster.named(of.author) or roster.named(of.releaser or "")
            minutes = max(1, round((of.ends_at - now).total_seconds() / 60))
            tell(line, db, [person] if person else [], ENDING, now, CODE=of.code, MINUTES=str(minutes))
            alerts.reminded(db, of.id, now)
            audit.record(db, "system", "alert.remind", of.code, now)
    if ending:
        line.queue.wake("messages")
    return len(ending)
