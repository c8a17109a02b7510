"""Whose name a command is written down under."""

import getpass
from typing import Annotated

import typer

from hotline.cli.console import Refusal
from hotline.cli.words import say
from hotline.domain.permission import Permission, permissions_of
from hotline.operations.incident_refusals import INCIDENT_REFUSALS
from hotline.operations.line import Line

By = Annotated[str, typer.Option("--by", help=say("your name; else the one you are logged in with"))]


def who_is_it(given: str) -> str:
    """The name that was given, else the login."""
    if given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise typer.BadParameter(say("your name"), param_hint="--by") from None


def permitted(line: Line, given: str, permission: Permission) -> str:
    """The same name, of somebody of the network whose roles allow it, as in the console. Raises Refusal."""
    name = who_is_it(given)
    found = line.people().named(name)
    if found is None:
        choices = ", ".join(
            one.name for one in line.people().people if permission in permissions_of(one.roles)
        )
        unknown = f"{say(INCIDENT_REFUSALS['unknown_person'])} {name}."
        raise Refusal(f"{unknown} {say('Choose from {CHOICES}.', CHOICES=choices)}")
    if permission not in permissions_of(found.roles):
        raise Refusal(f"{say(INCIDENT_REFUSALS['role'])} {found.name}")
    return found.name
