"""`hotline api-keys` and `hotline webhooks`: how other programs come in, and what they are told."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import text

from hotline.domain.hook import Told
from hotline.operations.api_keys import NotAKey, admit
from hotline.operations.hooks import deliver, signature
from hotline.operations.line import Line
from hotline.store import hooks
from hotline.store.database import transaction
from tests.cli.commands import run, said

BY = ("--by", "Ana")


@dataclass
class Program:
    """Another program on this machine, and what it was told."""

    address: str
    answer: int = 204
    told: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.told.append((self.headers["Hotline-Signature"], body))
            self.send_response(made.answer)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}/told"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_is_shown_once_admits_and_is_ended(line: Line) -> None:
    result = run("api-keys", "make", "Map of the city", "--may", "alerts.see", "--may", "events.see", *BY)
    assert result.exit_code == 0, result.output
    whole = re.search(r"hl_(\w+?)_[\w-]{43}", result.output)
    assert whole is not None
    bearer = admit(line, whole[0], line.clock())
    assert (bearer.name, sorted(bearer.permissions)) == ("Ana", ["alerts.see", "events.see"])
    listed = run("api-keys", "list")
    assert f"{whole[1]} Map of the city Ana alerts.see, events.see good" in said(listed)
    assert whole[0] not in listed.output
    assert run("api-keys", "end", whole[1], *BY, typed="n\n").exit_code == 1
    assert "it opens nothing any more" in said(run("api-keys", "end", whole[1], "--yes", *BY))
    with pytest.raises(NotAKey):
        admit(line, whole[0], line.clock())
    assert "was ended before" in said(run("api-keys", "end", whole[1], "--yes", *BY))
    with line.database.connect() as db:
        rows = db.execute(text("SELECT actor, act, subject FROM audit ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        ("Ana", "api_key.make", whole[1]),
        ("Ana", "api_key.end", whole[1]),
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("api-keys", "make", "Map", "--may", "alerts.see", "--by", "Cleo"), "made by an admin"),
        (("api-keys", "make", "Map", "--may", "alerts.see", "--by", "Zoe"), "made by an admin"),
        (("api-keys", "make", "Map", "--may", "alerts.release", *BY), "Choose from alerts.draft"),
        (("api-keys", "make", "Map", "--may", "alerts.see", "--days", "31", *BY), "Choose from 30, 90, 365"),
        (("webhooks", "add", "http://line.example.org/", *BY), "must begin with https://"),
        (("webhooks", "add", "https://10.0.0.1/", *BY), "inside a house"),
        (("webhooks", "add", "https://example.org/", "--event", "rain", *BY), "choose from alert.ended"),
        (("webhooks", "test", "7", *BY), "There is no webhook 7"),
        (("webhooks", "show", "7"), "There is no webhook 7"),
        (("webhooks", "end", "7", "--yes", *BY), "There is no webhook 7"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(line: Line, words: tuple[str, ...], sentence: str) -> None:
    run("people", "add", "Cleo", "+12135550192", "--role", "dispatcher", *BY)
    result = run(*words)
    assert result.exit_code == 1
    assert sentence in said(result)
    assert "Traceback" not in result.output


def test_a_webhook_is_added_tried_out_and_ended(line: Line, program: Program) -> None:
    added = run("webhooks", "add", program.address, "--event", "alert.released", *BY)
    secret = re.search(r"hs_[\w-]{43}", added.output)
    assert secret is not None, added.output
    assert "It took the test: 204." in said(run("webhooks", "test", "1", *BY))
    [(signed, body)] = program.told
    timestamp, sign = signed.removeprefix("t=").split(",v1=")
    assert sign == signature(secret[0], int(timestamp), body)
    assert json.loads(body)["event"] == "test"
    program.answer = 500
    refused = run("webhooks", "test", "1", *BY)
    assert refused.exit_code == 1
    assert "It answered 500" in said(refused)
    listed = run("webhooks", "list")
    assert f"1 {program.address} alert.released good Ana" in said(listed)
    assert secret[0] not in listed.output
    assert "nothing more is told there" in said(run("webhooks", "end", "1", "--yes", *BY))
    assert "ended by a person" in said(run("webhooks", "list"))
    assert run("webhooks", "test", "1", *BY).exit_code == 1
    assert len(program.told) == 2


def test_failures_are_seen(line: Line, program: Program) -> None:
    run("webhooks", "add", program.address, *BY)
    with transaction(line.database) as db:
        hooks.announce(db, "incident.closed", {"incident": "K7Q2"}, line.clock())
    deliver(line, lambda *_: Told(503), line.clock)
    assert "failed 1 times in a row" in said(run("webhooks", "list"))
    shown = said(run("webhooks", "show", "1", "--failed"))
    assert re.search(r"an incident was closed .* 1 tried again .* 503", shown)
    with transaction(line.database) as db:
        hooks.announce(db, "incident.closed", {"incident": "K7Q2"}, line.clock())
    deliver(line, lambda *_: Told(200), line.clock)
    assert "taken 200" in said(run("webhooks", "show", "1"))
    assert "taken" not in said(run("webhooks", "show", "1", "--failed"))
