"""`hotline demo`: the whole hotline on this machine, with a pretend carrier and pretend phones."""

import os
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.panel import Panel

from hotline.bootstrap import open_line, prepare_data
from hotline.cli.console import out, sentences
from hotline.cli.processes import Troupe, require_free, simulator_command, web_command, work_command
from hotline.cli.serving import ROLES, embedded, stay, troupe_of
from hotline.operations.demo_data import add_demo_data
from hotline.settings import Settings, environment, read_settings

HOST = "127.0.0.1"


def demo(
    port: Annotated[int, typer.Option(help="port of the hotline")] = 8000,
    phones_port: Annotated[int, typer.Option(help="port of the pretend phones")] = 8001,
) -> None:
    """Run everything here: nobody real can be reached."""
    with sentences(), ExitStack() as stack:
        given = _environment(port, phones_port)
        settings = read_settings(environment())
        require_free(HOST, port, "--port")
        require_free(HOST, phones_port, "--phones-port")
        embedded(settings, stack)
        troupe = troupe_of(stack)  # after the servers, so that it ends before them
        _start(troupe, settings, port, phones_port, given)
        out.print(_guide(port, phones_port))
        stay(troupe)
        out.print("Stopping…")
    out.print("Stopped. `make demo` goes on with the same data.")


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
    out.print("Bringing the database up to date…")
    prepare_data(settings)
    with open_line(settings) as line:
        add_demo_data(line, line.clock())
    out.print("Starting the pretend carrier, the hotline and its workers…")
    carrier = troupe.start(
        "the pretend carrier", simulator_command(phones_port), {**given, **_carrier(settings, port)}
    )
    web = troupe.start("the hotline", web_command(HOST, port), given)
    for role in ROLES:
        troupe.start(f"the worker ({role})", work_command([role]), given)
    troupe.await_answer(carrier, f"http://{HOST}:{phones_port}/")
    troupe.await_answer(web, f"http://{HOST}:{port}/health/ready")


def _carrier(settings: Settings, port: int) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": settings.account_sid,
        "TWILIO_AUTH_TOKEN": settings.auth_tokens[0],
        "TWILIO_FROM_NUMBERS": ",".join(number.e164 for number in settings.from_numbers),
        "SIMULATOR_HOTLINE_URL": f"http://{HOST}:{port}",
        "SIMULATOR_PUBLIC_URL": f"http://{HOST}:{port}",
    }


def _guide(port: int, phones_port: int) -> Panel:
    return Panel(
        "\n".join(
            [
                f"[bold]Open the pretend phones:[/]  http://{HOST}:{phones_port}",
                f"The hotline itself answers on  http://{HOST}:{port}",
                "",
                "[bold]Try:[/]",
                "  Text [bold]casa[/] or [bold]HOME[/] from a phone: rights at once.",
                "  Text [bold]reportar[/]: the questions of a report, one at a time.",
                "  Text [bold]alertas[/], then [bold]90033[/], then [bold]SI[/]: sign up.",
                "  Call, press [bold]2[/] for Spanish, [bold]0[/] for a person; Ana presses [bold]1[/].",
                "  In another terminal, an alert that a second person releases from their own phone:",
                "    [bold]export HOTLINE_MODE=demo[/]",
                "    [bold].venv/bin/hotline alert draft --kind test --area boyle_heights --author Ana[/]",
                "    [bold].venv/bin/hotline alert release CODE --author Ana --second Bo[/]",
                "",
                "Every message is marked TEST / PRUEBA. [bold]Ctrl-C[/] stops everything.",
            ]
        ),
        title="Hotline demo",
        expand=False,
    )
