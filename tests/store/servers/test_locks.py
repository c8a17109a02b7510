import os
from pathlib import Path

import pytest

from hotline.store.servers.children import Child
from hotline.store.servers.locks import FileLock, is_held


def test_a_lock_is_held_by_one_until_it_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = FileLock.take(path)
    assert first is not None
    assert is_held(path)
    assert FileLock.take(path) is None

    first.close()

    assert not is_held(path)
    second = FileLock.take(path)
    assert second is not None
    second.close()


def test_a_lock_file_that_somebody_left_behind_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(f'{{"pid": {os.getpid()}}}')

    assert not is_held(path)
    with FileLock.take(path) or pytest.fail("a stale file shut us out"):
        assert is_held(path)


def test_a_missing_file_is_not_held_and_is_not_made_by_looking(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()


def test_a_child_that_inherits_the_lock_holds_it_for_its_life(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = FileLock.take(path)
    assert lock is not None
    with lock:
        child = Child.start("child", ["/bin/sleep", "60"], inherited=(lock.descriptor,))
    assert is_held(path)

    child.stop()

    assert not is_held(path)


def test_a_link_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic"):
        FileLock.take(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()
