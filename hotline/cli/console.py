"""How commands speak: plain sentences, and one clear one when something is wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from hotline.bootstrap import NothingRunning
from hotline.flow.library import TextMissing
from hotline.flow.load import FlowFault
from hotline.settings import BadSettings, Settings, environment, read_settings
from hotline.store.database import DatabaseAway
from hotline.store.sealing import BadKey, CannotOpen
from hotline.store.servers.errors import ServersError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_EXPECTED = (BadSettings, NothingRunning, FlowFault, ServersError, BadKey)


class Refusal(Exception):
    """A command cannot do what was asked. The message says why and what to do."""


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is expected to go wrong into a sentence and exit status 1."""
    try:
        yield
    except (*_EXPECTED, Refusal) as fault:
        _stop(str(fault))
    except DatabaseAway:
        _stop("the database does not answer: is `hotline up` running, or HOTLINE_DATABASE_URL right?")
    except CannotOpen:
        _stop(
            "HOTLINE_SECRET_KEY is not the key this data was sealed with: put the right one first in the list"
        )
    except TextMissing as fault:
        _stop(f"the text {fault} is not approved: see `hotline texts list`")


def settings_or_stop() -> Settings:
    """The settings of this environment; faults are printed one a line."""
    with sentences():
        return read_settings(environment())
    raise AssertionError


def _stop(sentence: str) -> None:
    err.print(f"[bold red]{'✗' if sys.stderr.isatty() else 'Error:'}[/] {sentence}", soft_wrap=True)
    raise typer.Exit(1)
