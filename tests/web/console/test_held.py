"""What we hold is told at a glance, and never by reading a large table through."""

import pytest
from sqlalchemy import Engine, event

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import held
from hotline.operations.held import KINDS, glance
from hotline.operations.held import held as counted
from hotline.operations.line import Line
from hotline.store import contacts
from hotline.store.database import transaction
from tests.lines import JOHN, MARIA, NOON, make_line
from tests.web.console.visitors import console, sign_in


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    line = make_line(database, flow, network)
    with transaction(line.database) as db:
        for number in (MARIA, JOHN):
            contacts.add(db, line.keyring, number, NOON)
    return line


def test_the_page_names_everything_that_is_held(line: Line) -> None:
    with console(line) as client:
        page = sign_in(client, line, ["admin"]).get("/console/held").text
    for kind in KINDS:
        assert f'<th scope="row">{kind}</th>' in page
    row = page[page.index('<th scope="row">contacts</th>') :].partition("</tr>")[0]
    assert '<td class="amount">2</td>' in row
    assert "Aug 29, 2026" not in row
    assert "8/29/26" in row, "a contact of 2 March goes 180 days later"


def test_small_tables_are_counted_as_the_command_counts_them(line: Line) -> None:
    assert glance(line) == counted(line)


def test_a_large_table_is_estimated_and_its_oldest_row_asked_of_an_index(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "COUNTED_PAGES", -1)
    statements: list[str] = []
    event.listen(line.database, "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = {row.kind: row for row in glance(line)}
    assert not [statement for statement in statements if "count(*)" in statement]
    assert all(row.is_estimate for row in found.values())
    exact = {row.kind: row for row in counted(line)}
    for kind in held._OLDEST:
        assert found[kind].oldest_at == exact[kind].oldest_at, kind
    assert found["contacts"].erased_at == exact["contacts"].erased_at


def test_every_shortcut_belongs_to_something_held() -> None:
    assert held._OLDEST.keys() <= set(KINDS)
