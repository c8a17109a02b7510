"""`hotline audit`: who did what, and whether that was left as it was written."""

from typing import Annotated

import typer

from hotline.cli.connected import add, connected, table
from hotline.cli.console import out
from hotline.cli.words import number, say, when
from hotline.operations.audit_chain import BREAKS, verify
from hotline.store.audit import lines
from hotline.store.database import transaction

audit = typer.Typer(help=say("Who did what, as a chain that cannot be mended."), no_args_is_help=True)


@audit.command("verify", help=say("Go over the whole chain; exit status 1 when it does not hold."))
def verify_command(
    head: Annotated[
        str, typer.Option("--head", help=say("a head that was written down before, as ID:HASH"))
    ] = "",
) -> None:
    with connected() as line:
        found = verify(line, head)
        for one in found.breaks:
            out.print(
                say(
                    "Line {ID} ({WHEN}): {WHAT}.",
                    ID=one.line_id,
                    WHEN=when(one.at, line.hours.zone) or "-",
                    WHAT=say(BREAKS[one.kind]),
                ),
                style="bold red",
            )
        if not found.holds:
            out.print(
                say("The chain does not hold: {COUNT} faults.", COUNT=number(found.broken)), style="red"
            )
            raise typer.Exit(1)
        out.print(say("The chain holds: {COUNT} lines.", COUNT=number(found.lines)))
        if found.head:
            out.print(say("Write this head down elsewhere, and compare it next time with --head:"))
            print(found.head)


@audit.command("list", help=say("Show the newest lines."))
def list_command(
    actor: Annotated[str, typer.Option(help=say("of one person"))] = "",
    act: Annotated[str, typer.Option(help=say("one act, such as alert.release"))] = "",
    subject: Annotated[str, typer.Option(help=say("about one thing, such as K7Q2"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("how many"))] = 50,
) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = lines(db, limit, actor=actor, act=act, subject=subject)
        shown = table(say("line"), say("when"), say("who"), say("act"), say("subject"))
        for one in found:
            add(shown, one.id, when(one.created_at, line.hours.zone), one.actor, one.act, one.subject)
        out.print(shown if found else say("Nothing was written down."))
