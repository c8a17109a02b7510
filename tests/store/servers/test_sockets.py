import os
import socket
from pathlib import Path

import pytest

from hotline.store.servers.account import servers_account
from hotline.store.servers.errors import DataDirectoryUnusable
from hotline.store.servers.sockets import (
    POSTGRES_SOCKET,
    is_short_enough,
    listener,
    usable_socket_directory,
)


def _home(path: Path) -> Path:
    path.mkdir(parents=True)
    path.chmod(0o711)
    return path


def test_a_short_data_directory_keeps_its_sockets_inside(data_directory: Path) -> None:
    home = _home(data_directory)

    chosen = usable_socket_directory(home, servers_account(), None)

    assert chosen == home / "run"
    assert chosen.stat().st_mode & 0o777 == 0o700
    assert chosen.stat().st_uid == servers_account().uid


def test_a_long_one_gets_a_private_directory_elsewhere_and_keeps_it(data_directory: Path) -> None:
    home = _home(data_directory / ("x" * 120))

    chosen = usable_socket_directory(home, servers_account(), None)
    try:
        assert is_short_enough(chosen)
        assert not chosen.is_relative_to(home)
        assert chosen.stat().st_mode & 0o777 == 0o700
        assert usable_socket_directory(home, servers_account(), chosen) == chosen
    finally:
        chosen.rmdir()


def test_a_remembered_directory_that_others_may_enter_is_not_used_again(data_directory: Path) -> None:
    home = _home(data_directory / ("x" * 120))
    opened = _home(data_directory / "opened")

    chosen = usable_socket_directory(home, servers_account(), opened)
    chosen.rmdir()

    assert chosen != opened


def test_a_long_path_is_measured_in_bytes_not_letters() -> None:
    letters = 103 - len(POSTGRES_SOCKET) - 2

    assert is_short_enough(Path("/" + "n" * letters))
    assert not is_short_enough(Path("/" + "n" * (letters + 1)))
    assert not is_short_enough(Path("/" + "ñ" * letters))


def test_without_a_short_place_the_sentence_says_what_to_set(
    data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _home(data_directory / ("x" * 120))
    monkeypatch.setattr("hotline.store.servers.sockets._short_parents", lambda: iter([home]))

    with pytest.raises(DataDirectoryUnusable, match="TMPDIR"):
        usable_socket_directory(home, servers_account(), None)
    assert list(home.iterdir()) == []


def test_the_kernel_names_who_listens(data_directory: Path) -> None:
    path = _home(data_directory) / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert listener(path) == os.getpid()


def test_a_socket_file_that_was_left_behind_is_nobody(data_directory: Path) -> None:
    path = _home(data_directory) / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))

    assert path.exists()
    assert listener(path) is None
    assert listener(path.with_name("missing")) is None
