import contextlib
import os
import select
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from hotline.store.servers import datadir
from hotline.store.servers.account import own_account, servers_account
from hotline.store.servers.children import Child
from hotline.store.servers.endpoints import connect_info
from hotline.store.servers.errors import AlreadyRunning, DataDirectoryUnusable, ServersError, StartInterrupted
from hotline.store.servers.restarts import Restarts
from hotline.store.servers.supervisor import Supervisor
from tests.store.servers.servers import LINUX, ROOT, database, queue, sockets, supervisor_process


def _keep_something(supervisor: Supervisor) -> None:
    with database(supervisor.endpoints) as db:
        db.execute("CREATE TABLE kept (words text)")
        db.execute("INSERT INTO kept VALUES ('kept')")
    with contextlib.closing(queue(supervisor.endpoints)) as redis:
        redis.set("kept", "kept")


def _has_kept(supervisor: Supervisor) -> bool:
    with database(supervisor.endpoints) as db, contextlib.closing(queue(supervisor.endpoints)) as redis:
        return db.execute("SELECT words FROM kept").fetchone() == ("kept",) and redis.get("kept") == "kept"


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_servers_start_again_on_their_data_and_leave_nothing_running(data_directory: Path) -> None:
    with Supervisor(data_directory) as supervisor:
        _keep_something(supervisor)
        pids = supervisor.pids
    assert all(_has_ended(pid) for pid in pids)
    assert connect_info(data_directory) is None

    began_at = time.monotonic()
    with Supervisor(data_directory) as supervisor:
        assert time.monotonic() - began_at < 5
        assert _has_kept(supervisor)


def test_stopping_in_the_middle_of_crash_recovery_takes_no_patience(used_directory: Path) -> None:
    with Supervisor(used_directory) as supervisor:
        with database(supervisor.endpoints) as db:
            os.kill(db.info.backend_pid, signal.SIGSEGV)
        began_at = time.monotonic()
    assert time.monotonic() - began_at < 10


def test_a_path_of_120_letters_with_spaces_and_accents_works(data_directory: Path) -> None:
    long = data_directory.with_name("línea de la casa " + "n" * 100 + ' "x')
    with Supervisor(long) as supervisor:
        directory = sockets(supervisor.endpoints)
        assert not directory.is_relative_to(long)
        assert directory.stat().st_mode & 0o777 == 0o700
        assert connect_info(long) == supervisor.endpoints
        with database(supervisor.endpoints) as db:
            assert db.execute("SELECT 1").fetchone() == (1,)
    assert not directory.exists()


def test_a_second_supervisor_of_the_same_data_is_told_so_and_harms_nothing(running: Supervisor) -> None:
    with pytest.raises(AlreadyRunning, match="in use by another"):
        Supervisor(running.data_dir).start()

    with database(running.endpoints) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_two_hotlines_of_two_directories_live_side_by_side(running: Supervisor, used_directory: Path) -> None:
    with Supervisor(used_directory) as other:
        assert other.endpoints != running.endpoints
        with contextlib.closing(queue(other.endpoints)) as redis:
            redis.set("mine", "other")
        with contextlib.closing(queue(running.endpoints)) as redis:
            assert redis.get("mine") is None


@LINUX
@pytest.mark.parametrize("victim", ["PostgreSQL", "Redis"])
def test_a_killed_server_comes_back_with_its_data(used_directory: Path, victim: str) -> None:
    is_back = threading.Event()
    said: list[str] = []

    def report(sentence: str) -> None:
        said.append(sentence)
        if sentence == f"{victim} is back.":
            is_back.set()

    with Supervisor(used_directory, report=report) as supervisor:
        _keep_something(supervisor)
        killed = supervisor.pids[("PostgreSQL", "Redis").index(victim)]
        os.kill(killed, signal.SIGKILL)
        assert is_back.wait(30)
        assert killed not in supervisor.pids
        assert _has_kept(supervisor)
    assert f"{victim} ended unexpectedly (code -9); starting it again." in said


