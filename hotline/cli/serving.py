"""Start the servers and the doors: up, serve, work."""

import contextlib
import os
from contextlib import ExitStack
from typing import Annotated

import typer

from hotline.bootstrap import open_line, prepare_data, require_own_data
from hotline.cli.console import Refusal, out, sentences, settings_or_stop
from hotline.cli.holding import Why, embedded, supervise
from hotline.cli.processes import Troupe, require_free, web_command, work_command
from hotline.cli.words import number, say
from hotline.operations.texts import production_ready
from hotline.settings import Settings
from hotline.store import reviews
from hotline.store.database import transaction

ROLES = ("send", "receipts", "rest")
SHOWN_TEXTS = 12


def require_unprivileged(settings: Settings) -> None:
    """Production never runs as root, whatever servers it uses. Raises Refusal."""
    if settings.mode == "production" and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise Refusal(
            say(
                "in production the hotline does not run as root: make a user for it"
                " (useradd --system --create-home hotline) and start it as that user"
            )
        )


def require_reviewed(settings: Settings) -> None:
    """Production says nothing that nobody signed: raises Refusal with the first texts that wait."""
    if settings.mode == "demo":
        return
    with open_line(settings, 1) as line:
        with transaction(line.database) as db:
            missing = production_ready(line.flow, reviews.newest(db), line.clock().date())
        if missing:
            some = "\n  ".join(missing[:SHOWN_TEXTS])
            raise Refusal(
                say(
                    "{COUNT} texts that callers need are not approved, so the line does not start:\n"
                    "  {TEXTS}\nSee `hotline texts list`, and approve them with `hotline texts approve`",
                    COUNT=number(len(missing)),
                    TEXTS=some,
                )
            )


def up() -> None:
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        supervisor = supervise(settings, stack, out.print)
        prepare_data(settings)
        out.print(say("PostgreSQL and Redis are up. Ctrl-C stops them."))
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.wait()


def serve(
    host: Annotated[str, typer.Option(help=say("address to listen on"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=say("port to listen on"))] = 8000,
    processes: Annotated[int, typer.Option(help=say("web processes"))] = 1,
) -> None:
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        require_unprivileged(settings)
        require_free(host, port, "--port")
        why_gone = embedded(settings, stack, "serve", f"http://{host}:{port}")
        troupe = troupe_of(stack, why_gone)  # after the servers, so that it ends before them
        prepare_data(settings)
        require_reviewed(settings)
        troupe.start(say("the web server"), web_command(host, port, processes))
        troupe.stay()


def work(
    role: Annotated[list[str] | None, typer.Option(help=say("send, receipts or rest; default: all"))] = None,
) -> None:
    roles = role or list(ROLES)
    unknown = set(roles) - set(ROLES)
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        if unknown:
            raise Refusal(
                say(
                    "there is no role {ROLE}: choose from {ROLES}",
                    ROLE=", ".join(sorted(unknown)),
                    ROLES=", ".join(ROLES),
                )
            )
        require_unprivileged(settings)
        require_own_data(settings)
        require_reviewed(settings)
        troupe = troupe_of(stack)
        for name in roles:
            troupe.start(say("the worker ({ROLE})", ROLE=name), work_command([name]))
        troupe.stay()


def database_migrate() -> None:
    settings = settings_or_stop()
    with sentences():
        prepare_data(settings)
        out.print(say("The database is up to date."))


def troupe_of(stack: ExitStack, why_gone: Why = lambda: None) -> Troupe:
    """Children that end with the stack, and on Ctrl-C or SIGTERM."""
    troupe = Troupe(why_gone)
    stack.callback(troupe.stop)
    troupe.listen_to_signals()
    return troupe
