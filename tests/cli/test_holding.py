"""One line on a data directory: a second one is told so, and a file left behind shuts nobody out."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli.console import Refusal
from hotline.cli.holding import GONE_S, LOOK_EVERY_S, Borrowed, embedded, hold, why_ended
from hotline.cli.main import app
from hotline.settings import Settings, environment, read_settings
from hotline.store.servers.datadir import (
    LINE_LOCK_NAME,
    LOCK_NAME,
    hold_line,
    lock_data_directory,
    temporary_data_directory,
)
from hotline.store.servers.endpoints import Endpoints
from hotline.store.servers.errors import ServerFailed
from hotline.store.servers.locks import is_held
from hotline.store.servers.supervisor import Supervisor
from tests.simulator.servers import free_port

PHONES = "http://127.0.0.1:8001"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HOTLINE_MODE", "demo")
    with temporary_data_directory() as data:
        data.mkdir(mode=0o700)
        monkeypatch.setenv("HOTLINE_DATA_DIR", str(data))
        yield data


def settings() -> Settings:
    return read_settings(environment())


def demo(monkeypatch: pytest.MonkeyPatch) -> Result:
    for name in ("HOTLINE_PUBLIC_URL", "TWILIO_API_BASE_URL"):
        monkeypatch.setenv(name, "")  # given back when the test ends; the demo sets its own
    ports = ("--port", str(free_port()), "--phones-port", str(free_port()))
    return CliRunner().invoke(app, ["demo", *ports], env={"COLUMNS": "300"})


def no_pause(_: float) -> None:
    """A lock that is held stays held: nothing to wait for."""


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en_US.UTF-8", "A demo already runs on the data directory"),
        ("es_MX.UTF-8", "Ya hay una demostración en marcha"),
    ],
)
def test_a_second_demo_is_told_in_one_sentence_and_starts_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    monkeypatch.setenv("LANG", language)
    with hold_line(folder, "demo", PHONES, no_pause):
        result = demo(monkeypatch)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    for words in (says, str(folder), str(os.getpid()), PHONES, "Ctrl-C", "HOTLINE_DATA_DIR=var-2"):
        assert words in result.output
    assert {path.name for path in folder.iterdir()} == {LINE_LOCK_NAME}


def test_a_lock_file_that_a_killed_run_left_shuts_nobody_out(folder: Path) -> None:
    note = {"pid": 1, "started_at": "2020-01-01T00:00:00+00:00", "command": "demo", "url": PHONES}
    (folder / LINE_LOCK_NAME).write_text(json.dumps(note))
    with ExitStack() as stack:
        hold(settings(), stack, "demo", PHONES)
        assert is_held(folder / LINE_LOCK_NAME)
    assert not is_held(folder / LINE_LOCK_NAME)


def test_a_demo_is_held_also_where_the_servers_are_known_by_url(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    monkeypatch.setenv("HOTLINE_REDIS_URL", "redis://127.0.0.1:1/0")
    with hold_line(folder, "demo", PHONES, no_pause):
        result = demo(monkeypatch)
    assert result.exit_code == 1
    assert PHONES in result.output


def test_a_fresh_directory_is_ours_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(folder / "new"))
    with ExitStack() as stack:
        hold(settings(), stack, "demo", PHONES)
        assert (folder / "new").stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(("command", "says"), [("serve", "`hotline serve` already runs"), ("demo", "A demo")])
def test_serve_does_not_move_into_a_line_that_others_hold(folder: Path, command: str, says: str) -> None:
    with hold_line(folder, command, PHONES, no_pause):
        result = CliRunner().invoke(app, ["serve", "--port", str(free_port())], env={"COLUMNS": "300"})
    assert result.exit_code == 1
    assert says in result.output
    assert str(folder) in result.output
    assert {path.name for path in folder.iterdir()} == {LINE_LOCK_NAME}


def test_several_may_share_the_servers_of_a_supervisor(
    servers: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_MODE", "demo")
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(servers.data_dir))
    with ExitStack() as stack:
        for _ in range(2):
            assert embedded(settings(), stack, "serve", PHONES)() is None
        assert not is_held(servers.data_dir / LINE_LOCK_NAME)


def test_a_supervisor_that_does_not_answer_is_named_and_nothing_else_is_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.cli.holding.connect_info", lambda _, within_s: None)
    monkeypatch.setattr("hotline.cli.holding.START_S", 0.0)
    with (
        lock_data_directory(folder, no_pause),
        ExitStack() as stack,
        pytest.raises(Refusal, match=rf"in use by another .*process {os.getpid()}.*HOTLINE_DATA_DIR"),
    ):
        embedded(settings(), stack, "serve", PHONES)
    assert not (folder / "postgres").exists()
    assert not is_held(folder / LINE_LOCK_NAME)


def test_servers_that_are_still_starting_are_waited_for_and_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looks = iter([None, None, Endpoints("postgresql://", "unix://")])
    monkeypatch.setattr("hotline.cli.holding.connect_info", lambda _, within_s: next(looks))
    with lock_data_directory(folder, no_pause), ExitStack() as stack:
        assert embedded(settings(), stack, "serve", PHONES)() is None
    assert capsys.readouterr().err.count("still starting (0 s so far)") == 2


def test_a_busy_port_starts_no_servers(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--port", str(port)], env={"COLUMNS": "300"})
    assert result.exit_code == 1
    assert f"port {port} cannot be used" in result.output
    assert list(folder.iterdir()) == []


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now


def test_borrowed_servers_may_be_started_again_and_are_gone_after_a_while(folder: Path) -> None:
    clock = Hands()
    with lock_data_directory(folder, no_pause):
        why_gone = Borrowed(folder, clock)
        clock.now += 1000
        assert why_gone() is None
    clock.now += GONE_S - 1
    assert why_gone() is None
    with lock_data_directory(folder, no_pause):
        clock.now += LOOK_EVERY_S
        assert why_gone() is None
    clock.now += GONE_S - 1
    assert why_gone() is None
    clock.now += LOOK_EVERY_S
    assert "gone for 30 s" in (why_gone() or "")
    assert (folder / LOCK_NAME).exists()


def test_a_supervisor_that_gave_up_says_why(folder: Path) -> None:
    supervisor = Supervisor(folder)
    assert why_ended(supervisor) is None
    supervisor._failure = ServerFailed("PostgreSQL ended again and again.")
    assert why_ended(supervisor) == "The embedded servers gave up: PostgreSQL ended again and again."
