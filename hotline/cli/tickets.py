"""`hotline ticket` and `hotline report`: what waits for somebody, and what people told us."""

from typing import Annotated

import typer

from hotline.cli.codes import code_of
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import say, when
from hotline.domain.person import Person
from hotline.domain.ticket import TicketState
from hotline.operations import tickets as operations
from hotline.operations.line import Line
from hotline.operations.staff_words import GO_ANSWERS, KINDS, LANGUAGE_NAMES, TOPICS
from hotline.store import audit, reports, tickets
from hotline.store.database import transaction

ticket = typer.Typer(help=say("Tickets: what owes a person an answer."), no_args_is_help=True)
report = typer.Typer(help=say("Reports: what people told us."), no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help=say("your name"))]


@ticket.command("list", help=say("Show waiting tickets, urgent ones first."))
def list_command(
    everything: Annotated[bool, typer.Option("--all", help=say("closed ones too"))] = False,
) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = [one for one in tickets.latest(db, 200) if everything or one.state != "closed"]
        shown = table(
            say("code"), say("what"), say("about"), say("language"), say("state"), say("who"), say("since")
        )
        for one in found:
            about = say(TOPICS[one.topic]) if one.topic in TOPICS else one.topic
            spoken = say(LANGUAGE_NAMES[one.language]) if one.language else ""
            since = when(one.created_at, line.hours.zone)
            style = "bold red" if one.is_urgent and one.state != "closed" else ""
            add(
                shown,
                one.code,
                say(KINDS[one.kind]),
                about,
                spoken,
                say(one.state),
                one.owner,
                since,
                style=style,
            )
        out.print(shown if found else say("No ticket waits."))


@ticket.command("call", help=say("Ring a dispatcher, then the person who waits."))
def call_command(
    code: str, dispatcher: Annotated[str, typer.Option("--as", help=say("the dispatcher whose phone rings"))]
) -> None:
    with connected() as line:
        person, now = _dispatcher(line, dispatcher), line.clock()
        with transaction(line.database) as db:
            taken, ticket_id = operations.call_back(line, db, code_of(code), person, now)
        if ticket_id is None:
            raise Refusal(say(GO_ANSWERS[taken], CODE=code_of(code)))
        line.queue.wake("ring", ticket_id)
        out.print(
            say(
                "Ticket {CODE}: {NAME}'s phone rings now; press 1 there.",
                CODE=code_of(code),
                NAME=person.name,
            )
        )


@ticket.command("close", help=say("Close a ticket: the person has had their answer."))
def close_command(code: str, by: By) -> None:
    _move(code, "closed", by)


@ticket.command("reopen", help=say("Open a ticket again."))
def reopen_command(code: str, by: By) -> None:
    _move(code, "open", by)


@report.command("list", help=say("Show reports, urgent ones first."))
def list_reports() -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = reports.latest(db, line.keyring, 100)
        shown = table(say("code"), say("state"), say("by"), say("language"), say("since"), say("answers"))
        for one in found:
            since = when(one.created_at, line.hours.zone)
            spoken = say(LANGUAGE_NAMES[one.language]) if one.language else ""
            channel = say("call") if one.channel == "voice" else say("text")
            style = "bold red" if one.is_urgent else ""
            add(shown, one.code, say(one.state), channel, spoken, since, len(one.answers), style=style)
        out.print(shown if found else say("There is no report."))


@report.command("show", help=say("Show what a report says. That you looked is written down."))
def show_report(code: str, by: By) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = reports.read(db, line.keyring, code_of(code))
            if found is not None:
                audit.record(db, by, "report.show", found.code, line.clock())
        if found is None:
            raise Refusal(say("There is no report {CODE}.", CODE=code_of(code)))
        out.print(
            say(
                "Report {CODE}, {STATE}, {SINCE}",
                CODE=found.code,
                STATE=say(found.state),
                SINCE=when(found.created_at, line.hours.zone),
            ),
            style="bold red" if found.is_urgent else "bold",
        )
        shown = table(say("question"), say("answer"))
        for name, answer in found.answers.items():
            add(shown, say(name), answer["value"] or say("recording or picture"))
        out.print(shown)


def _move(code: str, state: TicketState, by: str) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            moved = operations.move(line, db, code_of(code), state, by, line.clock())
        if moved is None:
            raise Refusal(
                say(
                    "Ticket {CODE} does not exist, or is {STATE} already.",
                    CODE=code_of(code),
                    STATE=say(state),
                )
            )
        out.print(say("Ticket {CODE} is {STATE}.", CODE=moved.code, STATE=say(state)))


def _dispatcher(line: Line, name: str) -> Person:
    found = line.people().named(name)
    if found is None or "dispatcher" not in found.roles:
        names = ", ".join(one.name for one in line.people().with_role("dispatcher"))
        raise Refusal(say("There is no dispatcher {NAME}: choose from {CHOICES}.", NAME=name, CHOICES=names))
    return found
