"""Doors as children: waited for while they live, ended side by side, and none goes on without the others."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hotline.cli import processes
from hotline.cli.console import Refusal
from hotline.cli.processes import Troupe
from tests.simulator.servers import free_port
from tests.whole.program import eventually

LIVES = (sys.executable, "-c", "import time; time.sleep(60)")
ENDS = (sys.executable, "-c", "raise SystemExit(3)")


@pytest.fixture
def troupe() -> Iterator[Troupe]:
    made = Troupe()
    yield made
    made.stop()


class Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


def test_a_child_that_ends_unasked_is_named(troupe: Troupe) -> None:
    troupe.start("the quiet one", LIVES)
    troupe.start("the hotline", ENDS)
    with pytest.raises(Refusal, match="the hotline ended by itself"):
        troupe.stay()


def test_servers_that_are_gone_end_everything() -> None:
    said = iter([None, None, "The embedded servers gave up: the disk is full"])
    with ExitStack() as stack:
        troupe = Troupe(lambda: next(said))
        stack.callback(troupe.stop)
        child = troupe.start("the hotline", LIVES)
        with pytest.raises(Refusal, match="gave up: the disk is full"):
            troupe.stay()
    assert not child.is_running


def test_asked_to_end_it_stays_no_longer_and_says_nothing(troupe: Troupe) -> None:
    child = troupe.start("the hotline", LIVES)
    troupe.ask_to_end()
    troupe.stay()
    troupe.await_answer(child, "http://127.0.0.1:1/")


def test_a_slow_start_is_waited_for_and_told(troupe: Troupe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "TELL_EVERY_S", 0.0)
    port, heard = free_port(), list[str]()
    child = troupe.start("the hotline", LIVES)
    with ExitStack() as stack:

        def tell(sentence: str) -> None:
            heard.append(sentence)
            if len(heard) == 3:  # it answers only after it was waited for
                server = stack.enter_context(HTTPServer(("127.0.0.1", port), Fine))
                Thread(target=server.serve_forever, daemon=True).start()
                stack.callback(server.shutdown)

        troupe.await_answer(child, f"http://127.0.0.1:{port}/", tell)
    assert len(heard) >= 3
    assert heard[0].startswith("the hotline is still starting (0 s")


def test_waiting_ends_when_any_child_ends(troupe: Troupe) -> None:
    waited_for = troupe.start("the hotline", LIVES)
    troupe.start("the worker (send)", ENDS)
    with pytest.raises(Refusal, match=r"the worker \(send\) ended while starting"):
        troupe.await_answer(waited_for, f"http://127.0.0.1:{free_port()}/")


def test_a_child_that_lives_and_never_answers_is_given_up(
    troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "START_S", 0.0)
    child = troupe.start("the hotline", LIVES)
    with pytest.raises(Refusal, match="the hotline did not answer within 0 s"):
        troupe.await_answer(child, f"http://127.0.0.1:{free_port()}/")


def on_term(folder: Path, name: str, what: str) -> list[str]:
    """A child that does this in a shell when it is asked to end."""
    told = f"trap '{what}' TERM; touch {name}.ready; while :; do sleep 0.01; done"
    return ["sh", "-c", f"cd {folder}; {told}"]


def after(folder: Path, name: str, other: str) -> list[str]:
    """A child that ends only when the other has been asked to end too, and takes a moment."""
    return on_term(
        folder,
        name,
        f"touch {name}; while [ ! -e {other} ]; do sleep 0.01; done; sleep 0.2; touch {name}.over; exit 0",
    )


def test_children_end_side_by_side_and_what_they_speak_to_ends_last(tmp_path: Path) -> None:
    troupe = Troupe()
    is_last = "[ -e web.over ] && [ -e work.over ] && exit 0; exit 3"
    children = [
        troupe.start("carrier", on_term(tmp_path, "carrier", is_last), ends_last=True),
        troupe.start("web", after(tmp_path, "web", "work")),
        troupe.start("work", after(tmp_path, "work", "web")),
    ]
    eventually(lambda: all((tmp_path / f"{child.name}.ready").exists() for child in children))
    troupe.stop()
    assert [child.exit_code for child in children] == [0, 0, 0]
