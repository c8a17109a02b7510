"""How other commands find the servers of a data directory: by connecting, never by believing a file."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hotline.store.servers import postgres, redis
from hotline.store.servers.datadir import LOCK_NAME, remembered_place, unusable
from hotline.store.servers.locks import is_held

_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the embedded servers answer."""

    database_url: str
    redis_url: str


def endpoints_in(sockets: Path) -> Endpoints:
    """The endpoints of the servers behind a socket directory."""
    return Endpoints(postgres.database_url(sockets), redis.redis_url(sockets))


def connect_info(
    data_dir: Path, *, within_s: float = 10.0, pause: Callable[[float], None] = time.sleep
) -> Endpoints | None:
    """The servers of a running supervisor of this directory; None when no supervisor runs there.

    A supervisor that is still starting is waited for, at most `within_s`; None after that too.
    Raises DataDirectoryUnusable when the directory may not be looked at.
    """
    directory = data_dir.expanduser().absolute()
    until = time.monotonic() + within_s
    while is_supervised(directory):
        place = remembered_place(directory)
        if place and postgres.answers(place.sockets) and redis.answers(place.sockets):
            return endpoints_in(place.sockets)
        if time.monotonic() > until:
            return None
        pause(_POLL_S)
    return None


def is_supervised(data_dir: Path) -> bool:
    """Does a supervisor hold the directory now? Raises DataDirectoryUnusable."""
    directory = data_dir.expanduser().absolute()
    try:
        return is_held(directory / LOCK_NAME)
    except OSError as error:
        raise unusable(directory, error) from error