@LINUX
def test_a_killed_supervisor_takes_its_servers_along_and_the_next_one_keeps_the_data(
    used_directory: Path,
) -> None:
    process, pids = supervisor_process(used_directory)
    endpoints = connect_info(used_directory)
    assert endpoints is not None
    with database(endpoints) as db:
        db.execute("CREATE TABLE kept AS SELECT 'kept' AS words")

    handles = [os.pidfd_open(pid) for pid in pids]
    process.kill()
    process.communicate()
    for handle in handles:
        assert select.select([handle], [], [], 30)[0], "the kernel told it that its supervisor died"
        os.close(handle)

    with Supervisor(used_directory) as supervisor, database(supervisor.endpoints) as db:
        assert db.execute("SELECT words FROM kept").fetchone() == ("kept",)


@LINUX
@pytest.mark.parametrize("hide_sockets", [False, True])
def test_servers_that_outlived_their_supervisor_are_found_and_ended(
    used_directory: Path, hide_sockets: bool
) -> None:
    process, pids = supervisor_process(used_directory, "children-survive")
    endpoints = connect_info(used_directory)
    assert endpoints is not None
    process.kill()
    process.communicate()
    assert not any(_has_ended(pid) for pid in pids)
    assert connect_info(used_directory) is None, "without a supervisor they are not to be used"
    if hide_sockets:
        for entry in sockets(endpoints).iterdir():
            entry.unlink()

    said: list[str] = []
    with Supervisor(used_directory, report=said.append) as supervisor:
        assert all(_has_ended(pid) for pid in pids)
        assert not set(pids) & set(supervisor.pids)
    assert [sentence for sentence in said if "earlier run" in sentence] == [
        "PostgreSQL of an earlier run is still up; ending it first.",
        "Redis of an earlier run is still up; ending it first.",
    ]


def test_a_number_of_a_living_process_in_stale_files_shuts_nobody_out(used_directory: Path) -> None:
    with Supervisor(used_directory) as supervisor:
        directory = sockets(supervisor.endpoints)
        note = (used_directory / "postgres" / "postmaster.pid").read_text()
    stranger = Child.start("stranger", ["/bin/sleep", "60"], account=servers_account())
    stale = note.replace(note.splitlines()[0], str(stranger.pid), 1)
    for path in (used_directory / "postgres" / "postmaster.pid", directory / ".s.PGSQL.5432.lock"):
        path.write_text(stale)
        os.chown(path, servers_account().uid, servers_account().gid)
    (used_directory / "supervisor.lock").write_text(f'{{"pid": {stranger.pid}, "started_at": ""}}')

    with Supervisor(used_directory):
        assert stranger.is_running
    stranger.stop()


def test_a_half_made_database_is_made_anew(used_directory: Path) -> None:
    with Supervisor(used_directory):
        pass
    (used_directory / "postgres").rename(used_directory / "postgres.new")
    (used_directory / "postgres.new" / "PG_VERSION").unlink()

    with Supervisor(used_directory) as supervisor, database(supervisor.endpoints) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
    assert not (used_directory / "postgres.new").exists()


def test_a_journal_that_redis_cannot_read_is_set_aside(used_directory: Path) -> None:
    with Supervisor(used_directory) as supervisor, contextlib.closing(queue(supervisor.endpoints)) as redis:
        redis.set("lost", "lost")
    (used_directory / "redis" / "appendonly.aof").write_bytes(
        b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\nthis is no journal\r\n"
    )

    said: list[str] = []
    with Supervisor(used_directory, report=said.append) as supervisor:
        with contextlib.closing(queue(supervisor.endpoints)) as redis:
            assert redis.get("lost") is None
        assert len(list((used_directory / "redis").glob("*.broken-*"))) == 1
    assert any("cannot read its journal" in sentence for sentence in said)


