"""Where hosts stand: each in a network namespace of its own, or, where none may be made, side by side."""

import os
import re
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.simulator.servers import free_port
from tests.whole.program import Program, running
from tests.whole.servers import HERE

_RELAY: Final = Path(__file__).with_name("relay.py")
_OURS: Final = re.compile(r"hotl(\d+)n\d+")


class Place(ABC):
    """Where one host's programs run. `prefix` starts a program there, `address` is what others call it."""

    prefix: tuple[str, ...] = ()
    address: str = HERE
    is_apart: bool = False

    @abstractmethod
    def way_to(self, port: int, *, near: bool) -> str:
        """HOST:PORT under which a program there reaches what listens on a port of ours.

        `near`: it listens on our loopback alone, and is found at the program's own.
        """

    @abstractmethod
    def cut(self) -> None:
        """Nothing gets there nor away any more, and nobody is told."""

    @abstractmethod
    def mend(self) -> None:
        """Undo `cut`."""


@dataclass(slots=True)
class Network(ABC):
    """Places, made when asked for. `folder` takes what relays say; `home` is our address to them."""

    stack: ExitStack
    folder: Path
    home: str = HERE
    relays: list[Program] = field(default_factory=list)

    @property
    @abstractmethod
    def sentence(self) -> str:
        """Which way it is."""

    @abstractmethod
    def place(self, name: str) -> Place: ...

    def relay(
        self,
        name: str,
        listen: str,
        *targets: str,
        prefix: tuple[str, ...] = (),
        answer_s: float | None = None,
        is_counting: bool = False,
    ) -> Program:
        """Start a relay; it listens when `await_relays` has returned."""
        more = [*(("--answer-s", str(answer_s)) if answer_s is not None else ())]
        more += ["--counting"] * is_counting
        command: list[str | Path] = [*prefix, sys.executable, _RELAY, listen, *targets, *more]
        self.relays.append(self.stack.enter_context(running(command, self.folder / f"{name}.log")))
        return self.relays[-1]

    def await_relays(self) -> None:
        for relay in self.relays:
            relay.until_it_says("relays")


@contextmanager
def open_network(folder: Path, *, apart: bool = True) -> Iterator[Network]:
    """Namespaces where they may be made (and `apart` is asked for), else this host for all."""
    with ExitStack() as stack:
        number = os.getpid()
        yield (
            Namespaces(stack, folder, f"198.{18 + number % 2}.{number // 2 % 256}.1", number)
            if apart and _make_bridge(stack, number)
            else SideBySide(stack, folder)
        )


class Namespaces(Network):
    """A bridge of this run, and at it a namespace for each host."""

    def __init__(self, stack: ExitStack, folder: Path, home: str, number: int) -> None:
        Network.__init__(self, stack, folder, home)
        self.number = number
        self._made = 0
        self._opened: set[int] = set()
        _ip("addr", "add", f"{home}/24", "dev", f"hotl{number}b")
        _ip("link", "set", f"hotl{number}b", "up")

    @property
    def sentence(self) -> str:
        return "each host in a network namespace of its own"

    def place(self, name: str) -> Place:
        self._made += 1
        made = Namespace(self, name, f"hotl{self.number}", self._made)
        self.stack.callback(_quietly, "netns", "del", made.namespace)
        made.set_up()
        return made

    def opened(self, port: int) -> str:
        """HOST:PORT at which a loopback port of ours is open to the hosts."""
        if port not in self._opened:
            self._opened.add(port)
            self.relay(f"to-{port}", f"{self.home}:{port}", f"{HERE}:{port}")
        return f"{self.home}:{port}"


class Namespace(Place):
    is_apart = True

    def __init__(self, network: Namespaces, name: str, stem: str, number: int) -> None:
        self._network, self._name = network, name
        self._bridge, self._outside, self._inside = f"{stem}b", f"{stem}v{number}", "net0"
        self.namespace = f"{stem}n{number}"
        self.prefix = ("ip", "netns", "exec", self.namespace)
        self.address = f"{network.home.rpartition('.')[0]}.{number + 1}"

    def set_up(self) -> None:
        _ip("netns", "add", self.namespace)
        _ip("link", "add", self._outside, "type", "veth", "peer", self._inside, "netns", self.namespace)
        _ip("link", "set", self._outside, "master", self._bridge, "up")
        for words in (
            ("addr", "add", f"{self.address}/24", "dev", self._inside),
            ("link", "set", self._inside, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-netns", self.namespace, *words)

    def way_to(self, port: int, *, near: bool) -> str:
        if not near:
            return f"{self._network.home}:{port}"
        here, opened = f"{HERE}:{port}", self._network.opened(port)
        self._network.relay(f"{self._name}-to-{port}", here, opened, prefix=self.prefix, is_counting=True)
        return here

    def cut(self) -> None:
        _ip("link", "set", self._outside, "down")

    def mend(self) -> None:
        _ip("link", "set", self._outside, "up")


class SideBySide(Network):
    """Every host on this one; the relays on its ways out stand still while it is cut off."""

    @property
    def sentence(self) -> str:
        return "the hosts side by side on loopback"

    def place(self, name: str) -> Place:
        return Beside(self, name)


@dataclass(slots=True)
class Beside(Place):
    network: SideBySide
    name: str
    relays: list[Program] = field(default_factory=list)

    def way_to(self, port: int, *, near: bool) -> str:
        here = f"{HERE}:{free_port()}"
        name = f"{self.name}-to-{port}"
        self.relays.append(self.network.relay(name, here, f"{HERE}:{port}", is_counting=near))
        return here

    def cut(self) -> None:
        for relay in self.relays:
            relay.child.send(signal.SIGSTOP)

    def mend(self) -> None:
        for relay in self.relays:
            relay.child.send(signal.SIGCONT)


def _make_bridge(stack: ExitStack, number: int) -> bool:
    """May we make namespaces? A bridge and one namespace tell."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    _sweep()
    probe, bridge = f"hotl{number}n0", f"hotl{number}b"
    stack.callback(_quietly, "link", "del", bridge)
    try:
        _ip("netns", "add", probe)
        _ip("netns", "exec", probe, "true")
        _ip("link", "add", bridge, "type", "bridge")
    except subprocess.CalledProcessError:
        return False
    finally:
        _quietly("netns", "del", probe)
    return True


def _sweep() -> None:
    """What a run left that was killed before its end."""
    found = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout
    for name, number in {(match[0], match[1]) for match in _OURS.finditer(found)}:
        if not Path(f"/proc/{number}").exists():
            _quietly("netns", "del", name)
            _quietly("link", "del", f"hotl{number}b")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


def _quietly(*words: str) -> None:
    with suppress(subprocess.SubprocessError, OSError):
        _ip(*words)
