import os
from pathlib import Path

import pytest

from hotline.store.servers.account import can_enter, can_run, own_account, servers_account
from hotline.store.servers.errors import AccountUnusable
from tests.store.servers.servers import ROOT


def test_an_ordinary_user_runs_the_servers_as_themselves() -> None:
    account = own_account()

    assert account.uid == os.geteuid()
    assert not account.is_another
    assert account.drop() == {}


@ROOT
def test_root_runs_them_as_an_unprivileged_user_without_any_groups() -> None:
    account = servers_account("nobody")

    assert account.uid not in (0, os.geteuid())
    assert account.drop() == {"user": account.uid, "group": account.gid, "extra_groups": []}


@ROOT
def test_production_refuses_to_run_as_root_and_says_what_to_do() -> None:
    with pytest.raises(AccountUnusable, match="useradd"):
        servers_account(production=True)


@ROOT
@pytest.mark.parametrize("user", ["root", "no-such-user"])
def test_root_and_strangers_are_no_users_for_the_servers(user: str) -> None:
    with pytest.raises(AccountUnusable):
        servers_account(user)


def test_a_user_without_a_name_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    with pytest.raises(AccountUnusable, match="/etc/passwd"):
        own_account()


@ROOT
def test_reach_is_tried_as_the_other_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    program = closed / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    nobody = servers_account()

    assert can_enter(own_account(), closed / "inner")
    assert not can_enter(nobody, closed / "inner")
    assert can_run(own_account(), program)
    assert not can_run(nobody, program)
    assert can_enter(nobody, Path("/"))
