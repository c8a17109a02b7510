"""The stage: a whole hotline in real processes. Nothing is pretended but the carrier and its phones."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from redis import Redis

from hotline.bootstrap import find_endpoints, open_line
from hotline.operations.line import Line
from hotline.settings import ROOT, Settings, read_settings
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER
from hotline.simulator.client import CarrierClient
from hotline.store.servers.datadir import temporary_data_directory
from tests.simulator.servers import free_port
from tests.whole.program import BIN, Program, running
from tests.whole.servers import postgres_by_url, redis_by_url

SPEED: Final = 10.0  # the carrier's time: a minute of talking takes six seconds
# Each scenario has its own area, so that no alert reaches another's people.
AREAS: Final = {
    "three phones": "09001",
    "a stop in between": "09002",
    "blocked at the carrier": "09003",
    "all clear": "09004",
    "a bad day at the carrier": "09005",
    "the whole story": "09006",
    "by call": "09007",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A running hotline, its carrier, and the same hotline opened from outside as a command opens it."""

    url: str
    phones_url: str
    carrier: CarrierClient
    line: Line
    redis: Redis
    settings: Settings
    environment: dict[str, str]
    folder: Path
    programs: tuple[Program, ...]

    def logs(self) -> list[Path]:
        """What every process wrote: ours, PostgreSQL's and Redis's."""
        return sorted(self.folder.rglob("*.log"))


@contextmanager
def embedded_stage(speed: float = SPEED, **more: str) -> Iterator[Stage]:
    """`hotline demo`: one command and everything it starts."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        port, phones_port = free_port(), free_port()
        given = _environment(folder, port, phones_port, speed) | more
        demo = stack.enter_context(running(demo_command(port, phones_port), folder / "demo.log", given))
        demo.until_it_says("Ctrl-C")
        yield stack.enter_context(_open(given, folder, port, phones_port, (demo,)))


@contextmanager
def stage_by_url() -> Iterator[Stage]:
    """`hotline serve`, `hotline work` and the carrier, on a PostgreSQL and a Redis known by URL only."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        port, phones_port = free_port(), free_port()
        given = _environment(folder, port, phones_port, SPEED) | {
            "HOTLINE_DATABASE_URL": stack.enter_context(postgres_by_url(folder)),
            "HOTLINE_REDIS_URL": stack.enter_context(redis_by_url(folder)),
        }
        _add_staff(folder, given)
        carrier = stack.enter_context(
            running(
                [BIN / "python", "-m", "hotline.simulator", "--port", str(phones_port)],
                folder / "carrier.log",
                given,
            )
        )
        web = stack.enter_context(
            running([BIN / "hotline", "serve", "--port", str(port)], folder / "serve.log", given)
        )
        web.until_it_answers(f"http://127.0.0.1:{port}/health/ready")
        work = stack.enter_context(running([BIN / "hotline", "work"], folder / "work.log", given))
        carrier.until_it_answers(f"http://127.0.0.1:{phones_port}/")
        yield stack.enter_context(_open(given, folder, port, phones_port, (carrier, web, work)))


def _add_staff(folder: Path, given: dict[str, str]) -> None:
    """The people whose phones the pretend carrier has: a demo adds them by itself, a server does not."""
    staff = "Ana:+12135550190:es,Bo:+12135550191:en"
    for words in (("database", "migrate"), ("people", "import", staff)):
        with running([BIN / "hotline", *words], folder / "staff.log", given) as program:
            assert program.ended() == 0, program.said()


def demo_command(port: int, phones_port: int) -> list[str | Path]:
    return [BIN / "hotline", "demo", "--port", str(port), "--phones-port", str(phones_port)]


def area_of(scenario: str) -> tuple[str, str]:
    """Id and ZIP code of a scenario's area."""
    zip_code = AREAS[scenario]
    return f"post_{zip_code}", zip_code


@contextmanager
def _folder() -> Iterator[Path]:
    with temporary_data_directory() as data:
        yield data.parent


def _environment(folder: Path, port: int, phones_port: int, speed: float) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    return {
        "HOTLINE_MODE": "demo",
        "HOTLINE_DATA_DIR": str(folder / "data"),
        "HOTLINE_PUBLIC_URL": url,
        "HOTLINE_NETWORK_FILE": str(_network(folder)),
        "HOTLINE_SEGMENTS_PER_SECOND": "500",
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{phones_port}",
        "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
        "TWILIO_FROM_NUMBERS": DEMO_NUMBER,
        "SIMULATOR_HOTLINE_URL": url,
        "SIMULATOR_SPEED": str(speed),
        "SIMULATOR_CALLS_PER_SECOND": "10",
    }


def _network(folder: Path) -> Path:
    network = yaml.safe_load((ROOT / "flows" / "network.demo.yaml").read_text(encoding="utf-8"))
    for zip_code in AREAS.values():
        area = {"en": f"Field Post {zip_code}", "es": f"Campamento {zip_code}", "zips": [zip_code]}
        network["areas"][f"post_{zip_code}"] = area
    file = folder / "network.yaml"
    file.write_text(yaml.safe_dump(network, allow_unicode=True), encoding="utf-8")
    return file


@contextmanager
def _open(
    given: dict[str, str], folder: Path, port: int, phones_port: int, programs: tuple[Program, ...]
) -> Iterator[Stage]:
    settings = read_settings(given)
    phones_url = f"http://127.0.0.1:{phones_port}"
    redis = Redis.from_url(find_endpoints(settings).redis_url)
    with open_line(settings, connections=4) as line:
        yield Stage(
            url=settings.public_url,
            phones_url=phones_url,
            carrier=CarrierClient(phones_url),
            line=line,
            redis=redis,
            settings=settings,
            environment=given,
            folder=folder,
            programs=programs,
        )
    redis.close()
