"""The quick way to PostgreSQL for turns: open connections at hand, each statement its own transaction.

Beside SQLAlchemy's engine and for one use only: checking a connection out of its pool and describing a
result again each time costs more than the two statements of a turn themselves (benchmarks/README.md).
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine

from hotline.store.database import DatabaseAway, connect_arguments

DriverConnection = psycopg.Connection[Any]


def driver_of(db: Connection) -> DriverConnection:
    """The driver's connection inside a transaction of SQLAlchemy's, so that both see the same."""
    driver: DriverConnection = db.connection.driver_connection  # type: ignore[assignment]
    return driver


class Quick:
    """Connections of one database; as many as are used at once, opened when first needed."""

    def __init__(self, engine: Engine) -> None:
        _, arguments = engine.dialect.create_connect_args(engine.url)
        self._arguments = {**arguments, **connect_arguments(), "autocommit": True, "prepare_threshold": 2}
        self._idle: deque[DriverConnection] = deque()

    @contextmanager
    def connection(self) -> Iterator[DriverConnection]:
        """A connection. Raises DatabaseAway; every idle one is dropped then, for the server is gone."""
        try:
            held = self._take()
            try:
                yield held
            except BaseException:
                if held.closed or held.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    held.close()
                raise
            finally:
                if not held.closed:
                    self._idle.append(held)
        except psycopg.OperationalError as fault:
            self.close()
            raise DatabaseAway(type(fault).__name__) from None

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> DriverConnection:
        try:
            return self._idle.pop()
        except IndexError:
            return psycopg.connect(**self._arguments)
