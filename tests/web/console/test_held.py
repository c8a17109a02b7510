"""What we hold is told at a glance, and never by reading a large table through."""

import re

import pytest
from sqlalchemy import Engine, event, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import held
from hotline.operations.held import KINDS, glance
from hotline.operations.held import held as counted
from hotline.operations.held_kinds import KINDS as HELD
from hotline.operations.held_kinds import OF_NOBODY
from hotline.operations.line import Line
from hotline.store import contacts
from hotline.store.database import transaction
from hotline.store.tables import metadata
from hotline.web.console import held as console_held
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
    for name, kind in HELD.items():
        if kind.oldest:
            assert found[name].oldest_at == exact[name].oldest_at, name
    assert found["contacts"].erased_at == exact["contacts"].erased_at


def test_every_table_is_held_or_is_said_to_hold_nothing_of_anybody() -> None:
    listed = {kind.table for kind in HELD.values()}
    assert set(metadata.tables) == listed | OF_NOBODY.keys()
    assert not listed & OF_NOBODY.keys()


def test_a_table_that_names_somebody_is_never_said_to_be_of_nobody() -> None:
    telling = re.compile(r"contact|person|phone|author|name_ct|actor|owner|token|\bwho\b|_by$")
    for name in OF_NOBODY:
        assert [one.name for one in metadata.tables[name].c if telling.search(one.name)] == [], name


def test_everything_is_counted_in_one_row_or_another(line: Line) -> None:
    """Of a table in two kinds no row is left out and none counted twice."""
    with transaction(line.database) as db:
        for table in {kind.table for kind in HELD.values()}:
            which = [kind.which for kind in HELD.values() if kind.table == table]
            if len(which) > 1:
                told = " + ".join(f"(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in which)
                assert db.scalar(text(f"SELECT count(*) FROM {table} WHERE {told} <> 1")) == 0, table


def test_what_has_no_last_day_says_why_it_is_kept() -> None:
    assert console_held.KEPT.keys() == {name for name, kind in HELD.items() if kind.lasts is None}
    assert tuple(dict.fromkeys(kind.group for kind in HELD.values())) == tuple(console_held.GROUPS)
    groups = [kind.group for kind in HELD.values()]
    assert groups == sorted(groups, key=list(console_held.GROUPS).index), "each group stands together"


def test_a_session_an_account_and_a_failed_sign_in_are_told_with_their_end(line: Line) -> None:
    with console(line) as client:
        browser = sign_in(client, line, ["admin"])
        browser.post("/console/login", {"name": "Nobody", "password": "not this one"})
        page = browser.get("/console/held").text
    row = page[page.index('<th scope="row">sign-ins</th>') :].partition("</tr>")[0]
    assert '<td class="amount">1</td>' in row
    assert "4/1/26" in row, "a session of 2 March goes 30 days later"
