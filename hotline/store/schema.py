"""Bring a database to the newest tables, once, whoever asks at the same time."""

import time
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from hotline.store.database import Contended, transaction
from hotline.store.tables import metadata

_FOLDER: Final = Path(__file__).parent / "migrations"
# Whoever waits for a table holds up all who come after, and a deadlock (looked for after 1 s) could end a
# turn or a batch in our place: give way before that, and come again.
_WAIT_MS: Final = 400
_AGAIN_S: Final = 0.5
_TRIES: Final = 120
_ONE_AT_A_TIME: Final = 4_684_554  # an advisory lock of ours: HOTLI on a keypad


def migrate(engine: Engine) -> None:
    """Run what is missing, while the version before may be at work on the same tables.

    Raises DatabaseAway, and Contended when the tables were never free in all these tries.
    """
    for _ in range(_TRIES - 1):
        try:
            return _migrate(engine)
        except Contended:
            time.sleep(_AGAIN_S)
    return _migrate(engine)


def _migrate(engine: Engine) -> None:
    with transaction(engine) as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        db.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{_WAIT_MS}ms"})
        command.upgrade(_config(db), "head")


def has_tables(db: Connection) -> bool:
    """Was this database ever migrated?"""
    return bool(db.scalar(text("SELECT to_regclass('setting_mark') IS NOT NULL")))


def differences(db: Connection) -> list[str]:
    """What the database has that the tables do not say, or the other way round."""
    found = compare_metadata(MigrationContext.configure(db), metadata)
    return [repr(difference) for difference in found]


def add_revision(db: Connection, message: str, revision: str) -> None:
    """Write a new revision from the difference between the tables and this database (for developers)."""
    command.revision(_config(db), message, autogenerate=True, rev_id=revision)


def _config(db: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = db
    return config
