"""The stage of the fault runs: real processes, each of which may be killed, and a pretend carrier."""

import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from redis import Redis
from sqlalchemy import create_engine

from benchmarks.fault_servers import Servers, open_servers
from hotline.bootstrap import open_line
from hotline.cli.processes import simulator_command, web_command, work_command
from hotline.operations.demo_data import add_staff
from hotline.operations.line import Line
from hotline.settings import ROOT, read_settings
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN
from hotline.simulator.client import CarrierClient
from hotline.store.schema import migrate
from hotline.store.servers.children import Child

SENDERS: Final = ("+12135550110", "+12135550111")
PER_SECOND: Final = 300  # segments, each sender
# ZIP codes without a time zone have no quiet hours: what runs here does not depend on when.
AREAS: Final[dict[str, str]] = {"first_field": "09012", "second_field": "09013"}
START_S: Final = 60.0
# Every wait so short that a run lives through leases and looks as they end by themselves.
SHORT: Final = (
    "lease_s=4,begin_within_s=1,connect_s=0.5,read_s=2,shown_after_s=0.8,look_again_after_s=0.8,"
    "first_wait_s=0.3,longest_wait_s=2,slow_down_s=0.2,minute_s=2,hold_s=2,abandoned_s=2,fetch_after_s=3,"
    "deliver_every_s=0.5,drain_every_s=0.3,fetch_every_s=1,sweep_every_s=0.5,reconcile_every_s=0.5"
)
LONGEST_LINE: Final = 200
_TIME: Final = re.compile(r'"timestamp": ?"[^"]*",? ?|\d{4}-\d\d-\d\dT[\d:.]+Z?')
# Every kind of process of ours; two send, so that one goes on while the other is dead.
ROLES: Final[dict[str, str]] = {"send": "send", "other_send": "send", "receipts": "receipts", "rest": "rest"}


@dataclass(slots=True)
class Actor:
    """One of our processes, and how it is started."""

    name: str
    command: list[str]
    url: str | None = None
    child: Child | None = None


class Stage:
    """A running hotline. `line` is the same hotline opened from outside, as a command opens it."""

    def __init__(
        self, folder: Path, servers: Servers, carrier: CarrierClient, line: Line, redis: Redis, web: Actor
    ) -> None:
        self.servers = servers
        self.carrier = carrier
        self.line = line
        self.redis = redis
        self.folder = folder
        self.actors = {web.name: web} | {
            name: Actor(name, work_command([role])) for name, role in ROLES.items()
        }
        self.environment: dict[str, str] = {}
        self.is_real_time = False
        self._marks: dict[Path, int] = {}

    def start(self, name: str) -> None:
        actor = self.actors[name]
        actor.child = start(self.folder, name, actor.command, self.environment)
        if actor.url:
            await_answer(actor.url, actor.child)

    def kill(self, name: str) -> None:
        """SIGKILL, and start it again at once."""
        child = self.actors[name].child
        assert child is not None
        child.send(signal.SIGKILL)
        child.wait()
        self.start(name)

    def dead(self) -> list[str]:
        """Which of them ended by themselves; none ever should."""
        return [name for name, actor in self.actors.items() if not (actor.child and actor.child.is_running)]

    def mark_logs(self) -> None:
        """What our processes say from here on belongs to the next run."""
        self._marks = {log: log.stat().st_size for log in self._logs()}

    def said(self) -> list[str]:
        """What each said since then, every kind of line once with how often it came."""
        counted: Counter[str] = Counter()
        for log in self._logs():
            with log.open("rb") as file:
                file.seek(self._marks.get(log, 0))
                for line in file.read().decode("utf-8", "replace").splitlines():
                    counted[f"{log.stem}: {_TIME.sub('', line)[:LONGEST_LINE]}"] += 1
        return [f"{count} x {line}" for line, count in counted.items()]

    def _logs(self) -> list[Path]:
        return [log for name in self.actors if (log := self.folder / f"{name}.log").exists()]

    def stop(self) -> None:
        for actor in self.actors.values():
            if actor.child:
                actor.child.send(signal.SIGTERM)
        for actor in self.actors.values():
            if actor.child:
                actor.child.stop()


