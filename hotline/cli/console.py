"""How commands speak: plain sentences, and one clear one when something is wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from hotline.bootstrap import NothingRunning
from hotline.cli.words import say
from hotline.flow.library import TextMissing
from hotline.flow.load import FlowFault
from hotline.settings import BadSettings, Settings, environment, read_settings
from hotline.store.database import DatabaseAway
from hotline.store.sealing import BadKey, CannotOpen
from hotline.store.servers.errors import ServersError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_EXPECTED = (BadSettings, FlowFault, ServersError, BadKey)


class Refusal(Exception):
    """A command cannot do what was asked. The message says why and what to do."""


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is expected to go wrong into a sentence and exit status 1."""
    try:
        yield
    except (*_EXPECTED, Refusal) as fault:
        _stop(str(fault))
    except NothingRunning:
        _stop(say("the database is not running: start it with `hotline up`, or set HOTLINE_DATABASE_URL"))
    except DatabaseAway:
        _stop(say("the database does not answer: is `hotline up` running, or HOTLINE_DATABASE_URL right?"))
    except CannotOpen:
        _stop(
            say(
                "HOTLINE_SECRET_KEY is not the key this data was sealed with: put the right one first in the"
                " list"
            )
        )
    except TextMissing as fault:
        _stop(say("the text {TEXT} is not approved: see `hotline texts list`", TEXT=fault))


def settings_or_stop() -> Settings:
    """The settings of this environment; faults are printed one a line."""
    with sentences():
        return read_settings(environment())
    raise AssertionError


def _stop(sentence: str) -> None:
    sign = "✗" if sys.stderr.isatty() else say("Error:")
    err.print(f"[bold red]{sign}[/] {escape(sentence)}", soft_wrap=True)
    raise typer.Exit(1)
