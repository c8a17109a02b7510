"""`hotline alert`: draft an alert, have a second person release it, and watch it go out."""

from typing import Annotated

import typer

from hotline.cli.alert_refusal import refusal
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.drafting import Author, draft_command
from hotline.cli.previews import show_estimate
from hotline.cli.steering import steer
from hotline.cli.watching import show, watch
from hotline.cli.words import say, when
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.estimate import estimate
from hotline.operations.progress import progress
from hotline.operations.release import ask_release

alert = typer.Typer(help=say("Alerts: draft, release, watch."), no_args_is_help=True)
steer(alert)

alert.command("draft", help=say("Draft a message from fixed lists. Nothing goes out yet."))(draft_command)


@alert.command("release", help=say("Show whom it reaches and what it costs, and ask the second person."))
def release_command(
    code: str,
    author: Author,
    second: Annotated[str, typer.Option(help=say("who releases it, from their own phone"))],
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
) -> None:
    with connected() as line:
        try:
            told = estimate(line, code.upper(), line.clock())
            show_estimate(line, told)
            if not yes and not typer.confirm(say("Text the one-time word to {NAME}?", NAME=second)):
                raise Refusal(say("Nothing was asked and nothing goes out."))
            asked = ask_release(line, code.upper(), author, second, line.clock())
        except AlertRefused as refused:
            raise refusal(line, refused) from None
        until = when(asked.until, line.hours.zone)
        out.print(
            say(
                "{NAME} answers with the word from their own phone, until {UNTIL}.",
                NAME=asked.second,
                UNTIL=until,
            )
        )
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline alert status {code.upper()} --watch"))


@alert.command("status", help=say("Show how many got it, and why others did not."))
def status_command(
    code: str,
    follow: Annotated[bool, typer.Option("--watch", help=say("stay until it is over"))] = False,
) -> None:
    with connected() as line:
        try:
            found = watch(line, code.upper()) if follow else progress(line, code.upper(), line.clock())
        except AlertRefused as refused:
            raise refusal(line, refused) from None
        show(line, found)
