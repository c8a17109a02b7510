"""The commands of this room under one roof, as `hotline` has them, and how to run one."""

import typer
from typer.testing import CliRunner, Result

from hotline.cli import (
    alerts,
    audit,
    checking,
    fallback,
    held,
    invitations,
    keys,
    people,
    subscribers,
    talking,
    texts,
    tickets,
)

app = typer.Typer(pretty_exceptions_enable=False)
app.command("check")(checking.check)
app.command("talk")(talking.talk)
app.command("held")(held.held_command)
people.people.command("invite")(invitations.invite_command)
for name, group in (
    ("flows", checking.flows),
    ("texts", texts.texts),
    ("keys", keys.keys),
    ("settings", keys.settings),
    ("ticket", tickets.ticket),
    ("report", tickets.report),
    ("alert", alerts.alert),
    ("people", people.people),
    ("audit", audit.audit),
    ("subscribers", subscribers.subscribers),
    ("fallback", fallback.fallback),
):
    app.add_typer(group, name=name)


def run(*words: str, typed: str | None = None) -> Result:
    """Run a command; what is typed goes to its questions."""
    return CliRunner().invoke(app, list(words), input=typed)


def said(result: Result) -> str:
    """All it said, on one line, so that a fold of the terminal does not matter."""
    return " ".join(result.output.split())
