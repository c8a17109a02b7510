"""`hotline demo`: the whole hotline on this machine, with a pretend carrier and pretend phones."""

import os
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.panel import Panel

from hotline.bootstrap import open_line, prepare_data
from hotline.cli.console import out, sentences
from hotline.cli.holding import hold, servers_of
from hotline.cli.processes import Troupe, require_free, simulator_command, web_command, work_command
from hotline.cli.serving import ROLES, troupe_of
from hotline.cli.words import say
from hotline.operations.accounts import DEMO_PASSWORDS
from hotline.operations.demo_data import PIN, add_demo_data
from hotline.settings import Settings, environment, read_settings

HOST = "127.0.0.1"


def demo(
    port: Annotated[int, typer.Option(help=say("port of the hotline"))] = 8000,
    phones_port: Annotated[int, typer.Option(help=say("port of the pretend phones"))] = 8001,
) -> None:
    with sentences(), ExitStack() as stack:
        given = _environment(port, phones_port)
        settings = read_settings(environment())
        hold(settings, stack, "demo", f"http://{HOST}:{phones_port}")
        require_free(HOST, port, "--port")
        require_free(HOST, phones_port, "--phones-port")
        why_gone = servers_of(settings, stack)
        troupe = troupe_of(stack, why_gone)  # after the servers, so that it ends before them
        _start(troupe, settings, port, phones_port, given)
        out.print(_guide(port, phones_port))
        troupe.stay()
        out.print(say("Stopping…"))
    out.print(say("Stopped. `make demo` goes on with the same data."))


def _environment(port: int, phones_port: int) -> dict[str, str]:
    """Ports reach the children through the environment, which they read as their settings."""
    given = {
        "HOTLINE_MODE": "demo",
        "HOTLINE_PUBLIC_URL": f"http://{HOST}:{port}",
        "TWILIO_API_BASE_URL": f"http://{HOST}:{phones_port}",
    }
    os.environ.update(given)
    return given


def _start(troupe: Troupe, settings: Settings, port: int, phones_port: int, given: dict[str, str]) -> None:
    out.print(say("Bringing the database up to date…"))
    prepare_data(settings)
    with open_line(settings) as line:
        add_demo_data(line, line.clock())
    out.print(say("Starting the pretend carrier, the hotline and its workers…"))
    carrier = troupe.start(
        say("the pretend carrier"),
        simulator_command(phones_port),
        {**given, **_carrier(settings, port)},
        ends_last=True,  # workers still ask it what became of the texts in flight
    )
    web = troupe.start(say("the hotline"), web_command(HOST, port), given)
    for role in ROLES:
        troupe.start(say("the worker ({ROLE})", ROLE=role), work_command([role]), given)
    troupe.await_answer(carrier, f"http://{HOST}:{phones_port}/", out.print)
    troupe.await_answer(web, f"http://{HOST}:{port}/health/ready", out.print)


def _carrier(settings: Settings, port: int) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": settings.account_sid,
        "TWILIO_AUTH_TOKEN": settings.auth_tokens[0],
        "TWILIO_FROM_NUMBERS": ",".join(number.e164 for number in settings.from_numbers),
        "SIMULATOR_HOTLINE_URL": f"http://{HOST}:{port}",
        "SIMULATOR_PUBLIC_URL": f"http://{HOST}:{port}",
    }


def _guide(port: int, phones_port: int) -> Panel:
    lines = [
        say("[bold]Open the pretend phones:[/]  {URL}", URL=f"http://{HOST}:{phones_port}"),
        say("The hotline itself answers on  {URL}", URL=f"http://{HOST}:{port}"),
        say("The console is at  {URL}", URL=f"http://{HOST}:{port}/console"),
        *(
            say("  there {NAME} signs in with the password [bold]{PASSWORD}[/]", NAME=name, PASSWORD=password)
            for name, password in DEMO_PASSWORDS.items()
        ),
        "",
        say("[bold]Watch:[/] at {URL} press “Play the story”,", URL=f"http://{HOST}:{port}/console/story"),
        say("  or in another terminal:"),
        f"    [bold]HOTLINE_MODE=demo .venv/bin/hotline story --phones http://{HOST}:{phones_port}[/]",
        "",
        say("[bold]Try:[/]"),
        say("  Text [bold]casa[/] or [bold]HOME[/] from a phone: rights at once."),
        say("  Text [bold]reportar[/]: the questions of a report, one at a time."),
        say("  Text [bold]alertas[/], then [bold]90033[/], then [bold]SI[/]: sign up."),
        say("  Call, press [bold]2[/] for Spanish, [bold]0[/] for a person; Ana presses [bold]1[/]."),
        say("  Text [bold]pendientes[/] from Ana's phone, then her PIN [bold]{PIN}[/]: what waits.", PIN=PIN),
        say("  In another terminal, an alert that a second person releases from their own phone:"),
        "    [bold]export HOTLINE_MODE=demo[/]",
        "    [bold].venv/bin/hotline alert draft --kind test --area boyle_heights --author Ana[/]",
        "    [bold].venv/bin/hotline alert release CODE --author Ana --second Bo[/]",
        "",
        say("Every message is marked TEST / PRUEBA. [bold]Ctrl-C[/] stops everything."),
    ]
    return Panel("\n".join(lines), title=say("Hotline demo"), expand=False)
