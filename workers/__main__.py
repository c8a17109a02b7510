"""`python -m workers --role send --role rest`: one process for each role named, ended together."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from hotline.bootstrap import NothingRunning
from hotline.flow.load import FlowFault
from hotline.journal import open_journal
from hotline.settings import BadSettings, environment, read_settings
from hotline.store.queue import ROLES, Role
from workers.parts import open_tools
from workers.process import work


def main(arguments: Sequence[str] | None = None) -> int:
    """Work in the roles named (all of them when none is). Returns the exit code."""
    parser = argparse.ArgumentParser(prog="workers", description="Work on what waits in the database.")
    parser.add_argument("--role", action="append", choices=ROLES, help="may be given several times")
    roles: list[Role] = list(dict.fromkeys(parser.parse_args(arguments).role or ROLES))
    return _work_as(roles[0]) if len(roles) == 1 else _work_side_by_side(roles)


def _work_as(role: Role) -> int:
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
    children = {
        child.pid: child
        for role in roles
        for child in [subprocess.Popen([sys.executable, "-m", "workers", "--role", role])]
    }
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(children))
    code = 0
    while children:
        pid, status = os.wait()
        if pid in children:
            ended = children.pop(pid)
            ended.returncode = os.waitstatus_to_exitcode(status)
            code = code or ended.returncode
            _end(children)
    return code


def _end(children: dict[int, "subprocess.Popen[bytes]"]) -> None:
    for child in children.values():
        child.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
