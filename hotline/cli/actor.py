"""Whose name a command is written down under."""

import getpass
from typing import Annotated

import typer

from hotline.cli.words import say

By = Annotated[str, typer.Option("--by", help=say("your name; else the one you are logged in with"))]


def who_is_it(given: str) -> str:
    """The name that was given, else the login."""
    if given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise typer.BadParameter(say("your name"), param_hint="--by") from None
