"""`hotline settings` and `hotline keys`: what is configured, and changing the key that seals data."""

from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from hotline.cli.connected import add, connected, table
from hotline.cli.console import out, sentences
from hotline.cli.words import number, say
from hotline.operations.rotation import rotate
from hotline.settings import VARIABLES, environment, read_settings
from hotline.store.sealing import new_key

settings = typer.Typer(
    help=say("Show every setting, values hidden, and what is wrong with them."), invoke_without_command=True
)
keys = typer.Typer(help=say("Keys that seal personal data."), no_args_is_help=True)

_LEFT = (
    "{COUNT} hashes stay under older keys: the opt-outs and consents of people whose numbers we no longer"
    " hold. Keep the older key in the list behind the new one, or these are forgotten."
)


@settings.callback()
def settings_command(context: typer.Context) -> None:
    if context.invoked_subcommand is not None:
        return
    given = environment()
    shown = table(say("variable"), say("is"), say("default"), say("meaning"))
    for variable in VARIABLES:
        state = say("set") if given.get(variable.name) else say("not set")
        add(shown, variable.name, state, variable.default, say(variable.meaning))
    out.print(shown)
    with sentences():
        read_settings(given)
    out.print(say("These settings are good."))


@settings.command("new-key", help=say("Print a new key for HOTLINE_SECRET_KEY."))
def new_key_command() -> None:
    print(new_key())


@keys.command(
    "rotate", help=say("Move all data to the first key of HOTLINE_SECRET_KEY, while the line runs.")
)
def rotate_command(
    quiet: Annotated[bool, typer.Option("--quiet", help=say("show no progress"))] = False,
) -> None:
    with connected() as line:
        with Progress(TextColumn("{task.description}"), TextColumn("{task.completed}"), disable=quiet) as bar:
            tasks = {}

            def tell(name: str, count: int) -> None:
                if name not in tasks:
                    tasks[name] = bar.add_task(name, total=None)
                bar.update(tasks[name], completed=count)

            done = rotate(line, line.clock(), tell)
        first = line.keyring.first.id
        out.print(
            say("{COUNT} values are now under key {KEY}.", COUNT=number(sum(done.moved.values())), KEY=first)
        )
        for name, count in done.unreadable.items():
            out.print(
                say("{COUNT} values of {NAME} open with no key of the list.", COUNT=number(count), NAME=name),
                style="yellow",
            )
        if done.left:
            out.print(
                say(_LEFT, COUNT=number(sum(done.left.values()))),
                style="yellow",
            )
        elif not done.unreadable:
            out.print(say("Nothing needs the older keys any more: take them out of the list and restart."))
