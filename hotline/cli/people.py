"""`hotline people`: who works for the network, in which roles, and who is on duty."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer
from rich.table import Table

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import language as terminal_language
from hotline.cli.words import say, when
from hotline.domain.person import ROLES
from hotline.operations import people as operations
from hotline.operations.languages import name_of
from hotline.operations.line import Line
from hotline.operations.people import REFUSALS, Given, PersonRefused
from hotline.operations.staff_words import NO_DISPATCHER, ROLE_NAMES
from hotline.settings import environment
from hotline.store import people as store
from hotline.store.database import transaction
from hotline.store.people import Record

people = typer.Typer(help=say("People who work for the network."), no_args_is_help=True)

OLD_VARIABLE: Final = "HOTLINE_DISPATCHERS"
PAGE: Final = 200

_ADD: Final = "hotline people add NAME NUMBER --role dispatcher"

Name = Annotated[str, typer.Argument(metavar="NAME", help=say("the short name that everybody sees"))]
TextLanguage = Annotated[str, typer.Option(help=say("es or en: the language of our texts to them"))]
OtherLanguage = Annotated[
    str | None, typer.Option("--language", help=say("es or en: the language of our texts to them"))
]
Roles = Annotated[list[str] | None, typer.Option("--role", help=", ".join(ROLES))]
Organisation = Annotated[str | None, typer.Option(help=say("where they come from"))]
Spoken = Annotated[
    list[str] | None,
    typer.Option("--speaks", help=say("a language they speak: es, mam, or mam=Mam de Todos Santos")),
]
Zips = Annotated[list[str] | None, typer.Option("--zip", help=say("ZIP code near which a verifier works"))]


@people.command("add", help=say("Add somebody. They are on duty at once."))
def add_command(
    name: Name,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=say("their telephone number"))],
    role: Roles = None,
    language: TextLanguage = "es",
    organisation: Organisation = None,
    speaks: Spoken = None,
    zip_codes: Zips = None,
    off: Annotated[bool, typer.Option("--off", help=say("not on duty yet"))] = False,
    by: By = "",
) -> None:
    given = Given(name, number, role or (), organisation, speaks or (language,), language, zip_codes)
    with connected() as line, _sentences():
        operations.add(line, given, who_is_it(by), line.clock(), is_available=not off)
        out.print(say("{NAME} is one of us now.", NAME=name), markup=False)
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline people pin {name!r}"), markup=False)


@people.command("list", help=say("Show everybody, and who is on duty."))
def list_command(
    everything: Annotated[bool, typer.Option("--all", help=say("also who has left"))] = False,
) -> None:
    with connected() as line:
        shown = table(
            *(say("name"), say("roles"), say("duty"), say("since"), say("phone"), say("languages")),
            *(say("organisation"), say("ZIP codes"), say("PIN")),
        )
        count, after = 0, ""
        while True:
            with transaction(line.database) as db:
                found = store.page(db, line.keyring, after, PAGE, with_left=everything)
            for one in found:
                _row(line, shown, one)
            count += len(found)
            if len(found) < PAGE:
                break
            after = found[-1].name
        out.print(shown if count else say("There is nobody yet: {COMMAND}", COMMAND=_ADD))
        if not line.people().with_role("dispatcher"):
            out.print(say(NO_DISPATCHER), style="yellow")


def _row(line: Line, shown: Table, one: Record) -> None:
    add(
        shown,
        one.name,
        ", ".join(say(ROLE_NAMES[role]) for role in ROLES if role in one.roles),
        _duty(one),
        when(one.left_at or one.available_at, line.hours.zone),
        f"…{one.phone.last_two}" if one.phone else "",
        ", ".join(name_of(spoken, terminal_language()) for spoken in one.languages),
        one.organisation,
        " ".join(one.zips),
        _pin(one),
        style="dim" if one.left_at else "",
    )


def _duty(one: Record) -> str:
    if one.left_at:
        return say("has left")
    return say("on duty") if one.is_available else say("off duty")


def _pin(one: Record) -> str:
    if one.is_locked:
        return say("PIN locked")
    return say("PIN given") if one.has_pin else ""


@people.command("edit", help=say("Change what is given; lists are replaced whole."))
def edit_command(
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help=say("another name"))] = None,
    number: Annotated[str | None, typer.Option(help=say("another telephone number"))] = None,
    role: Roles = None,
    language: OtherLanguage = None,
    organisation: Organisation = None,
    speaks: Spoken = None,
    zip_codes: Zips = None,
    by: By = "",
) -> None:
    given = Given(new_name, number, role, organisation, speaks, language, zip_codes)
    with connected() as line, _sentences():
        operations.change(line, operations.find(line, name).id, given, who_is_it(by), line.clock())
        out.print(say("{NAME} is changed.", NAME=new_name or name), markup=False)


@people.command("on", help=say("Put somebody on duty."))
def on_command(name: Name, by: By = "") -> None:
    _put_on(name, True, by)


@people.command("off", help=say("Put somebody off duty."))
def off_command(name: Name, by: By = "") -> None:
    _put_on(name, False, by)


@people.command("leave", help=say("Somebody leaves: their number is erased, their name stays in the record."))
def leave_command(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line, _sentences():
        found = operations.find(line, name)
        if not yes and not typer.confirm(
            say("{NAME} leaves and their number is erased. This cannot be undone. Go on?", NAME=found.name)
        ):
            raise Refusal(say("Nothing was changed."))
        operations.leave(line, found.id, who_is_it(by), line.clock())
        out.print(say("{NAME} has left.", NAME=found.name), markup=False)


@people.command("pin", help=say("Give somebody a new PIN for commands by text; it unlocks their phone."))
def pin_command(name: Name, by: By = "") -> None:
    with connected() as line, _sentences():
        found = operations.find(line, name)
        pin = operations.give_pin(line, found.id, who_is_it(by), line.clock())
        out.print(say("The PIN of {NAME} is {PIN}. It is shown this once.", NAME=found.name, PIN=pin))
        out.print(say("Tell it to them in person or by voice, never in a text."))


@people.command("import", help=say("Take in people as name:number:language,… each for every duty."))
def import_command(
    written: Annotated[
        str, typer.Argument(metavar="PEOPLE", help=say("without it: what HOTLINE_DISPATCHERS still holds"))
    ] = "",
    by: By = "",
) -> None:
    with connected() as line, _sentences():
        given = operations.read_list(written or environment().get(OLD_VARIABLE, ""))
        if not given:
            raise Refusal(say("There is nobody in it: write name:number:language,…"))
        for one in given:
            operations.add(line, one, who_is_it(by), line.clock())
            out.print(say("{NAME} is one of us now.", NAME=one.name or ""), markup=False)


def _put_on(name: str, is_available: bool, by: str) -> None:
    with connected() as line, _sentences():
        found = operations.find(line, name)
        operations.put_on(line, found.id, is_available, who_is_it(by), line.clock())
        sentence = say("{NAME} is on duty.", NAME=found.name)
        out.print(sentence if is_available else say("{NAME} is off duty.", NAME=found.name), markup=False)


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except PersonRefused as refused:
        raise Refusal(f"{say(REFUSALS[refused.reason])} {refused.detail}".strip()) from None
