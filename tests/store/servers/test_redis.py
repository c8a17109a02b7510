import contextlib

import pytest

from hotline.store.servers.supervisor import Supervisor
from tests.store.servers.servers import queue


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("unixsocketperm", "700"),
        ("appendonly", "yes"),
        ("save", ""),
        ("maxmemory-policy", "noeviction"),
        ("crash-log-enabled", "no"),
    ],
)
def test_settings_that_matter_are_in_force(running: Supervisor, name: str, value: str) -> None:
    with contextlib.closing(queue(running.endpoints)) as redis:
        assert redis.config_get(name) == {name: value}


def test_it_outlives_its_last_client(running: Supervisor) -> None:
    for _ in range(2):
        with contextlib.closing(queue(running.endpoints)) as redis:
            assert redis.ping()
