"""`hotline webhooks`: which addresses the line tells what happened, and what they answered."""

from typing import Annotated, Final

import typer

from hotline.channels.hooks import HookPoster
from hotline.cli.actor import By, who_is_it
from hotline.cli.choices import choose
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import number, say, when
from hotline.domain.hook import HOOK_EVENTS
from hotline.operations import hooks as operations
from hotline.operations.hooks import ENDED_WORDS, EVENT_WORDS, HOOK_REFUSALS, HookRefused
from hotline.operations.line import Line
from hotline.store import hooks as store
from hotline.store.database import transaction
from hotline.store.hooks import Hook, Try

webhooks = typer.Typer(help=say("Addresses that the line tells what happened."), no_args_is_help=True)

ROWS: Final = 100
TRIES: Final = 50

HookId = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help=say("its number in the list"))
]


@webhooks.command("list", help=say("Show whom the line tells what, and who does not answer."))
def list_command() -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = store.latest(db, line.keyring, ROWS)
        shown = table(say("number"), say("address"), say("is told when"), say("state"), say("added by"))
        for one in found:
            style = "dim" if one.ended_at else "red" if one.failures else ""
            address = one.address or say("no key opens it")
            add(shown, one.id, address, ", ".join(one.events), _state(one), one.person, style=style)
        out.print(shown if found else say("Nobody is told yet."))


@webhooks.command("show", help=say("Show what it was told in the last seven days, and its answers."))
def show_command(
    hook: HookId,
    failed: Annotated[bool, typer.Option("--failed", help=say("only what it did not take"))] = False,
) -> None:
    with connected() as line:
        one = _found(line, hook)
        with transaction(line.database) as db:
            tried = [of for of in store.tries(db, one.id, TRIES) if not (failed and of.is_taken)]
        out.print(f"{one.address or say('no key opens it')}: {_state(one)}", style="bold", markup=False)
        shown = table(say("what"), say("when"), say("tries"), say("answer"))
        for of in tried:
            style = "red" if of.attempt and not of.is_taken else ""
            at = when(of.created_at, line.hours.zone)
            add(shown, say(EVENT_WORDS[of.event]), at, number(of.attempt), _answer(line, of), style=style)
        out.print(shown if tried else say("Nothing was told yet."))


@webhooks.command("add", help=say("Tell an address what happens. Its secret is shown this once."))
def add_command(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help=say("it begins with https://"))],
    event: Annotated[
        list[str] | None, typer.Option(help=f"{say('without it everything')}: {', '.join(HOOK_EVENTS)}")
    ] = None,
    by: By = "",
) -> None:
    with connected() as line:
        try:
            wanted = [choose(one, HOOK_EVENTS) for one in event or HOOK_EVENTS]
            added = operations.add(line, address, wanted, who_is_it(by), line.clock())
        except HookRefused as refused:
            raise Refusal(say(HOOK_REFUSALS[refused.reason])) from None
        out.print(say("Webhook {NUMBER} is added. Its secret is shown this once:", NUMBER=added.hook_id))
        print(added.secret)
        out.print(
            say(
                "Each message has the header Hotline-Signature: t=TIME,v1=SIGN. SIGN is HMAC-SHA256, in hex,"
                " with this secret over TIME, a point and the body. Refuse what does not match or is older"
                " than five minutes."
            )
        )
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline webhooks test {added.hook_id}"))


@webhooks.command("test", help=say("Tell it once, signed as ever, that this is a test."))
def try_command(hook: HookId, by: By = "") -> None:
    with connected() as line:
        post = HookPoster(may_loop=line.mode == "demo")
        told = operations.try_out(line, hook, post, who_is_it(by), line.clock())
        if told is None:
            raise Refusal(_unknown(hook))
        if told.status is None:
            raise Refusal(say("There was no answer: is the address right, and is the program running?"))
        if not told.is_taken:
            raise Refusal(say("It answered {STATUS}: only 200 to 299 counts as taken.", STATUS=told.status))
        out.print(say("It took the test: {STATUS}.", STATUS=told.status), style="green")


@webhooks.command("end", help=say("Tell it nothing more, also not what waits, for good."))
def end_command(
    hook: HookId,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line:
        one = _found(line, hook)
        question = say("Nothing more is told to {NAME}. This cannot be undone. Go on?", NAME=one.address)
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was changed."))
        if not operations.end(line, one.id, who_is_it(by), line.clock()):
            raise Refusal(_unknown(hook))
        out.print(say("The webhook is ended: nothing more is told there."))


def _state(one: Hook) -> str:
    if one.ended_why:
        return say(ENDED_WORDS[one.ended_why])
    if one.failures:
        return say("failed {COUNT} times in a row", COUNT=number(one.failures))
    return say("good")


def _answer(line: Line, of: Try) -> str:
    """`taken 204`; when it is tried again; or that it was given up."""
    status = str(of.status or "")
    if of.is_taken:
        return f"{say('taken')} {status}".strip()
    if of.due_at is None:
        return f"{say('given up')} {status or say('no answer')}"
    if not of.attempt:
        return say("waits")
    return f"{say('tried again {WHEN}', WHEN=when(of.due_at, line.hours.zone))} {status}".strip()


def _found(line: Line, hook_id: int) -> Hook:
    """Raises Refusal."""
    with transaction(line.database) as db:
        one = store.by_id(db, line.keyring, hook_id)
    if one is None:
        raise Refusal(_unknown(hook_id))
    return one


def _unknown(hook_id: int) -> str:
    return say("There is no webhook {NUMBER}, or it was ended before.", NUMBER=hook_id)
