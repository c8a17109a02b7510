"""Who works for the network at this moment: a snapshot at hand, never a question in a turn."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy import text as sql

from hotline.domain.person import Roster
from hotline.store import people
from hotline.store.database import DatabaseAway, transaction
from hotline.store.sealing import Keyring

LOOK_MS: Final = 2000
REFRESH_S: Final = 3.0  # on and off reach every process within five seconds

_log = structlog.get_logger()


class Board:
    """Gives the roster of this moment, and looks again every few seconds.

    One thread looks at a time, the others go on with what is known; a database that is away leaves the
    last roster standing. A line without any dispatcher works, and says so in the log.
    """

    def __init__(self, database: Engine, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._looking = threading.Lock()
        self._looked_at: datetime | None = None
        self._roster: Roster | None = None
        self._was_told = False

    def __call__(self) -> Roster:
        """Raises DatabaseAway only as long as nothing was ever read."""
        now = self._clock()
        if self._roster and self._looked_at and abs((now - self._looked_at).total_seconds()) < REFRESH_S:
            return self._roster
        if self._looking.acquire(blocking=self._roster is None):
            try:
                self._look(now)
            finally:
                self._looking.release()
        assert self._roster is not None
        return self._roster

    def _look(self, now: datetime) -> None:
        try:
            with transaction(self._database) as db:
                db.execute(sql(f"SET LOCAL statement_timeout = {LOOK_MS}"))
                found = people.active(db, self._keyring)
        except DatabaseAway:
            self._looked_at = now  # what is known stands until the next look
            if self._roster is None:
                raise
            return
        if self._roster is None or self._roster.people != found:
            self._roster = Roster(found)
        self._looked_at = now
        self._tell_of_nobody()

    def _tell_of_nobody(self) -> None:
        is_nobody = self._roster is not None and not self._roster.with_role("dispatcher")
        if is_nobody and not self._was_told:
            _log.warning("people.no_dispatcher", mend="hotline people add NAME NUMBER --role dispatcher")
        self._was_told = is_nobody
