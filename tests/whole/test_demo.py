"""`hotline demo` as somebody runs it: a busy port, Ctrl-C, a killed run, and the next one."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.simulator.client import CarrierClient
from hotline.store.servers.datadir import temporary_data_directory
from tests.simulator.servers import free_port
from tests.whole.descendants import descendants, still_there
from tests.whole.people import Person, stranger
from tests.whole.program import BIN, Program, eventually, running
from tests.whole.stage import demo_command

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(sys.platform != "linux", reason="optional: tells processes apart by /proc"),
]
READY = "Ctrl-C"
SERVERS_AND_DOORS = 7  # PostgreSQL, Redis, the carrier, the web server and three workers, at least


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_data_directory() as data:
        yield data.parent


@contextmanager
def demo(folder: Path, port: int, phones_port: int, name: str = "demo", **more: str) -> Iterator[Program]:
    given = {"HOTLINE_MODE": "demo", "HOTLINE_DATA_DIR": str(folder / "data"), "SIMULATOR_SPEED": "10"}
    with running(demo_command(port, phones_port), folder / f"{name}.log", given | more) as program:
        yield program


@pytest.mark.timeout(400)  # three whole runs, one after the other
def test_however_a_run_ends_nothing_of_it_is_left_and_the_next_goes_on(folder: Path) -> None:
    port, phones_port = free_port(), free_port()
    lupe = stranger(CarrierClient(f"http://127.0.0.1:{phones_port}"))

    with demo(folder, port, phones_port, "first") as first:
        first.until_it_says(READY)
        assert f"http://127.0.0.1:{phones_port}" in first.said()
        lupe.asks("casa", "CASA")
        lupe.reads("Ayuda gratis")  # said to whoever is new
        below = descendants(first.pid)
        assert len(below) >= SERVERS_AND_DOORS
        _a_second_one_is_refused(folder, first, phones_port)
        lupe.asks("trabajo", "TRABAJO")
        assert first.interrupt() == 0
        assert still_there(below) == set()
    assert "Stopped." in first.said()
    assert "away" not in first.said(), "the servers ended before the doors"

    with demo(folder, port, phones_port, "second") as second:
        second.until_it_says(READY)
        assert "Making a new PostgreSQL database" not in second.said()
        _is_known(lupe)
        below = descendants(second.pid)
        os.kill(second.pid, signal.SIGKILL)
        second.ended()
        eventually(lambda: not still_there(below), what=lambda: f"left: {still_there(below)}")

    with demo(folder, port, phones_port, "third") as third:
        third.until_it_says(READY)
        _is_known(lupe)
        below = descendants(third.pid)
        _kill(below, "hotline.simulator")
        assert third.ended() == 1
        assert still_there(below) == set()
    assert "the pretend carrier ended by itself" in third.said()
    for run in (first, second, third):
        before, found, after = run.said().partition("Traceback")
        assert not found, f"{run.log.name}: {before[-300:]}{found}{after[:3000]}"


def test_ctrl_c_while_it_starts_ends_what_was_started(folder: Path) -> None:
    with demo(folder, free_port(), free_port()) as program:
        program.until_it_says("Making a new PostgreSQL database")
        below = descendants(program.pid)
        program.interrupt()
        eventually(lambda: not still_there(below | descendants(program.pid)))
    assert "Traceback" not in program.said()


@pytest.mark.parametrize("option", ["--port", "--phones-port"])
def test_a_busy_port_is_said_in_one_sentence(folder: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        ports = (busy, free_port()) if option == "--port" else (free_port(), busy)
        with demo(folder, *ports) as program:
            assert program.ended() == 1
    assert f"port {busy} cannot be used" in program.said()
    assert f"{option} NUMBER" in program.said()
    assert len(program.said().strip().splitlines()) <= 2
    assert not (folder / "data" / "postgres").exists()


def test_a_demo_takes_no_real_number(folder: Path) -> None:
    real = "+1415" + "5559123"
    with demo(folder, free_port(), free_port(), HOTLINE_VOICE_NUMBER=real) as p:
        assert p.ended() == 1
    assert "HOTLINE_VOICE_NUMBER" in p.said()
    assert "Traceback" not in p.said()


def test_help_tells_what_it_does_and_its_ports(tmp_path: Path) -> None:
    with running([BIN / "hotline", "demo", "--help"], tmp_path / "help.log") as program:
        assert program.ended() == 0
    assert "nobody real can be reached" in program.said()
    assert "--phones-port" in program.said()


def _a_second_one_is_refused(folder: Path, first: Program, phones_port: int) -> None:
    """On the same data, whatever its ports: it would share database and queue with the first."""
    with demo(folder, free_port(), free_port(), "another", LANG="es_MX.UTF-8") as another:
        assert another.ended() == 1
    assert f"proceso {first.pid}, http://127.0.0.1:{phones_port}" in another.said()
    assert "HOTLINE_DATA_DIR" in another.said()
    assert len(another.said().strip().splitlines()) == 1


def _is_known(person: Person) -> None:
    """Nobody is greeted twice. (The carrier forgets its phones' threads when it ends.)"""
    person.asks("trabajo", "TRABAJO")
    assert len(person.thread()) == 1


def _kill(processes: set[tuple[int, str]], name: str) -> None:
    for pid in still_there(processes):
        if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            return
    raise AssertionError(f"nothing like {name} runs")
