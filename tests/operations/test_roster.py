"""The roster is at hand, fresh within seconds, and stands while the database is away."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, create_engine, event

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import people
from hotline.operations.line import Line
from hotline.operations.roster import Board
from hotline.operations.turns import take_turn
from hotline.store.database import DatabaseAway
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import ANA, BO, MARIA, NOON, Clock, make_line, text_from


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    made = make_line(database, flow, network, clock=clock)
    return replace(made, people=Board(database, made.keyring, clock))


def test_it_is_read_once_and_looked_at_again_within_five_seconds(line: Line, clock: Clock) -> None:
    first = line.people()
    people.put_on(line, ANA.id, False, "Ana", NOON)
    assert line.people() is first
    clock.pass_(seconds=4)
    assert line.people().available("dispatcher") == (BO,)
    assert first.available("dispatcher") == (ANA, BO)


def test_one_that_has_not_changed_is_the_same(line: Line, clock: Clock) -> None:
    first = line.people()
    clock.pass_(minutes=1)
    assert line.people() is first


def test_the_last_one_stands_while_the_database_is_away(line: Line, clock: Clock, database: Engine) -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    board = Board(database, line.keyring, clock)
    before = board()
    board._database = away
    clock.pass_(minutes=1)
    assert board() is before
    with pytest.raises(DatabaseAway):
        Board(away, line.keyring, clock)()


def test_people_are_found_by_number_and_by_name(line: Line) -> None:
    roster = line.people()
    assert roster.person_with(BO.phone) == BO
    assert roster.person_with(MARIA) is None
    assert roster.named(" aNA ") == ANA
    assert roster.named("Carla") is None


def test_who_left_is_nobody_of_ours_any_more(line: Line, clock: Clock) -> None:
    people.leave(line, BO.id, "Ana", NOON)
    clock.pass_(seconds=4)
    assert line.people().person_with(BO.phone) is None
    assert line.people().people == (ANA,)


def test_a_turn_asks_the_database_nothing_about_people(line: Line, database: Engine) -> None:
    line.people()
    asked: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    take_turn(line, text_from(MARIA, "casa", "SM" + "0" * 32), TextMouth(Addresses("https://x.org")), NOON)
    assert asked
    assert not [statement for statement in asked if "person" in statement]


def test_a_line_without_a_dispatcher_works_and_says_so_once(
    line: Line, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in (ANA, BO):
        people.change(line, one.id, people.Given(roles=("verifier",)), "Ana", NOON)
    for _ in range(3):
        assert line.people().with_role("dispatcher") == ()
        clock.pass_(seconds=4)
    assert capsys.readouterr().out.count("people.no_dispatcher") == 1
