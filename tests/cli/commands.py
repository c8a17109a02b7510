"""The commands of this room under one roof, as `hotline` has them, and how to run one."""

import typer
from typer.testing import CliRunner, Result

from hotline.cli import (
    alerts,
    api_keys,
    audit,
    checking,
    entering,
    events,
    fallback,
    held,
    incidents,
    invitations,
    keys,
    people,
    site_contacts,
    site_telling,
    sites,
    subscribers,
    talking,
    texts,
    tickets,
    webhooks,
)

app = typer.Typer(pretty_exceptions_enable=False)
app.command("check")(checking.check)
app.command("talk")(talking.talk)
app.command("held")(held.held_command)
people.people.command("invite")(invitations.invite_command)
tickets.report.command("enter")(entering.enter_command)
site_contacts.keep_contacts(sites.sites)
site_telling.tell_sites(sites.sites)
for name, group in (
    ("flows", checking.flows),
    ("texts", texts.texts),
    ("keys", keys.keys),
    ("settings", keys.settings),
    ("ticket", tickets.ticket),
    ("report", tickets.report),
    ("incidents", incidents.incidents),
    ("sites", sites.sites),
    ("events", events.events),
    ("alert", alerts.alert),
    ("people", people.people),
    ("audit", audit.audit),
    ("subscribers", subscribers.subscribers),
    ("api-keys", api_keys.api_keys),
    ("webhooks", webhooks.webhooks),
    ("fallback", fallback.fallback),
):
    app.add_typer(group, name=name)


def run(*words: str, typed: str | None = None) -> Result:
    """Run a command; what is typed goes to its questions."""
    return CliRunner().invoke(app, list(words), input=typed)


def said(result: Result) -> str:
    """All it said, on one line, so that a fold of the terminal does not matter."""
    return " ".join(result.output.split())
