"""A TCP relay in a process of its own: a way from one address to another, or to the next that answers.

`python -m tests.whole.relay HOST:PORT HOST:PORT [HOST:PORT ...] [--answer-s SECONDS] [--counting]`
"""

import argparse
import asyncio
import signal
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

CONNECT_S: Final = 1.0
LEFT_OUT_S: Final = 3.0
_LOOK_S: Final = 0.1
_CHUNK: Final = 65_536
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() drops what is unsent (socket(7))

Address = tuple[str, int]
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Relay:
    """With several targets they take turns, and one that does not answer is left out for a while.

    `answer_s`: so long may a target be silent after it was asked. `is_counting`: tells how many answers are
    owed whenever that changes.
    """

    targets: Sequence[Address]
    answer_s: float | None = None
    is_counting: bool = False
    _owed: int = 0
    _turn: int = 0
    _left_out_until: dict[Address, float] = field(default_factory=dict)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        try:
            found = await self._reach()
            if found is not None:
                target, ends = found
                await self._carry(target, (reader, writer), ends)
        except OSError:
            pass  # either side has reset it
        finally:
            writer.close()

    async def _reach(self) -> tuple[Address, Ends] | None:
        for target in self._in_turn():
            try:
                return target, await asyncio.wait_for(asyncio.open_connection(*target), CONNECT_S)
            except (OSError, TimeoutError):
                self._leave_out(target)
        return None

    def _in_turn(self) -> list[Address]:
        """Those that answer, in turn; the others after them."""
        self._turn += 1
        now, turn = asyncio.get_running_loop().time(), self._turn % len(self.targets)
        turned = [*self.targets[turn:], *self.targets[:turn]]
        return sorted(turned, key=lambda target: self._left_out_until.get(target, 0.0) > now)

    def _leave_out(self, target: Address) -> None:
        if len(self.targets) > 1:
            print(f"{target[0]}:{target[1]} does not answer", flush=True)
            self._left_out_until[target] = asyncio.get_running_loop().time() + LEFT_OUT_S

    async def _carry(self, target: Address, near: Ends, far: Ends) -> None:
        """Until one side ends it. What the far side was not handed by then it never gets: whoever gave up
        an answer must not find its question asked a minute later, when a cut line is mended."""
        heard = _Heard(self._owe)
        there = asyncio.create_task(_pump(near[0], far[1], heard.asked))
        back = asyncio.create_task(_pump(far[0], near[1], heard.answered))
        try:
            while not (there.done() or back.done()):
                await asyncio.wait((there, back), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                if self.answer_s is not None and heard.waits_for_s() > self.answer_s:
                    self._leave_out(target)
                    break
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            heard.answered()
            _drop(far[1])

    def _owe(self, more: int) -> None:
        self._owed += more
        if self.is_counting:
            print(f"owed {self._owed}", flush=True)


class _Heard:
    """Since when the far side owes an answer."""

    def __init__(self, owe: Callable[[int], None]) -> None:
        self._owe = owe
        self._asked_at: float | None = None

    def asked(self) -> None:
        if self._asked_at is None:
            self._asked_at = asyncio.get_running_loop().time()
            self._owe(1)

    def answered(self) -> None:
        if self._asked_at is not None:
            self._asked_at = None
            self._owe(-1)

    def waits_for_s(self) -> float:
        return 0.0 if self._asked_at is None else asyncio.get_running_loop().time() - self._asked_at


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: object) -> None:
    assert callable(seen)
    while data := await reader.read(_CHUNK):
        seen()
        writer.write(data)
        await writer.drain()


def _drop(writer: asyncio.StreamWriter) -> None:
    held: socket.socket | None = writer.get_extra_info("socket")
    if held is not None and not writer.is_closing():
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def main() -> None:
    """Relay until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("listen", type=_address)
    parser.add_argument("targets", type=_address, nargs="+")
    parser.add_argument("--answer-s", type=float)
    parser.add_argument("--counting", action="store_true")
    given = parser.parse_args()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    relay = Relay(given.targets, given.answer_s, given.counting)
    await asyncio.start_server(relay.pass_on, *given.listen, backlog=512)
    print("relays", flush=True)
    await ended.wait()


def _address(written: str) -> Address:
    host, _, port = written.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    asyncio.run(main())
