import errno
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from hotline.store.servers import datadir
from hotline.store.servers.account import Account, can_enter, own_account, servers_account
from hotline.store.servers.datadir import (
    LINE_LOCK_NAME,
    hold_line,
    lock_data_directory,
    make_room,
    open_data_directory,
    remembered_place,
    require_no_line,
    settle,
    unusable,
)
from hotline.store.servers.errors import AlreadyRunning, DataDirectoryUnusable
from tests.store.servers.servers import ROOT, exit_code_as


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_directory_is_private_and_its_parents_stay_as_they_were(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    parent.chmod(0o751)

    directory = open_data_directory(parent / "data", own_account())

    assert _mode(directory) == 0o700
    assert _mode(parent) == 0o751


@ROOT
def test_as_root_the_servers_user_may_pass_through_it_and_nobody_else_may(data_directory: Path) -> None:
    account = servers_account()

    directory = open_data_directory(data_directory, account)

    assert (directory.stat().st_uid, directory.stat().st_gid) == (0, account.gid)
    assert _mode(directory) == 0o710
    assert can_enter(account, directory)
    assert exit_code_as(1, lambda: os.stat(directory / "anything")) == 1


def test_a_directory_with_other_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    tmp_path.chmod(0o755)

    for _ in range(2):
        open_data_directory(tmp_path, own_account())
        lock_data_directory(tmp_path, lambda _: None).close()

    assert _mode(tmp_path) == 0o755


def test_a_directory_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    tmp_path.chmod(0o777)

    with pytest.raises(DataDirectoryUnusable, match="chmod go-w"):
        open_data_directory(tmp_path, own_account())


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(DataDirectoryUnusable, match="is a file"):
        open_data_directory(tmp_path / "data", own_account())


@ROOT
def test_a_directory_of_somebody_else_is_refused_by_name(tmp_path: Path) -> None:
    os.chown(tmp_path, servers_account().uid, -1)

    with pytest.raises(DataDirectoryUnusable, match="belongs to nobody, and you are root"):
        open_data_directory(tmp_path, own_account())


@pytest.mark.parametrize(
    ("number", "helps"),
    [
        (errno.ENOSPC, "full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "start as its owner"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_system_refuses_becomes_a_sentence(number: int, helps: str) -> None:
    assert helps in str(unusable(Path("/data"), OSError(number, os.strerror(number))))


def test_a_full_disk_is_noticed_before_a_database_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=7 * 2**20)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)

    with pytest.raises(DataDirectoryUnusable, match="Only 7 MB are free"):
        settle(tmp_path, own_account(), lambda _: None)


def test_a_busy_lock_says_who_and_what_to_do(tmp_path: Path) -> None:
    lock = lock_data_directory(tmp_path, lambda _: None)

    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, since 20.*HOTLINE_DATA_DIR"):
        lock_data_directory(tmp_path, lambda _: None)
    lock.close()
    lock_data_directory(tmp_path, lambda _: None).close()


def test_the_note_in_a_lock_file_is_never_believed(tmp_path: Path) -> None:
    (tmp_path / "supervisor.lock").write_text('{"pid": 1, "started_at": "2020-01-01T00:00:00+00:00"}')

    lock_data_directory(tmp_path, lambda _: None).close()


def test_a_whole_line_is_held_apart_from_the_servers_and_leaves_word_of_itself(tmp_path: Path) -> None:
    with lock_data_directory(tmp_path, lambda _: None):
        require_no_line(tmp_path)
        with hold_line(tmp_path, "demo", "http://127.0.0.1:8001", lambda _: None):
            with pytest.raises(AlreadyRunning) as looked:
                require_no_line(tmp_path)
            with pytest.raises(AlreadyRunning) as tried:
                hold_line(tmp_path, "serve", "http://127.0.0.1:8000", lambda _: None)
        require_no_line(tmp_path)
    for taken in (looked.value, tried.value):
        assert taken.directory == tmp_path
        assert taken.holder is not None
        assert (taken.holder.pid, taken.holder.command) == (os.getpid(), "demo")
        assert taken.holder.url == "http://127.0.0.1:8001"


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": "many"}'])
def test_a_lock_without_a_readable_note_is_held_all_the_same(tmp_path: Path, note: str) -> None:
    with hold_line(tmp_path, "demo", "", lambda _: None):
        (tmp_path / LINE_LOCK_NAME).write_text(note)
        with pytest.raises(AlreadyRunning) as taken:
            require_no_line(tmp_path)
    assert taken.value.holder is None


def test_other_commands_find_what_was_settled(tmp_path: Path) -> None:
    place = settle(tmp_path, own_account(), lambda _: None)

    assert remembered_place(tmp_path) == place


def test_a_copied_directory_does_not_share_its_originals_sockets(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.mkdir()
    settle(original, own_account(), lambda _: None)
    shutil.copytree(original, tmp_path / "copy")

    assert remembered_place(tmp_path / "copy") is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"asked": 1}', json.dumps({"asked": "/"})])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    (tmp_path / "servers.json").write_text(content)

    assert remembered_place(tmp_path) is None


@ROOT
def test_data_that_the_user_cannot_reach_goes_to_a_private_place_and_stays_there(
    tmp_path: Path, data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = servers_account()
    tmp_path.chmod(0o700)
    data_directory.mkdir()
    data_directory.chmod(0o711)
    monkeypatch.setattr(datadir, "REACHABLE_HOMES", (data_directory,))
    directory = open_data_directory(tmp_path / "data", account)
    said: list[str] = []

    first = settle(directory, account, said.append)
    second = settle(directory, account, said.append)

    assert first == second
    assert first.home.parent == data_directory
    assert (first.home.stat().st_uid, _mode(first.home)) == (0, 0o710)
    assert len(said) == 1
    assert str(first.home) in said[0]
    assert _mode(tmp_path) == 0o700, "no door was opened"


@ROOT
def test_data_of_another_account_is_not_silently_left_behind(data_directory: Path) -> None:
    nobody = servers_account()
    directory = open_data_directory(data_directory, nobody)
    (directory / "postgres").mkdir()
    daemon = Account(1, 1, "daemon")

    with pytest.raises(DataDirectoryUnusable, match="cannot reach the data"):
        settle(directory, daemon, lambda _: None)


@ROOT
def test_a_folder_of_another_user_is_refused_with_the_command_that_gives_it_over(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    os.chown(folder, 1, 1)

    with pytest.raises(DataDirectoryUnusable, match=rf"chown -R nobody {folder}"):
        make_room(folder, servers_account())
