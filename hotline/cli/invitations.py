"""`hotline people invite`: a link that makes an account in the console; so the first admin comes in."""

from typing import Annotated

import typer

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.words import say, when
from hotline.operations.account_refusals import REASONS, AccountRefused
from hotline.operations.invitations import invite, reset
from hotline.settings import environment, read_settings
from hotline.store import accounts
from hotline.store.database import transaction


def invite_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("the short name that everybody sees"))],
    anew: Annotated[
        bool, typer.Option("--anew", help=say("begin an account anew: whatever they signed in with is void"))
    ] = False,
    by: By = "",
) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            of = accounts.named(db, name)
        if of is None:
            raise Refusal(say(REASONS["nobody"]))
        try:
            make = reset if anew else invite
            invited = make(line, of.person_id, who_is_it(by), line.clock())
        except AccountRefused as refused:
            raise Refusal(say(REASONS[refused.reason])) from None
        until = when(invited.expires_at, line.hours.zone)
        out.print(
            say("Hand this link over where nobody reads along; it is good once, until {WHEN}:", WHEN=until)
        )
        print(read_settings(environment()).public_url + invited.path)


invite_command.__doc__ = say(
    "Invite somebody who is among the people already: prints a link that makes their account, once."
)