def test_the_logs_hold_nothing_that_people_wrote(used_directory: Path) -> None:
    with Supervisor(used_directory) as supervisor:
        with database(supervisor.endpoints) as db:
            db.execute("CREATE TABLE words (word text UNIQUE)")
            db.execute("INSERT INTO words VALUES ('canary')")
            for broken in ("INSERT INTO words VALUES ('canary')", "SELECT 'canary'::int", "SELECT canary"):
                with pytest.raises(psycopg.Error):
                    db.execute(broken)
            with pytest.raises(psycopg.Error):
                db.execute("SELECT %s::int", ["canary"])
        with database(supervisor.endpoints) as db:
            threading.Timer(0.05, os.kill, (db.info.backend_pid, signal.SIGSEGV)).start()
            with pytest.raises(psycopg.OperationalError):
                db.execute("SELECT pg_sleep(20), 'canary'")
    log = (used_directory / "postgres.log").read_text()
    assert "terminated by signal 11" in log, "the log is written"
    assert "canary" not in log
    assert "canary" not in (used_directory / "redis.log").read_text()


def test_data_that_cannot_be_started_says_why_and_ends_everything(used_directory: Path) -> None:
    with Supervisor(used_directory):
        pass
    (used_directory / "postgres" / "global" / "pg_control").unlink()

    with pytest.raises(ServersError, match="pg_control"):
        Supervisor(used_directory).start()
    assert connect_info(used_directory) is None
    with pytest.raises(ServersError, match="pg_control"):
        Supervisor(used_directory).start()


def test_a_server_that_dies_again_and_again_is_given_up_with_its_reason(
    used_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Restarts, "delay_s", property(lambda self: 0.0 if len(self.deaths) < 3 else None))
    with Supervisor(used_directory) as supervisor:
        (used_directory / "postgres" / "global" / "pg_control").unlink()
        os.kill(supervisor.pids[0], signal.SIGKILL)
        with pytest.raises(ServersError, match="pg_control"):
            supervisor.wait(30)


def test_stopping_while_starting_ends_what_was_started(data_directory: Path) -> None:
    supervisor = Supervisor(data_directory)
    supervisor.stop()

    with pytest.raises(StartInterrupted):
        supervisor.start()
    assert connect_info(data_directory) is None


def test_waiting_ends_with_the_stop(data_directory: Path) -> None:
    supervisor = Supervisor(data_directory)
    assert not supervisor.wait(0)
    supervisor.stop()
    supervisor.stop()
    assert supervisor.wait(0)


def test_a_directory_that_may_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(DataDirectoryUnusable, match="HOTLINE_DATA_DIR"):
        Supervisor(tmp_path / "data").start()


@ROOT
def test_production_does_not_start_as_root(data_directory: Path) -> None:
    with pytest.raises(ServersError, match="does not run as root"):
        Supervisor(data_directory, production=True).start()
    assert not data_directory.exists()
    assert own_account().uid == 0


@ROOT
def test_root_may_keep_its_hotline_behind_a_closed_door(
    tmp_path: Path, data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    data_directory.mkdir(mode=0o711)
    monkeypatch.setattr(datadir, "REACHABLE_HOMES", (data_directory,))
    said: list[str] = []
    for _ in range(2):
        with Supervisor(tmp_path / "data", report=said.append) as supervisor:
            assert connect_info(tmp_path / "data") == supervisor.endpoints
            with database(supervisor.endpoints) as db:
                db.execute("CREATE TABLE IF NOT EXISTS kept (words text)")
    assert said.count("Making a new PostgreSQL database.") == 1
    assert sum("cannot reach" in sentence for sentence in said) == 1


@LINUX
def test_a_closed_terminal_does_not_keep_a_server_from_coming_back(used_directory: Path) -> None:
    is_back = threading.Event()

    def report(sentence: str) -> None:
        if sentence == "Redis is back.":
            is_back.set()
        raise BrokenPipeError

    with Supervisor(used_directory, report=report) as supervisor:
        os.kill(supervisor.pids[1], signal.SIGKILL)
        assert is_back.wait(30)
