import subprocess

import pytest

from hotline.store.servers.binaries import find_postgres, find_redis
from hotline.store.servers.errors import BinariesMissing


def _version_of(program: object) -> str:
    return subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout


def test_the_newest_postgresql_of_the_wheel_is_found() -> None:
    found = find_postgres()

    assert f"(PostgreSQL) {found.version}." in _version_of(found.postgres)
    assert found.version >= 18
    assert all(path.is_file() for path in (found.initdb, found.psql, found.pg_dump, found.pg_restore))


def test_data_of_an_earlier_version_gets_the_program_that_wrote_it() -> None:
    assert "(PostgreSQL) 16." in _version_of(find_postgres(16).postgres)


def test_a_version_that_the_wheel_does_not_bring_is_an_error_with_advice() -> None:
    with pytest.raises(BinariesMissing, match=r"PostgreSQL 12 .* HOTLINE_DATABASE_URL"):
        find_postgres(12)


def test_redis_of_the_wheel_has_the_commands_of_6_2() -> None:
    assert "v=6.2" in _version_of(find_redis())


def test_a_missing_wheel_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(BinariesMissing, match="make setup"):
        find_redis()
    with pytest.raises(BinariesMissing, match="make setup"):
        find_postgres()
