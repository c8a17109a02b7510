"""Real worker processes on a real database, Redis and a carrier that answers over HTTP."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

import pytest
from redis import Redis
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store.parcels import DeliveryKey
from hotline.store.queue import RedisQueue
from hotline.store.receipts import Receipt
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import ReceiptStream
from tests.lines import KEY, make_line
from tests.people import draft_actual, plain, release, subscribe
from workers.process import NICENESS

pytestmark = pytest.mark.whole
ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN_S = 40.0


class Counter(BaseHTTPRequestHandler):
    """Accepts every message and counts it by recipient."""

    accepted: ClassVar[list[str]] = []
    answers: ClassVar[threading.Event] = threading.Event()
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.accepted.append(form["To"][0])
        self.answers.wait(WITHIN_S)
        body = json.dumps({"sid": f"SM{len(self.accepted):032x}", "status": "queued"}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: numbers stand in the paths."""


@pytest.fixture
def carrier() -> Iterator[str]:
    Counter.accepted = []
    Counter.answers.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Counter.answers.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, redis: Redis) -> Line:

    return make_line(database, flow, network, queue=RedisQueue(redis), clock=lambda: datetime.now(UTC))


@contextmanager
def worker(
    servers: Supervisor, database_url: str, carrier: str, *roles: str
) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "HOTLINE_MODE": "demo",
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": servers.redis_url,
        "HOTLINE_SECRET_KEY": KEY,
        "HOTLINE_SEGMENTS_PER_SECOND": "1000",
        "TWILIO_API_BASE_URL": carrier,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    named = [part for role in roles for part in ("--role", role)]
    process = subprocess.Popen([sys.executable, "-m", "workers", *named], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN_S
    look = threading.Event()
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        look.wait(0.1)


def test_an_alert_goes_out_and_its_receipts_come_back(
    line: Line, servers: Supervisor, database_url: str, carrier: str, redis: Redis
) -> None:
    for number in range(25):
        subscribe(line, number)
    with worker(servers, database_url, carrier, "send", "receipts", "rest") as process:
        broadcast_id = release(line, draft_actual(line))
        eventually(lambda: set(plain(line, broadcast_id)) == {"accepted"})
        stream = ReceiptStream(redis, "webhook")
        for seq in range(1, 26):
            stream.append(Receipt(DeliveryKey(broadcast_id, seq), f"SM{seq:032x}", "delivered"))
        eventually(lambda: set(plain(line, broadcast_id)) == {"delivered"})
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert sorted(Counter.accepted) == sorted({f"+1500555{number:04d}" for number in range(25)})


def test_losing_every_wake_up_loses_seconds(
    line: Line, servers: Supervisor, database_url: str, carrier: str, redis: Redis
) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_actual(line))
    redis.flushdb()
    with worker(servers, database_url, carrier, "send"):
        eventually(lambda: plain(line, broadcast_id) == ["accepted"])
    assert len(Counter.accepted) == 1


def test_a_stopped_worker_finishes_what_is_under_way_and_gives_the_rest_back_at_once(
    line: Line, servers: Supervisor, database_url: str, carrier: str, redis: Redis
) -> None:
    """The carrier is slow: the rest does not wait for its answers, nor does the next worker."""
    for number in range(60):
        subscribe(line, number)
    broadcast_id = release(line, draft_actual(line))
    Counter.answers.clear()
    with worker(servers, database_url, carrier, "send") as process:
        eventually(lambda: "sending" in plain(line, broadcast_id) and len(Counter.accepted) >= 20)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: plain(line, broadcast_id).count("sending") == len(Counter.accepted))
        assert process.poll() is None  # what has begun is heard to its end
        assert "pending" in plain(line, broadcast_id)
        Counter.answers.set()
        assert process.wait(30) == 0
    begun = len(Counter.accepted)
    assert begun < 60
    assert sorted(plain(line, broadcast_id)) == ["accepted"] * begun + ["pending"] * (60 - begun)
    with worker(servers, database_url, carrier, "send"):
        eventually(lambda: set(plain(line, broadcast_id)) == {"accepted"})
    assert len(Counter.accepted) == len(set(Counter.accepted)) == 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_ends_at_once(
    servers: Supervisor, database_url: str, carrier: str, redis: Redis, number: signal.Signals
) -> None:
    with worker(servers, database_url, carrier, "receipts") as process:
        eventually(lambda: bool(redis.smembers("rq:workers")))
        process.send_signal(number)
        assert process.wait(40) == 0  # far below the 405 s that an idle worker may wait


def test_a_worker_leaves_the_processors_to_the_answers(
    servers: Supervisor, database_url: str, carrier: str, redis: Redis
) -> None:
    with worker(servers, database_url, carrier, "receipts") as process:
        eventually(lambda: bool(redis.smembers("rq:workers")))
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, ours + NICENESS)


def test_a_missing_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "TWILIO_"))
    }
    environment |= {
        "HOTLINE_MODE": "demo",
        "HOTLINE_DATA_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "workers", "--role", "send"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "hotline up" in ended.stderr
    assert "Traceback" not in ended.stderr
