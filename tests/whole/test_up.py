"""`hotline up` and a `hotline serve` of its own as somebody runs them, and what a second one is told."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hotline.store.servers.datadir import temporary_data_directory
from tests.simulator.servers import free_port
from tests.whole.descendants import descendants, still_there
from tests.whole.program import BIN, Program, running

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(sys.platform != "linux", reason="optional: tells processes apart by /proc"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_data_directory() as data:
        yield data.parent


def hotline(folder: Path, name: str, *words: str) -> AbstractContextManager[Program]:
    given = {"HOTLINE_MODE": "demo", "HOTLINE_DATA_DIR": str(folder / "data"), "COLUMNS": "300"}
    return running([BIN / "hotline", *words], folder / f"{name}.log", given)


def is_refused(program: Program, words: str) -> None:
    assert program.ended() == 1
    assert words in program.said()
    assert len(program.said().strip().splitlines()) == 1


def test_several_share_the_servers_of_up_and_sigterm_ends_them_in_order(folder: Path) -> None:
    port = free_port()
    with hotline(folder, "up", "up") as up:
        up.until_it_says("PostgreSQL and Redis are up")
        with hotline(folder, "second", "up") as second:
            is_refused(second, "is in use by another `hotline up`, `serve` or `demo`")
        with hotline(folder, "serve", "serve", "--port", str(port)) as serve:
            serve.until_it_answers(f"http://127.0.0.1:{port}/health/ready")
        below = descendants(up.pid)
        up.child.stop()
        assert up.child.exit_code == 0
        assert still_there(below) == set()
    assert "fast shutdown" in (folder / "data" / "postgres.log").read_text()
    assert "database system is shut down" in (folder / "data" / "postgres.log").read_text()


@pytest.mark.timeout(200)
def test_a_serve_with_servers_of_its_own_is_not_moved_into_and_ends_whole(folder: Path) -> None:
    port = free_port()
    with hotline(folder, "serve", "serve", "--port", str(port)) as serve:
        serve.until_it_answers(f"http://127.0.0.1:{port}/health/ready")
        with hotline(folder, "second", "serve", "--port", str(free_port())) as second:
            is_refused(second, "`hotline serve` already runs on the data directory")
        ports = ("--port", str(free_port()), "--phones-port", str(free_port()))
        with hotline(folder, "demo", "demo", *ports) as demo:
            is_refused(demo, f"process {serve.pid}, http://127.0.0.1:{port}")
        below = descendants(serve.pid)
        serve.child.stop()
        assert serve.child.exit_code == 0
        assert still_there(below) == set()
