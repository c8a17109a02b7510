"""Data directories that the servers' account can reach, and one pair of servers for what only looks."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.store.servers.datadir import temporary_data_directory
from hotline.store.servers.supervisor import Supervisor


@pytest.fixture
def data_directory() -> Iterator[Path]:
    """A path for a data directory that does not exist yet."""
    with temporary_data_directory() as path:
        yield path


@pytest.fixture(scope="package")
def _original() -> Iterator[Path]:
    """A database as it is after the first run, made once."""
    with temporary_data_directory() as path:
        with Supervisor(path):
            pass
        yield path


@pytest.fixture
def used_directory(data_directory: Path, _original: Path) -> Path:
    """A data directory that a hotline has run on before."""
    subprocess.run(["cp", "-a", _original, data_directory], check=True)
    return data_directory


@pytest.fixture(scope="package")
def running() -> Iterator[Supervisor]:
    """Servers that tests look at and do not disturb."""
    with temporary_data_directory() as path, Supervisor(path) as supervisor:
        yield supervisor
