"""A command's way to the line, and its tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.table import Table

from hotline.bootstrap import open_line
from hotline.cli.console import sentences
from hotline.operations.line import Line
from hotline.settings import environment, read_settings


@contextmanager
def connected() -> Iterator[Line]:
    """The line of this environment; whatever goes wrong is one sentence and exit status 1."""
    with sentences(), open_line(read_settings(environment()), connections=2) as line:
        yield line


def table(*headings: str) -> Table:
    """A plain table; long cells fold, none is cut."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(heading, header_style="bold", overflow="fold")
    return made


def add(to: Table, *cells: object, style: str = "") -> None:
    """A row whose words are shown as they are, whatever signs are in them."""
    to.add_row(*(escape(str(cell)) if cell is not None else "" for cell in cells), style=style)
