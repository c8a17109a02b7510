"""Contacts of sites at a command: added, asked to confirm from their own phone, erased."""

from typing import Annotated

import typer

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.sites import Code, found, sentences
from hotline.cli.words import say
from hotline.domain.language import LANGUAGES
from hotline.operations import sites as operations
from hotline.operations.sites import ContactFields, SiteRefused
from hotline.store import site_contacts
from hotline.store.database import transaction

ContactId = Annotated[
    int,
    typer.Argument(
        metavar="CONTACT", min=1, max=2**63 - 1, help=say("their number, as `hotline sites show` lists it")
    ),
]


def keep_contacts(sites: typer.Typer) -> None:
    """Add the commands to the group of sites."""
    sites.command("contact", help=say("Add a contact; they confirm by text from their own phone."))(
        contact_command
    )
    sites.command("ask", help=say("Ask a contact who has not answered once more."))(ask_command)
    sites.command("erase", help=say("Erase a contact: name, number and note go at once."))(erase_command)


def contact_command(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("who it is"))],
    telephone: Annotated[str, typer.Argument(metavar="NUMBER", help=say("their telephone number"))],
    language: Annotated[str, typer.Option(help=", ".join(LANGUAGES))] = "es",
    role: Annotated[str, typer.Option(help=say("what they do there"))] = "",
    note: Annotated[str, typer.Option(help=say("what is good to know"))] = "",
    by: By = "",
) -> None:
    with connected() as line, sentences():
        fields = ContactFields(name, telephone, language, role, note)
        operations.add_contact(line, found(line, code).code, fields, who_is_it(by), line.clock())
        out.print(say("A text is on its way: they confirm from their own phone."))


def ask_command(code: Code, contact: ContactId, by: By = "") -> None:
    with connected() as line, sentences():
        operations.ask_again(line, found(line, code).code, contact, who_is_it(by), line.clock())
        out.print(say("A text is on its way: they confirm from their own phone."))


def erase_command(
    code: Code,
    contact: ContactId,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line, sentences():
        site = found(line, code)
        with transaction(line.database) as db:
            one = site_contacts.by_id(db, line.keyring, contact)
        if one is None or one.site_id != site.id:
            raise SiteRefused("unknown_contact")
        question = say("{NAME} is erased. This cannot be undone. Go on?", NAME=one.name)
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was changed."))
        operations.remove_contact(line, site.code, contact, who_is_it(by), line.clock())
        out.print(say("The contact is erased."))
