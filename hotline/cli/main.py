"""The command `hotline`."""

import typer

from hotline.cli import (
    alerts,
    api_keys,
    audit,
    checking,
    demo,
    entering,
    events,
    fallback,
    held,
    incidents,
    invitations,
    keys,
    people,
    serving,
    site_contacts,
    site_telling,
    sites,
    story,
    subscribers,
    talking,
    texts,
    tickets,
    webhooks,
)
from hotline.cli.words import say

app = typer.Typer(
    name="hotline",
    help=say("One phone number for a neighbourhood, by text and by call, in Spanish and English."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help=say("The database."), no_args_is_help=True)
database.command("migrate", help=say("Bring the tables of the database up to date."))(
    serving.database_migrate
)

app.command(help=say("Run everything here: nobody real can be reached."))(demo.demo)
app.command(help=say("Hold the embedded PostgreSQL and Redis until stopped."))(serving.up)
app.command(help=say("Answer webhooks; without HOTLINE_DATABASE_URL start the embedded servers too."))(
    serving.serve
)
app.command(help=say("Send texts, take in receipts, keep the timetable: one process for each role."))(
    serving.work
)
app.command(help=say("Prove every flow, text and bound."))(checking.check)
app.command(help=say("Play a contact in the terminal. Nothing is stored or sent."))(talking.talk)
app.command("story", help=say("Let the demo tell its story: from a report to the all-clear."))(
    story.story_command
)
app.command("held", help=say("Show what we hold, and what is deleted next."))(held.held_command)

people.people.command("invite")(invitations.invite_command)
tickets.report.command("enter")(entering.enter_command)
site_contacts.keep_contacts(sites.sites)
site_telling.tell_sites(sites.sites)

for name, group in {
    "alert": alerts.alert,
    "ticket": tickets.ticket,
    "report": tickets.report,
    "incidents": incidents.incidents,
    "sites": sites.sites,
    "events": events.events,
    "people": people.people,
    "audit": audit.audit,
    "subscribers": subscribers.subscribers,
    "texts": texts.texts,
    "flows": checking.flows,
    "api-keys": api_keys.api_keys,
    "webhooks": webhooks.webhooks,
    "fallback": fallback.fallback,
    "settings": keys.settings,
    "keys": keys.keys,
    "database": database,
}.items():
    app.add_typer(group, name=name)
