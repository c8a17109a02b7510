"""A `.env` file is read as other tools read it."""

from pathlib import Path

import pytest

from hotline.settings import environment
from hotline.settings.dotenv import read_dotenv


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NAME=value", "value"),
        ("NAME = value ", "value"),
        ("export NAME=value", "value"),
        ("  export\tNAME=value\r", "value"),
        ("NAME=", ""),
        ("NAME= # nothing yet", ""),
        ("NAME=value # why", "value"),
        ("NAME=value\t# why", "value"),
        ("NAME=#1", "#1"),
        ("NAME=pass#word=", "pass#word="),
        ("NAME='Red # uno' # why", "Red # uno"),
        ('NAME="Red # uno"# why', "Red # uno"),
        ("NAME='a\\'b\\n'", "a'b\\n"),
        ('NAME="a\\"b\\nc\\\\"', 'a"b\nc\\'),
        ('NAME="it\'s"', "it's"),
        ("NAME=O'Brien's", "O'Brien's"),
        ('NAME="a"b', '"a"b'),
        ("NAME='open", "'open"),
        ("NAME=$HOME/x", "$HOME/x"),
        ("\ufeffNAME=value", "value"),
        ("NAME=first\nNAME=last", "last"),
    ],
)
def test_a_value_is_read_without_its_quotes_and_comment(written: str, value: str) -> None:
    assert read_dotenv(written) == {"NAME": value}


@pytest.mark.parametrize("written", ["", "# NAME=value", "NAME", "=value", "two words=value", "export NAME"])
def test_a_line_that_names_nothing_is_left_out(written: str) -> None:
    assert read_dotenv(f"{written}\nOTHER=1") == {"OTHER": "1"}


def test_the_process_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfHOTLINE_A=file\r\nHOTLINE_B='file' # both\r\n")
    monkeypatch.setenv("HOTLINE_A", "process")
    found = environment(tmp_path)
    assert (found["HOTLINE_A"], found["HOTLINE_B"]) == ("process", "file")


@pytest.mark.parametrize("content", [None, b"HOTLINE_A=caf\xe9\n"])
def test_a_file_that_is_missing_or_no_utf8_stops_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ".env").write_bytes(content)
    assert ("HOTLINE_A" in environment(tmp_path)) == (content is not None)
