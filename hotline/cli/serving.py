"""Start the servers and the doors: up, serve, work."""

import contextlib
import os
from contextlib import ExitStack
from typing import Annotated

import typer

from hotline.bootstrap import open_line, prepare_data, require_own_data
from hotline.cli.console import Refusal, err, out, sentences, settings_or_stop
from hotline.cli.processes import Troupe, require_free, web_command, work_command
from hotline.operations.texts import production_ready
from hotline.settings import Settings
from hotline.store import reviews
from hotline.store.database import transaction
from hotline.store.servers.endpoints import connect_info
from hotline.store.servers.supervisor import Supervisor

ROLES = ("send", "receipts", "rest")
SHOWN_TEXTS = 12


def embedded(settings: Settings, stack: ExitStack) -> None:
    """Start the embedded servers unless they are up already or others are configured."""
    if settings.database_url and settings.redis_url:
        return
    if connect_info(settings.data_dir) is None:
        supervisor = Supervisor(settings.data_dir, production=settings.mode == "production")
        stack.callback(supervisor.stop)
        supervisor.start(lambda sentence: err.print(sentence, style="dim"))


def require_unprivileged(settings: Settings) -> None:
    """Production never runs as root, whatever servers it uses. Raises Refusal."""
    if settings.mode == "production" and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise Refusal(
            "in production the hotline does not run as root: make a user for it"
            " (useradd --system --create-home hotline) and start it as that user"
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
                f"{len(missing)} texts that callers need are not approved, so the line does not start:\n"
                f"  {some}\nSee `hotline texts list`, and approve them with `hotline texts approve`"
            )


def up() -> None:
    """Hold the embedded PostgreSQL and Redis until stopped."""
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        supervisor = Supervisor(settings.data_dir, production=settings.mode == "production")
        stack.callback(supervisor.stop)
        supervisor.start(out.print)
        prepare_data(settings)
        out.print("PostgreSQL and Redis are up. Ctrl-C stops them.")
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.wait()


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    processes: Annotated[int, typer.Option(help="web processes")] = 1,
) -> None:
    """Answer webhooks. Without HOTLINE_DATABASE_URL the embedded servers are started too."""
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        require_unprivileged(settings)
        require_free(host, port, "--port")
        embedded(settings, stack)
        troupe = troupe_of(stack)  # after the servers, so that it ends before them
        prepare_data(settings)
        require_reviewed(settings)
        troupe.start("the web server", web_command(host, port, processes))
        stay(troupe)


def work(
    role: Annotated[list[str] | None, typer.Option(help="send, receipts or rest; default: all")] = None,
) -> None:
    """Work: send texts, take in receipts, keep the timetable. One process for each role."""
    roles = role or list(ROLES)
    unknown = set(roles) - set(ROLES)
    settings = settings_or_stop()
    with sentences(), ExitStack() as stack:
        if unknown:
            raise Refusal(f"there is no role {', '.join(sorted(unknown))}: choose from {', '.join(ROLES)}")
        require_unprivileged(settings)
        require_own_data(settings)
        require_reviewed(settings)
        troupe = troupe_of(stack)
        for name in roles:
            troupe.start(f"the worker ({name})", work_command([name]))
        stay(troupe)


def database_migrate() -> None:
    """Bring the tables of the database up to date."""
    settings = settings_or_stop()
    with sentences():
        prepare_data(settings)
        out.print("The database is up to date.")


def troupe_of(stack: ExitStack) -> Troupe:
    troupe = Troupe()
    stack.callback(troupe.stop)
    troupe.listen_to_signals()
    return troupe


def stay(troupe: Troupe) -> None:
    ended = troupe.stay()
    if ended:
        raise Refusal(f"{ended} ended by itself; the lines above say why")
