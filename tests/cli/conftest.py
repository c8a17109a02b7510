"""A demo line that commands reach by its settings."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from hotline.cli.console import out
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store.sealing import read_keys
from hotline.store.servers.supervisor import Supervisor
from tests.lines import KEY, make_line


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests is read; words are English, lines are long."""
    import os

    for name in list(os.environ):
        if name.startswith(("HOTLINE_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def line(
    servers: Supervisor,
    database: Engine,
    database_url: str,
    flow: Flow,
    network: Network,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Line:
    for name, value in {
        "HOTLINE_MODE": "demo",
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": servers.redis_url,
        "HOTLINE_DATA_DIR": str(tmp_path / "var"),
        "HOTLINE_SECRET_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    return make_line(database, flow, network, keyring=read_keys(KEY))