@contextmanager
def open_stage(per_second: int = PER_SECOND, is_real_time: bool = False) -> Iterator[Stage]:
    """Everything, started and ended together; each sender may send so many segments a second.

    In real time every wait of the hotline is short, and nothing is made older by the run.
    """
    with ExitStack() as stack:
        servers = stack.enter_context(open_servers())
        folder = servers.home
        port, carrier_port = free_port(), free_port()
        environment = _environment(folder, servers, port, carrier_port)
        environment["HOTLINE_SEGMENTS_PER_SECOND"] = str(per_second)
        if is_real_time:
            environment["HOTLINE_TIMING"] = SHORT
        _make_tables(servers)
        carrier = start(folder, "carrier", simulator_command(carrier_port), environment)
        stack.callback(carrier.stop)
        carrier_url = f"http://127.0.0.1:{carrier_port}"
        await_answer(carrier_url, carrier)
        redis = Redis.from_url(servers.endpoints.redis_url, socket_timeout=5.0)
        stack.callback(redis.close)
        line = stack.enter_context(open_line(read_settings(environment), connections=4))
        add_staff(line, line.clock())
        web = Actor("web", web_command("127.0.0.1", port), f"http://127.0.0.1:{port}/health/live")
        stage = Stage(folder, servers, CarrierClient(carrier_url), line, redis, web)
        stage.environment, stage.is_real_time = environment, is_real_time
        stack.callback(stage.stop)
        for name in stage.actors:
            stage.start(name)
        wait_until(lambda: redis.scard("rq:workers") == len(ROLES), START_S, "the workers do not begin")
        yield stage


def start(folder: Path, name: str, command: list[str], environment: dict[str, str]) -> Child:
    """Start a program that writes to `<name>.log` and sees nothing of our own environment's settings."""
    with (folder / f"{name}.log").open("ab") as log:
        return Child.start(name, command, environment=environment, directory=folder, output=log)


def await_answer(url: str, child: Child) -> None:
    """Raises RuntimeError when it ends, or never answers."""
    wait_until(lambda: not child.is_running or _answers(url), START_S, f"{child.name} does not answer")
    if not child.is_running:
        raise RuntimeError(f"{child.name} ended while starting")


def wait_until(holds: Callable[[], bool], within_s: float, otherwise: str) -> None:
    """Look until it holds. Raises RuntimeError."""
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError(otherwise)
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _make_tables(servers: Servers) -> None:
    engine = create_engine(servers.endpoints.database_url)
    migrate(engine)
    engine.dispose()


def _environment(folder: Path, servers: Servers, port: int, carrier_port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),  # this very tree, wherever we were started from
        "HOTLINE_MODE": "demo",
        "HOTLINE_PUBLIC_URL": url,
        "HOTLINE_DATA_DIR": str(folder / "keys"),
        "HOTLINE_DATABASE_URL": servers.endpoints.database_url,
        "HOTLINE_REDIS_URL": servers.endpoints.redis_url,
        "HOTLINE_NETWORK_FILE": str(_network(folder)),
        "HOTLINE_LOG_LEVEL": "warning",
        "HOTLINE_DAILY_SPEND": "none",
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{carrier_port}",
        "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
        "TWILIO_FROM_NUMBERS": ",".join(SENDERS),
        "SIMULATOR_HOTLINE_URL": url,
        "SIMULATOR_DELIVERY": "0.2",
    }


def _network(folder: Path) -> Path:
    network = yaml.safe_load((ROOT / "flows" / "network.demo.yaml").read_text(encoding="utf-8"))
    for area, zip_code in AREAS.items():
        name = area.replace("_", " ").title()
        network["areas"][area] = {"en": name, "es": name, "zips": [zip_code]}
    file = folder / "network.yaml"
    file.write_text(yaml.safe_dump(network, allow_unicode=True), encoding="utf-8")
    return file
