import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.store.servers.account import can_run, servers_account
from hotline.store.servers.binaries import PostgresBinaries, find_postgres, find_redis
from hotline.store.servers.copies import reachable_postgres, reachable_redis
from hotline.store.servers.datadir import temporary_data_directory
from hotline.store.servers.errors import BinariesMissing
from tests.store.servers.servers import ROOT

pytestmark = ROOT


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that everybody may pass, for copies."""
    with temporary_data_directory() as path:
        yield path


def _behind_a_closed_door(tmp_path: Path, program: Path) -> Path:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    return Path(shutil.copy(program, closed / program.name))


def _postgres_behind_a_closed_door(tmp_path: Path) -> PostgresBinaries:
    original = find_postgres()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for path in original.needed():
        target = closed / path.relative_to(original.site)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return PostgresBinaries(original.version, closed / original.install.relative_to(original.site))


def test_programs_that_can_be_reached_are_used_where_they_are(place: Path) -> None:
    nobody = servers_account()
    program = find_redis()
    place.mkdir()
    reachable = Path(shutil.copy(program, place / program.name))

    assert reachable_redis(reachable, nobody, pytest.fail, [place]) == reachable


def test_programs_behind_a_closed_door_are_copied_once(tmp_path: Path, place: Path) -> None:
    nobody = servers_account()
    program = _behind_a_closed_door(tmp_path, find_redis())
    said: list[str] = []

    first = reachable_redis(program, nobody, said.append, [place])
    second = reachable_redis(program, nobody, said.append, [place])

    assert first == second
    assert len(said) == 1
    assert can_run(nobody, first)
    assert first.stat().st_uid == 0
    assert not first.stat().st_mode & 0o022
    assert program.parent.stat().st_mode & 0o777 == 0o700, "no door was opened"


def test_a_whole_postgresql_can_be_copied_and_makes_a_database(tmp_path: Path, place: Path) -> None:
    nobody = servers_account()
    binaries = _postgres_behind_a_closed_door(tmp_path)

    copied = reachable_postgres(binaries, nobody, lambda _: None, [place])

    assert copied.install != binaries.install
    assert can_run(nobody, copied.postgres)
    assert can_run(nobody, copied.initdb), "its libraries came along"


def test_a_copy_that_somebody_changed_is_made_again(tmp_path: Path, place: Path) -> None:
    nobody = servers_account()
    program = _behind_a_closed_door(tmp_path, find_redis())
    copied = reachable_redis(program, nobody, lambda _: None, [place])
    copied.write_bytes(b"something else")

    again = reachable_redis(program, nobody, lambda _: None, [place])

    assert again == copied
    assert again.read_bytes() == program.read_bytes()


def test_a_copy_that_others_may_write_to_is_made_again(tmp_path: Path, place: Path) -> None:
    nobody = servers_account()
    program = _behind_a_closed_door(tmp_path, find_redis())
    reachable_redis(program, nobody, lambda _: None, [place]).chmod(0o777)

    assert not reachable_redis(program, nobody, lambda _: None, [place]).stat().st_mode & 0o022


def test_a_place_that_belongs_to_others_is_not_used(tmp_path: Path, place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    program = _behind_a_closed_door(tmp_path, find_redis())

    with pytest.raises(BinariesMissing, match="cannot reach"):
        reachable_redis(program, servers_account(), lambda _: None, [place])
    assert list(place.iterdir()) == []
