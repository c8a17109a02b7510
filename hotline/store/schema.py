"""Bring a database to the newest tables, once, whoever asks at the same time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from hotline.store.database import transaction
from hotline.store.tables import metadata

_FOLDER: Final = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME: Final = 4_684_554  # an advisory lock of ours: HOTLI on a keypad


def migrate(engine: Engine) -> None:
    """Run what is missing. Raises DatabaseAway."""
    with transaction(engine) as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
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
