"""The stage: servers, tables, people to write to, a carrier that only counts, and performers on command."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlencode
from urllib.request import urlopen

from redis import Redis
from sqlalchemy import Engine, create_engine

from hotline.settings.variables import DEMO_NUMBER
from hotline.store.queue import RedisQueue
from hotline.store.servers.children import Child
from hotline.store.servers.datadir import temporary_data_directory
from hotline.store.servers.supervisor import Supervisor
from hotline.store.tables import metadata

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PUBLIC: Final = "https://line.example.org"
KEY: Final = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # nothing real is sealed with it


@dataclass
class CarrierAt:
    """The stand-in carrier, to be told things and asked what it saw."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, **orders: object) -> None:
        self._get("tell", orders)

    def seen(self, **orders: object) -> dict[str, Any]:
        return self._get("seen", orders)

    def _get(self, which: str, orders: Mapping[str, object]) -> dict[str, Any]:
        with urlopen(f"{self.url}/bench/{which}?{urlencode(orders)}", timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


class Performer:
    """A process of ours that does one thing after another, as told through its pipes."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders, self._answers = open(orders, "w"), open(answers)  # noqa: SIM115 - closed by `stop`

    def begin(self, act: str, **given: object) -> Self:
        self._orders.write(json.dumps({"act": act, **given}) + "\n")
        self._orders.flush()
        return self

    def end(self) -> Any:
        """What came of it. Raises RuntimeError when the performer broke."""
        line = self._answers.readline()
        if not line:
            raise RuntimeError("a performer ended")
        told = json.loads(line)
        if isinstance(told, dict) and "broke" in told:
            raise RuntimeError(told["broke"])
        return told

    def do(self, act: str, **given: object) -> Any:
        return self.begin(act, **given).end()

    def stop(self) -> None:
        """Nothing more is asked of it: it ends by itself."""
        with suppress(BrokenPipeError):
            self._orders.close()
        self._answers.close()


def cast(
    count: int, environment: Mapping[str, str], stack: ExitStack, started: "list[subprocess.Popen[bytes]]"
) -> list[Performer]:
    """So many performers, ended with the stack: one process loads the program, the others are its forks."""
    pipes = [(os.pipe(), os.pipe()) for _ in range(count)]
    theirs = [(orders[0], answers[1]) for orders, answers in pipes]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sending.performer", *(f"{one}:{other}" for one, other in theirs)],
        cwd=ROOT,
        env={**os.environ, **environment},
        pass_fds=[number for pair in theirs for number in pair],
        start_new_session=True,
        stdout=sys.stderr,
    )
    for pair in theirs:
        for number in pair:
            os.close(number)
    started.append(process)
    stack.callback(_end, process)
    performers = [Performer(orders[1], answers[0]) for orders, answers in pipes]
    for performer in performers:
        stack.callback(performer.stop)
    return performers


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The first of them waits for the others; what does not end in time is ended with its own session."""
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass
class Stage:
    """Everything that is up. `environment` is what a process of the hotline needs to join."""

    database_url: str
    redis_url: str
    carrier: CarrierAt
    environment: dict[str, str]
    engine: Engine
    stack: ExitStack
    performers: list[Performer] = field(default_factory=list)
    speed: float = 0.0
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def drop(self, servers: Supervisor) -> None:
        """End everything at once: nothing of it is needed again, and a slow machine would end it slowly."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for child in self.children:
            child.send(signal.SIGKILL)
        for pid in servers.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)  # of PostgreSQL: without a last checkpoint

    def wake(self, job: str, identifier: int) -> None:
        """A wake-up, as the program itself asks for it."""
        redis = Redis.from_url(self.redis_url)
        RedisQueue(redis).wake(job, identifier)
        redis.close()

    def cast(self, count: int) -> list[Performer]:
        """So many performers, ready."""
        if len(self.performers) < count:
            missing = count - len(self.performers)
            self.performers += cast(missing, self.environment, self.stack, self.processes)
        return self.performers[:count]

    def start(self, name: str, command: Sequence[str], **environment: str) -> Child:
        """A child of the program's own (a worker, a web server), ended with the stage."""
        child = Child.start(
            name,
            [sys.executable, *command],
            directory=ROOT,
            environment={**os.environ, **self.environment, **environment},
            output=sys.stderr.buffer,  # our own words alone go to stdout: somebody reads them as JSON
        )
        self.children.append(child)
        self.stack.callback(child.stop)
        return child


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def wait_for(url: str, seconds: float = 30.0) -> None:
    """Until something answers there, whatever it says. Raises SystemExit."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urlopen(url, timeout=1).close()
        except OSError as fault:
            if "HTTP Error" in str(fault):
                return
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"nothing answers at {url.rsplit('/', 1)[0]}")


@contextmanager
def raised(rate: float = 10_000.0, is_hurried: bool = False) -> Iterator[Stage]:
    """The stage, up; `rate` is what each sender is permitted where nothing else is said. `is_hurried`: all of
    it is ended at once in the end."""
    with ExitStack() as stack:
        data_dir = stack.enter_context(temporary_data_directory())
        servers = stack.enter_context(Supervisor(data_dir))
        engine = create_engine(servers.database_url)
        stack.callback(engine.dispose)
        metadata.create_all(engine)
        carrier = CarrierAt(free_port())
        environment = {
            "HOTLINE_MODE": "demo",
            "HOTLINE_PUBLIC_URL": PUBLIC,
            "HOTLINE_DATA_DIR": str(data_dir),
            "HOTLINE_DATABASE_URL": servers.database_url,
            "HOTLINE_REDIS_URL": servers.redis_url,
            "HOTLINE_LOG_LEVEL": "error",
            "HOTLINE_SECRET_KEY": KEY,
            "HOTLINE_DAILY_SPEND": "1000000",
            "TWILIO_API_BASE_URL": carrier.url,
            "TWILIO_FROM_NUMBERS": DEMO_NUMBER,
            "HOTLINE_SEGMENTS_PER_SECOND": str(rate),
        }
        made = Stage(servers.database_url, servers.redis_url, carrier, environment, engine, stack)
        try:
            made.start("carrier", ["-m", "benchmarks.sending.carrier", "--port", str(carrier.port)])
            wait_for(f"{carrier.url}/bench/tell?x=1")
            yield made
        finally:
            if is_hurried:
                signal.setitimer(signal.ITIMER_REAL, 0)  # what ends here is not interrupted
                made.drop(servers)
