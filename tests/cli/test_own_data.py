"""A command touches no data but its own, and says what to put right."""

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from hotline.bootstrap import open_line, prepare_data
from hotline.cli.main import app
from hotline.operations.line import Line
from hotline.operations.possession import take_possession
from hotline.settings import BadSettings, environment, read_settings
from hotline.store.sealing import new_key
from tests.cli.commands import run, said
from tests.lines import NOON
from tests.people import subscribe


def hotline(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def modes(line: Line) -> list[str]:
    with line.database.connect() as db:
        return list(db.scalars(text("SELECT value FROM setting_mark WHERE name = 'mode'")))


def test_the_first_migration_says_whose_the_data_is(line: Line) -> None:
    for _ in range(2):
        assert hotline("database", "migrate").exit_code == 0
    assert modes(line) == ["demo"]


@pytest.mark.parametrize("words", [("database", "migrate"), ("work",), ("held",)])
def test_a_demo_does_not_touch_the_data_of_a_real_line(line: Line, words: tuple[str, ...]) -> None:
    take_possession(line.database, "production", NOON)
    result = hotline(*words)
    assert result.exit_code == 1
    assert "the data of a real line" in said(result)
    assert "HOTLINE_DATA_DIR=var-demo" in said(result)
    with line.database.connect() as db:
        assert db.execute(text("SELECT FROM contact")).all() == []


def test_a_real_line_does_not_begin_on_a_demos_data(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    take_possession(line.database, "demo", NOON)
    for name, value in {
        "HOTLINE_MODE": "production",
        "HOTLINE_PUBLIC_URL": "https://line.example.org",
        "HOTLINE_ORG": "Red",
        "HOTLINE_NETWORK_FILE": read_settings(environment()).network_file.as_posix(),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "TWILIO_FROM_NUMBERS": "+12135550110",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(environment())
    with pytest.raises(BadSettings, match=r"(?s)HOTLINE_DATABASE_URL.*the data of a demo"):
        prepare_data(settings)
    with pytest.raises(BadSettings, match="the data of a demo"), open_line(settings):
        pass
    assert modes(line) == ["demo"]


@pytest.mark.parametrize("words", [("database", "migrate"), ("work",), ("held",)])
def test_a_key_that_opens_nothing_is_refused_by_name(
    line: Line, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    subscribe(line, 1)
    assert run("held").exit_code == 0
    monkeypatch.setenv("HOTLINE_SECRET_KEY", new_key())
    result = hotline(*words)
    assert result.exit_code == 1
    assert "HOTLINE_SECRET_KEY: it is not the key that this data was sealed with" in said(result)
