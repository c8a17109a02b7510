"""A hotline on several hosts, each with its own processes, folder, key file and settings; servers for all."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import yaml
from redis import Redis
from sqlalchemy import text

from benchmarks.fault_judge import Verdict, judge
from benchmarks.fault_people import Person
from benchmarks.fault_stage import AREAS, SENDERS
from hotline.bootstrap import open_line, prepare_data
from hotline.cli.processes import simulator_command, web_command, work_command
from hotline.operations.demo_data import add_staff
from hotline.operations.line import Line
from hotline.settings import ROOT, read_settings
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN
from hotline.simulator.client import CarrierClient
from hotline.store.database import transaction
from hotline.store.queue import Role
from hotline.store.sealing import new_key
from hotline.store.servers.datadir import temporary_data_directory
from tests.simulator.servers import free_port
from tests.whole.networks import Network, Place, open_network
from tests.whole.program import Program, answers, eventually, running
from tests.whole.servers import HERE, postgres_by_url, redis_by_url

Kind = Literal["work", "web"]

STARTS_WITHIN_S: Final = 120.0
# The balancer gives a web host up after so long, as any does; the carrier itself waits 15 s.
ANSWER_S: Final = 4.0


@dataclass(slots=True)
class Host:
    """One host with one program of ours on it, which may be ended and started again."""

    name: str
    kind: Kind
    place: Place
    folder: Path
    environment: dict[str, str]
    roles: tuple[Role, ...] = ()
    url: str = ""
    stack: ExitStack = field(default_factory=ExitStack)
    program: Program | None = None
    _said_before: int = 0

    def start(self) -> None:
        work = work_command(self.roles)
        command = web_command(self.place.address, self.port) if self.kind == "web" else work
        self._said_before = self._beginnings()
        self.program = self.stack.enter_context(
            running([*self.place.prefix, *command], self.folder / f"{self.name}.log", self.environment)
        )

    def cut(self) -> None:
        """Nothing gets there nor away any more. Without a network of its own a web host stands still."""
        self.place.cut()
        if self.kind == "web" and not self.place.is_apart:
            self._send(signal.SIGSTOP)

    def mend(self) -> None:
        """Undo `cut`."""
        self.place.mend()
        if self.kind == "web" and not self.place.is_apart:
            self._send(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """What any supervisor does first."""
        self._send(signal.SIGTERM)

    def end(self) -> None:
        """Ask, and wait until it has ended as it should."""
        self.ask_to_end()
        self.await_end()

    def await_end(self) -> None:
        """Wait until it has ended as it should; a web host by the very signal (uvicorn)."""
        assert self.program is not None
        code = self.program.ended()
        is_well = code == 0 or (self.kind, code) == ("web", -signal.SIGTERM)
        assert is_well, f"exit {code}\n{self.program.said()}"

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    def is_at_work(self) -> bool:
        """Has every role begun since the last start?"""
        return self._beginnings() - self._said_before == len(self.roles)

    def _send(self, number: signal.Signals) -> None:
        assert self.program is not None
        self.program.child.send(number)

    def _beginnings(self) -> int:
        log = self.folder / f"{self.name}.log"
        return log.read_text(encoding="utf-8").count("worker.begins") if log.exists() else 0


@dataclass(slots=True)
class Hosts:
    """A hotline on several hosts. `line` is the same one opened from outside, as on one more host."""

    folder: Path
    network: Network
    carrier: CarrierClient
    line: Line
    redis: Redis
    workers: list[Host]
    webs: list[Host]
    balancer: Program
    carrier_port: int

    def all(self) -> list[Host]:
        return [*self.workers, *self.webs]

    def start(self, *hosts: Host) -> None:
        """Start hosts side by side, and wait until they work."""
        for host in hosts:
            host.start()
        for host in hosts:
            self.await_begun(host)

    def await_begun(self, host: Host) -> None:
        program = host.program
        assert program is not None
        if host.kind == "web":
            program.until_it_answers(f"{host.url}/health/ready")
            return
        eventually(
            lambda: host.is_at_work() or not program.child.is_running,
            within_s=STARTS_WITHIN_S,
            what=lambda: f"{host.name} never began:\n{program.said()}",
        )

    def standing(self) -> Counter[str]:
        """Deliveries by status, from the rows."""
        with transaction(self.line.database) as db:
            rows = db.execute(text("SELECT status, count(*) FROM delivery GROUP BY 1"))
            return Counter({row.status: int(row[1]) for row in rows})

    def owed(self, host: Host) -> int:
        """How many answers of the carrier it waits for. Its relay tells."""
        relay = self.folder / f"{host.name}-to-{self.carrier_port}.log"
        told = relay.read_text(encoding="utf-8").splitlines()
        return int(told[-1].removeprefix("owed ")) if told and told[-1].startswith("owed ") else 0

    def asked(self) -> int:
        """How many requests the carrier has seen."""
        return int(self.carrier.record(summary=True)["attempts"])

    def until(self, holds: Callable[[], object], within_s: float = 60.0) -> None:
        eventually(holds, within_s=within_s, what=lambda: f"{dict(self.standing())}\n{self.said()}")

    def are_delivered(self, people: int) -> bool:
        """Is everybody reached, and reported on?"""
        return self.standing() == {"delivered": people}

    def verdict(self, people: Sequence[Person], broadcast_ids: Sequence[int]) -> Verdict:
        """The carrier's own record against our rows."""
        return judge(self.line, self.carrier.record(), people, broadcast_ids, ended_early=False)

    def said(self, lines: int = 6) -> str:
        """The last words of everybody, for when something fails."""
        told = []
        for log in sorted(self.folder.glob("*.log")):
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            told += [f"{log.stem}: {line[:300]}" for line in last]
        return "\n".join(told)


