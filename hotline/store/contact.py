"""Who draws from the shared buckets at this moment, as the database knows: who lost Redis alone sees it."""

from typing import Final

import structlog
from sqlalchemy import Engine, text

from hotline.store.database import Contended, DatabaseAway, transaction

_log = structlog.get_logger()

MARK: Final = "rates_drawn"
# Three times as long as whoever draws may be silent (hotline.store.rates.NOTE_EVERY_S): when nobody has said
# so for so long, all have lost Redis.
STALE_S: Final = 1.2

# By the database's clock, so that hosts whose clocks differ agree.
_NOTE: Final = text(
    "INSERT INTO setting_mark (name, value, changed_at) VALUES (:name, :who, clock_timestamp())"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at"
)
_OTHERS: Final = text(
    "SELECT EXISTS (SELECT FROM setting_mark WHERE name = :name AND value <> :who"
    " AND changed_at > clock_timestamp() - make_interval(secs => :stale))"
)


class DatabaseContact:
    """Implements hotline.store.rates.Contact. Never raises: a database that is away says nothing, and lets
    nothing be sent either."""

    def __init__(self, database: Engine, who: str) -> None:
        """`who` is this process, among all hosts."""
        self._database = database
        self._who = who

    def note(self) -> None:
        """We draw from the shared buckets."""
        try:
            with transaction(self._database) as db:
                db.execute(_NOTE, {"name": MARK, "who": self._who})
        except (DatabaseAway, Contended) as fault:
            _log.info("contact.not_noted", why=type(fault).__name__)

    def do_others_draw(self) -> bool:
        """Does another process draw from them, as of a moment ago?"""
        try:
            with transaction(self._database) as db:
                asked = {"name": MARK, "who": self._who, "stale": STALE_S}
                return bool(db.scalar(_OTHERS, asked))
        except (DatabaseAway, Contended):
            return False
