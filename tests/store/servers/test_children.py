import os
import select
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from hotline.store.servers.account import servers_account
from hotline.store.servers.children import Child, StopStep
from tests.store.servers.servers import LINUX, ROOT

_STUBBORN = "trap '' TERM; echo ready; while :; do /bin/sleep 1; done"


def _status(pid: int, field: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{field}:"))


def test_a_child_has_its_own_process_group_so_that_a_terminals_interrupt_passes_it_by() -> None:
    child = Child.start("child", ["/bin/sleep", "60"])
    try:
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    finally:
        child.stop()


def test_stopping_asks_first_and_tells_how_it_ended() -> None:
    child = Child.start("child", ["/bin/sh", "-c", "trap 'exit 7' TERM; kill -TERM $$; sleep 60"])

    assert child.wait(10) == 7
    assert child.stop() == 7


def test_a_child_that_will_not_end_is_killed() -> None:
    read, write = os.pipe()
    child = Child.start("child", ["/bin/sh", "-c", _STUBBORN], output=write)
    os.close(write)
    assert os.read(read, 6) == b"ready\n"

    ended = child.stop((StopStep(signal.SIGTERM, 0.05), StopStep(signal.SIGKILL, 10)))

    os.close(read)
    assert ended == -signal.SIGKILL
    assert not child.is_running


def test_what_a_child_leaves_in_its_group_is_ended_with_it() -> None:
    read, write = os.pipe()
    child = Child.start("child", ["/bin/sh", "-c", "sleep 60 & echo started; wait"], output=write)
    os.close(write)
    assert os.read(read, 8) == b"started\n"

    child.stop()

    assert select.select([read], [], [], 10)[0], "the pipe ends when the last process that writes to it does"
    assert os.read(read, 1) == b""
    os.close(read)


def test_a_child_gets_only_the_environment_it_is_given() -> None:
    read, write = os.pipe()
    child = Child.start("child", ["/usr/bin/env"], environment={"LANG": "C"}, output=write)
    os.close(write)
    child.wait(10)
    with os.fdopen(read) as output:
        assert output.read() == "LANG=C\n"


def test_a_program_that_is_not_there_is_an_error_here_and_not_in_the_child() -> None:
    with pytest.raises(FileNotFoundError):
        Child.start("child", ["/nonexistent/program"])


@LINUX
def test_a_child_leaves_no_core_file() -> None:
    child = Child.start("child", ["/bin/sleep", "60"])
    try:
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        assert next(line for line in limits.splitlines() if "core" in line).split()[4:6] == ["0", "0"]
    finally:
        child.stop()


@LINUX
def test_children_end_when_their_parent_is_killed() -> None:
    script = (
        "import sys; from hotline.store.servers.children import Child\n"
        "Child.start('child', ['/bin/sh', '-c', 'echo started; exec sleep 60'])\nsys.stdin.read()"
    )
    with Popen([sys.executable, "-c", script], stdin=PIPE, stdout=PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
        assert parent.stdout.read() == b"", "the child held the pipe open until it ended"


@ROOT
@LINUX
def test_a_child_of_another_user_has_nothing_of_root_and_still_dies_with_its_parent() -> None:
    account = servers_account()
    child = Child.start("child", ["/bin/sleep", "60"], account=account)
    try:
        assert _status(child.pid, "Uid").split() == [str(account.uid)] * 4
        assert _status(child.pid, "Gid").split() == [str(account.gid)] * 4
        assert _status(child.pid, "Groups") == ""
        assert int(_status(child.pid, "CapEff"), 16) == 0
    finally:
        child.stop()
