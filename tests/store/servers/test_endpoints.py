from pathlib import Path

import pytest

from hotline.store.servers.account import own_account
from hotline.store.servers.datadir import lock_data_directory, settle
from hotline.store.servers.endpoints import connect_info
from hotline.store.servers.errors import DataDirectoryUnusable
from hotline.store.servers.supervisor import Supervisor
from tests.store.servers.servers import ROOT, exit_code_as


def test_running_servers_are_found_by_their_data_directory(running: Supervisor) -> None:
    assert connect_info(running.data_dir) == running.endpoints


def test_nothing_runs_where_nothing_was_ever_started(tmp_path: Path) -> None:
    assert connect_info(tmp_path) is None
    assert connect_info(tmp_path / "missing") is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_left_behind_is_not_taken_for_running(tmp_path: Path) -> None:
    settle(tmp_path, own_account(), lambda _: None)
    lock_data_directory(tmp_path, lambda _: None).close()

    assert connect_info(tmp_path) is None


def test_a_supervisor_that_is_not_ready_in_time_is_not_running(tmp_path: Path) -> None:
    settle(tmp_path, own_account(), lambda _: None)
    with lock_data_directory(tmp_path, lambda _: None):
        pauses: list[float] = []
        assert connect_info(tmp_path, within_s=0, pause=pauses.append) is None


@ROOT
def test_another_user_gets_a_sentence(running: Supervisor) -> None:
    def look() -> None:
        with pytest.raises(DataDirectoryUnusable, match="start as its owner"):
            connect_info(running.data_dir)

    assert exit_code_as(1, look) == 0
