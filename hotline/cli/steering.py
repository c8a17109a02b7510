"""Steer an alert that is going out: pause, resume, cancel, withdraw."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.words import say
from hotline.operations.alerts import REFUSALS, AlertRefused
from hotline.operations.line import Line
from hotline.operations.progress import cancel, pause, resume
from hotline.operations.release import withdraw

By = Annotated[str, typer.Option("--by", help=say("your name"))]
Move = Callable[[Line, str, str, datetime], bool | None]


def steer(alert: typer.Typer) -> None:
    """Add the commands to the group of alerts."""
    alert.command("pause", help=say("Send nothing more of it for now."))(pause_command)
    alert.command("resume", help=say("Go on with a paused alert."))(resume_command)
    alert.command("cancel", help=say("Send nothing more of it, for good."))(cancel_command)
    alert.command("withdraw", help=say("Take back a draft that was not released."))(withdraw_command)


def pause_command(code: str, by: By) -> None:
    _move(pause, code, by, say("Alert {CODE} is paused.", CODE=code.upper()))


def resume_command(code: str, by: By) -> None:
    _move(resume, code, by, say("Alert {CODE} goes on.", CODE=code.upper()))


def cancel_command(code: str, by: By) -> None:
    _move(cancel, code, by, say("Alert {CODE} is cancelled.", CODE=code.upper()))


def withdraw_command(code: str, by: By) -> None:
    _move(withdraw, code, by, say("Alert {CODE} is withdrawn.", CODE=code.upper()))


def _move(move: Move, code: str, by: str, done: str) -> None:
    with connected() as line:
        try:
            moved = move(line, code.upper(), by, line.clock())
        except AlertRefused as refused:
            raise Refusal(f"{say(REFUSALS[refused.reason])} {refused.detail}".strip()) from None
        if moved is False:
            raise Refusal(say("Alert {CODE} is not at a point where that can be done.", CODE=code.upper()))
        out.print(done)
