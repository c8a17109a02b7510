import os
import stat
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from hotline.store.servers.account import servers_account
from hotline.store.servers.postgres_settings import KEEPER, ident
from hotline.store.servers.supervisor import Supervisor
from tests.store.servers.servers import ROOT, database, exit_code_as, sockets


def _setting(supervisor: Supervisor, name: str) -> str:
    with database(supervisor.endpoints) as db:
        row = db.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_sqlalchemy_connects_with_the_url(running: Supervisor) -> None:
    engine = sqlalchemy.create_engine(running.database_url)
    with engine.connect() as db:
        assert db.scalar(sqlalchemy.text("SELECT current_database()")) == "hotline"
    engine.dispose()


def test_the_hotlines_role_owns_its_database_and_is_no_superuser(running: Supervisor) -> None:
    with database(running.endpoints) as db:
        role = db.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == (False, True)
        db.execute("CREATE TABLE owned (id bigint)")
        db.execute("DROP TABLE owned")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("COPY (SELECT 1) TO PROGRAM 'cat'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(f"SET ROLE {KEEPER}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("server_encoding", "UTF8"),
        ("log_statement", "none"),
        ("log_min_messages", "log"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length_on_error", "0"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("TimeZone", "UTC"),
    ],
)
def test_settings_that_matter_are_in_force(running: Supervisor, name: str, value: str) -> None:
    assert _setting(running, name) == value


def test_accents_have_upper_and_lower_case_whatever_the_machines_locale(running: Supervisor) -> None:
    with database(running.endpoints) as db:
        assert db.execute("SELECT lower('ÁRBOL ÑANDÚ'), upper('mañana')").fetchone() == (
            "árbol ñandú",
            "MAÑANA",
        )


def test_its_sockets_are_for_its_user_only(running: Supervisor) -> None:
    directory = sockets(running.endpoints)
    found = [entry for entry in directory.iterdir() if stat.S_ISSOCK(entry.stat().st_mode)]

    assert len(found) == 2
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in found} == {0o700}
    assert {entry.stat().st_uid for entry in (directory, *found)} == {servers_account().uid}


def test_nobody_is_trusted_and_unknown_roles_are_refused(running: Supervisor) -> None:
    with database(running.endpoints) as db, pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf"):
        psycopg.connect(host=db.info.host, port=5432, user="somebody", dbname="hotline")


@ROOT
def test_another_unprivileged_user_cannot_come_near_the_socket(running: Supervisor) -> None:
    assert exit_code_as(1, lambda: database(running.endpoints)) == 1
    assert exit_code_as(servers_account().uid, lambda: database(running.endpoints)) == 0


@ROOT
def test_another_unprivileged_user_is_refused_by_the_server_too(used_directory: Path) -> None:
    def refused_as_peer() -> None:
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            database(supervisor.endpoints)

    with Supervisor(used_directory) as supervisor:
        directory = sockets(supervisor.endpoints)
        for door in (used_directory, directory, *directory.iterdir()):
            door.chmod(0o777)
        assert exit_code_as(1, refused_as_peer) == 0


def test_the_map_of_users_keeps_odd_names_whole() -> None:
    lines = ident({"ana maria", 'o"brien'}).splitlines()

    assert 'hotline  "ana maria"  hotline' in lines
    assert 'hotline  "o""brien"  hotline_keeper' in lines
    assert len(lines) == 4


@ROOT
def test_as_root_the_servers_run_as_somebody_else(running: Supervisor) -> None:
    account = servers_account()
    for pid in running.pids:
        assert os.stat(f"/proc/{pid}").st_uid == account.uid


def test_the_servers_know_none_of_our_environment(
    used_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "canary-in-the-environment")
    with Supervisor(used_directory) as supervisor:
        for pid in supervisor.pids:
            assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()