@contextmanager
def open_hosts(
    workers: Sequence[tuple[Role, ...]], webs: int, *, apart: bool = True, rate: float, timing: str = ""
) -> Iterator[Hosts]:
    """Everything, begun and ended together: a worker host for each tuple of roles.

    Each sender sends `rate` segments a second. `apart`: in network namespaces where they may be made.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_data_directory()).parent
        network = stack.enter_context(open_network(folder, apart=apart))
        shared = _Shared(
            stack.enter_context(postgres_by_url(folder, network.home)),
            stack.enter_context(redis_by_url(folder, network.home)),
            free_port(),
            free_port(),
            new_key(),
            {"HOTLINE_SEGMENTS_PER_SECOND": str(rate), "HOTLINE_TIMING": timing},
        )
        settings = read_settings(shared.environment(folder / "operator"))
        carrier = _carrier(stack, folder, shared)
        prepare_data(settings)
        line = stack.enter_context(open_line(settings, connections=4))
        add_staff(line, line.clock())
        redis = Redis.from_url(shared.redis_url, socket_timeout=5.0)
        stack.callback(redis.close)
        made = [_host(network, folder, shared, "web", f"web-{n}") for n in range(1, webs + 1)]
        targets = [f"{host.place.address}:{host.port}" for host in made]
        for host, target in zip(made, targets, strict=True):
            host.url = _front(network, f"only-{host.name}", target)
        balancer = network.relay("balancer", f"{HERE}:{shared.front}", *targets, answer_s=ANSWER_S)
        for number, roles in enumerate(workers, 1):
            made.append(_host(network, folder, shared, "work", f"worker-{number}", roles))
        for host in made:
            stack.enter_context(host.stack)
        hosts = Hosts(
            folder, network, carrier, line, redis, made[webs:], made[:webs], balancer, shared.carrier
        )
        stack.callback(_end_all, hosts)
        network.await_relays()
        eventually(lambda: answers(f"http://{HERE}:{shared.carrier}/"), within_s=STARTS_WITHIN_S)
        hosts.start(*made)
        yield hosts


@dataclass(frozen=True, slots=True)
class _Shared:
    """What every host knows of the others: the servers, the carrier's port, the balancer's, the key."""

    database_url: str
    redis_url: str
    carrier: int
    front: int
    key: str
    more: Mapping[str, str]

    def environment(self, folder: Path, place: Place | None = None) -> dict[str, str]:
        """One host's own settings, in its own folder; of no host's place: ours."""
        folder.mkdir()
        carrier = place.way_to(self.carrier, near=True) if place else f"{HERE}:{self.carrier}"
        key = folder / "secret_key"
        key.write_text(self.key, encoding="ascii")
        return {
            "PYTHONPATH": str(ROOT),
            "HOTLINE_MODE": "demo",
            "HOTLINE_PUBLIC_URL": f"http://{HERE}:{self.front}",
            "HOTLINE_DATA_DIR": str(folder / "data"),
            "HOTLINE_DATABASE_URL": moved(self.database_url, place),
            "HOTLINE_REDIS_URL": moved(self.redis_url, place),
            "HOTLINE_SECRET_KEY_FILE": str(key),
            "HOTLINE_NETWORK_FILE": str(_network_file(folder)),
            "HOTLINE_DAILY_SPEND": "none",
            "HOTLINE_LOG_LEVEL": "info",
            "TWILIO_API_BASE_URL": f"http://{carrier}",
            "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
            "TWILIO_FROM_NUMBERS": ",".join(SENDERS),
            **self.more,
        }


def _carrier(stack: ExitStack, folder: Path, shared: _Shared) -> CarrierClient:
    given = {
        "SIMULATOR_HOTLINE_URL": f"http://{HERE}:{shared.front}",
        "SIMULATOR_DELIVERY": "0.2",
        "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
        "TWILIO_FROM_NUMBERS": ",".join(SENDERS),
    }
    stack.enter_context(running(simulator_command(shared.carrier), folder / "carrier.log", given))
    return CarrierClient(f"http://{HERE}:{shared.carrier}")


def _host(
    network: Network, folder: Path, shared: _Shared, kind: Kind, name: str, roles: tuple[Role, ...] = ()
) -> Host:
    place = network.place(name)
    environment = shared.environment(folder / name, place) | {"PORT": str(free_port())}
    return Host(name, kind, place, folder, environment, roles)


def _network_file(folder: Path) -> Path:
    """The demo's network with the areas in which nothing depends on the hour."""
    network = yaml.safe_load((ROOT / "flows" / "network.demo.yaml").read_text(encoding="utf-8"))
    for area, zip_code in AREAS.items():
        network["areas"][area] = {"en": f"Field {zip_code}", "es": f"Campo {zip_code}", "zips": [zip_code]}
    file = folder / "network.yaml"
    file.write_text(yaml.safe_dump(network, allow_unicode=True), encoding="utf-8")
    return file


def moved(url: str, place: Place | None) -> str:
    """A server's URL as that host knows it; as it is, without one."""
    if place is None:
        return url
    before, _, rest = url.rpartition("@")
    address, slash, path = rest.partition("/")
    return f"{before}@{place.way_to(int(address.rpartition(':')[2]), near=False)}{slash}{path}"


def _front(network: Network, name: str, target: str) -> str:
    here = f"{HERE}:{free_port()}"
    network.relay(name, here, target)
    return f"http://{here}"


def _end_all(hosts: Hosts) -> None:
    """Cut lines are mended first, so that everybody hears that it is over."""
    begun = [host for host in hosts.all() if host.program is not None]
    for host in begun:
        host.mend()
    for host in begun:
        host.ask_to_end()
