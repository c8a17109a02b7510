"""`python -m workers --role send --role rest`: one process for each role named, ended together."""

import argparse
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Final

from hotline.bootstrap import NothingRunning
from hotline.flow.load import FlowFault
from hotline.journal import open_journal
from hotline.settings import BadSettings, environment, read_settings
from hotline.store.queue import ROLES, Role
from workers.parts import open_tools
from workers.process import give_way, work

LOOK_S: Final = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Work in the roles named (all of them when none is). Returns the exit code."""
    parser = argparse.ArgumentParser(prog="workers", description="Work on what waits in the database.")
    parser.add_argument("--role", action="append", choices=ROLES, help="may be given several times")
    roles: list[Role] = list(dict.fromkeys(parser.parse_args(arguments).role or ROLES))
    return _work_as(roles[0]) if len(roles) == 1 else _work_side_by_side(roles)


def _work_as(role: Role) -> int:
    give_way()
    try:
        settings = read_settings(environment())
        open_journal(settings.log_level)
        with open_tools(settings) as tools:
            work(tools, role)
    except (BadSettings, NothingRunning, FlowFault) as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


def _work_side_by_side(roles: Sequence[Role]) -> int:
    """Children that end together: one that ends unasked ends all."""
    children = [
        subprocess.Popen([sys.executable, "-m", "workers", "--role", role])  # noqa: S603 - our own program
        for role in roles
    ]
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(LOOK_S) and all(child.poll() is None for child in children):
        pass
    for child in children:
        child.send_signal(signal.SIGTERM)  # once: a second one would cut off what is in flight
    return max(abs(child.wait()) for child in children)


if __name__ == "__main__":
    sys.exit(main())
