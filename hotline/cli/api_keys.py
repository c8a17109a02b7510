"""`hotline api-keys`: which programs come in, in whose name, and what they may do."""

from typing import Annotated, Final

import typer

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import say, when
from hotline.operations import api_keys as operations
from hotline.operations.api_keys import DAYS, KEY_REFUSALS, SCOPE_WORDS, SCOPES, STATE_WORDS, KeyRefused
from hotline.store import api_keys as store
from hotline.store.database import transaction

api_keys = typer.Typer(help=say("Keys with which other programs come in."), no_args_is_help=True)

ROWS: Final = 200

KeyId = Annotated[str, typer.Argument(metavar="KEY", help=say("the key's id, as the list shows it"))]


@api_keys.command(
    "list", help=say("Show the keys: whose, what for, until when. Of each only a hash is kept.")
)
def list_command() -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = store.latest(db, ROWS)
        shown = table(
            *(say("id"), say("program"), say("in the name of"), say("may"), say("state")),
            *(say("good until"), say("last used")),
        )
        for one in found:
            state = operations.state_of(one, line.clock())
            until, used = (when(at, line.hours.zone) for at in (one.expires_at, one.used_at))
            scopes = ", ".join(sorted(one.scopes))
            style = "" if state == "good" else "dim"
            add(
                shown,
                one.key_id,
                one.name,
                one.person,
                scopes,
                say(STATE_WORDS[state]),
                until,
                used,
                style=style,
            )
        out.print(shown if found else say("No program has a key yet."))


@api_keys.command("scopes", help=say("Show what a key can be made for."))
def scopes_command() -> None:
    shown = table(say("scope"), say("meaning"))
    for scope in SCOPES:
        add(shown, scope, say(SCOPE_WORDS[scope]))
    out.print(shown)


@api_keys.command("make", help=say("Make a key for yourself, an admin. It is shown this once."))
def make_command(
    name: Annotated[
        str, typer.Argument(metavar="PROGRAM", help=say("which program has it, and whose is it"))
    ],
    may: Annotated[list[str], typer.Option(help=", ".join(SCOPES))],
    days: Annotated[int, typer.Option(help=", ".join(map(str, DAYS)))] = 90,
    by: By = "",
) -> None:
    with connected() as line:
        try:
            person = operations.maker(line, who_is_it(by))
            key_id, whole = operations.make(line, name, may, days, person, line.clock())
        except KeyRefused as refused:
            raise Refusal(_sentence(refused)) from None
        out.print(say("Key {KEY} is made. It is shown this once and kept nowhere in this form:", KEY=key_id))
        print(whole)
        out.print(
            say("The program sends it with every request, in the header Authorization: Bearer and the key.")
        )


@api_keys.command("end", help=say("Shut a program out at once, for good."))
def end_command(
    key: KeyId,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line:
        question = say("Key {KEY} opens nothing any more. This cannot be undone. Go on?", KEY=key)
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was changed."))
        if not operations.end(line, key, who_is_it(by), line.clock()):
            raise Refusal(say("There is no key {KEY}, or it was ended before.", KEY=key))
        out.print(say("The key is ended: it opens nothing any more."))


def _sentence(refused: KeyRefused) -> str:
    choices = {"scopes": SCOPES, "days": tuple(map(str, DAYS))}.get(refused.reason, ())
    sentence = say(KEY_REFUSALS[refused.reason])
    return f"{sentence} {say('Choose from {CHOICES}.', CHOICES=', '.join(choices))}" if choices else sentence
