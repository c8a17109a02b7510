"""Read a `.env` file: one variable a line, quoted or not."""

import re
from typing import Final

_NAMED: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
_IN_SINGLE: Final = re.compile(r"\s*'((?:[^'\\]|\\.)*)'\s*(?:#.*)?")
_IN_DOUBLE: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_COMMENT: Final = re.compile(r"\s#.*")
_SAID: Final = {"n": "\n", "r": "\r", "t": "\t"}


def read_dotenv(content: str) -> dict[str, str]:
    """The variables of a file; of two with one name the last stands.

    As docker compose and python-dotenv read it: `export` before a name, spaces around `=`, values in
    single or double quotes, a comment after a quoted value or behind a space and `#`. Nothing is put in
    for `$NAME`, and no value goes over two lines. Lines that name nothing are left out.
    """
    lines = content.removeprefix("\ufeff").split("\n")
    named = (_NAMED.fullmatch(line.rstrip("\r")) for line in lines)
    return {match[1]: _value(match[2]) for match in named if match}


def _value(written: str) -> str:
    if match := _IN_SINGLE.fullmatch(written):
        return re.sub(r"\\([\\'])", r"\1", match[1])
    if match := _IN_DOUBLE.fullmatch(written):
        return re.sub(r'\\([\\"$nrt])', lambda escaped: _SAID.get(escaped[1], escaped[1]), match[1])
    return _COMMENT.sub("", written).strip()
