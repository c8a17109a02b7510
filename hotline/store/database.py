"""The way to PostgreSQL: one engine for each use, and transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 6000  # inside the 10 s in which a webhook answers
# A host that is cut off in a transaction holds its rows until the server misses it: by itself after two hours
# (tcp_keepalives_idle), or never when it stands still. No lease helps where a row is locked.
_LETS_GO: Final = {
    "idle_in_transaction_session_timeout": 30_000,
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 2,
}


class DatabaseAway(Exception):
    """PostgreSQL cannot be reached, or gave up in the middle."""


class Contended(Exception):
    """Another transaction got in the way; everything was undone, and may be tried again."""


CONTENTION: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.LockNotAvailable,
)


def open_database(url: str, size: int = 10, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """An engine with a pool of its own. Connects only when used."""
    return create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_recycle=1800,
        pool_pre_ping=False,
        hide_parameters=True,  # what is bound may be personal, and faults are logged
        connect_args=connect_arguments(statement_timeout_ms),
    )


def connect_arguments(statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> dict[str, Any]:
    """What every connection of ours is opened with."""
    options = {**_LETS_GO, "statement_timeout": statement_timeout_ms, "timezone": "UTC"}
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "hotline",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 10_000,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction. Raises DatabaseAway when the server is gone; the pool is made fresh then."""
    with _reached(engine), engine.begin() as db:
        yield db


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    """One connection for several transactions of its own. Raises DatabaseAway as `transaction` does."""
    with _reached(engine), engine.connect() as db:
        yield db


@contextmanager
def _reached(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        if isinstance(fault.orig, CONTENTION):
            raise Contended(type(fault.orig).__name__) from None
        if isinstance(fault, OperationalError) or fault.connection_invalidated:
            engine.dispose()
            raise DatabaseAway(type(fault.orig).__name__) from None
        raise
    except (*CONTENTION, psycopg.errors.IntegrityError) as fault:  # from statements on the driver itself
        raise Contended(type(fault).__name__) from None
    except psycopg.OperationalError as fault:
        engine.dispose()
        raise DatabaseAway(type(fault).__name__) from None


def is_ready(engine: Engine) -> bool:
    """Does the database answer?"""
    try:
        with transaction(engine) as db:
            return bool(db.scalar(text("SELECT true")))
    except DatabaseAway:
        return False
