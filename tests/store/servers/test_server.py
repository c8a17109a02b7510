from pathlib import Path

from hotline.store.servers.account import own_account
from hotline.store.servers.redis import RedisServer
from hotline.store.servers.server import Spot


def _server(home: Path) -> RedisServer:
    return RedisServer(Spot(home, home, own_account()))


def test_a_servers_last_words_are_those_of_its_last_life(tmp_path: Path) -> None:
    (tmp_path / "redis.log").write_text("of an earlier life\n")
    server = _server(tmp_path)
    with server.open_log() as log:
        log.write(b"one\n\n two \n")

    assert server.last_lines() == ["one", "two"]


def test_a_large_log_is_set_aside_once_more(tmp_path: Path) -> None:
    (tmp_path / "redis.log").write_bytes(b"x" * (1024 * 1024 + 1))
    server = _server(tmp_path)
    server.open_log().close()

    assert (tmp_path / "redis.log").stat().st_size == 0
    assert (tmp_path / "redis.log.1").stat().st_size == 1024 * 1024 + 1
    assert (tmp_path / "redis.log").stat().st_mode & 0o777 == 0o600


def test_a_server_that_never_ran_has_no_last_words_and_stops_at_once(tmp_path: Path) -> None:
    server = _server(tmp_path)
    server.stop()

    assert server.last_lines() == []
    assert server.exit_code is None
    assert server.pid is None
