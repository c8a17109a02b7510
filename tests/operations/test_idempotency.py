"""The same request under one key is done once, also by two at once; the answer is kept sealed for a day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.idempotency import Answered, Fresh, claim, drop, keep
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.lines import Clock, make_line
from tests.web.api.programs import key_for

ANSWER = Answered(201, "application/json", '{"code":"K7Q2","place":"Árbol"}'.encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    made = make_line(database, flow, network, clock=clock)
    key_for(made)
    key_for(made)
    return made


def asked(line: Line, body: bytes = b"body", key: int = 1, asked_as: str = "one") -> object:
    return claim(line, key, asked_as, body, line.clock())


def answered(line: Line) -> None:
    found = asked(line)
    assert isinstance(found, Fresh)
    keep(line, found.row_id, ANSWER)


def test_the_answer_is_given_again(line: Line) -> None:
    answered(line)
    assert asked(line) == ANSWER


def test_another_request_under_the_same_key_is_seen(line: Line) -> None:
    answered(line)
    assert asked(line, b"other") == "other"


def test_keys_of_two_programs_have_nothing_to_do_with_each_other(line: Line) -> None:
    answered(line)
    assert isinstance(asked(line, key=2), Fresh)


def test_while_the_first_is_worked_on_the_second_waits(line: Line) -> None:
    asked(line)
    assert asked(line) == "underway"


def test_of_many_at_once_one_works(line: Line) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: asked(line), range(6)))
    assert sum(isinstance(one, Fresh) for one in found) == 1
    assert found.count("underway") == 5


def test_what_was_not_done_may_be_asked_again(line: Line) -> None:
    found = asked(line)
    assert isinstance(found, Fresh)
    drop(line, found.row_id)
    assert isinstance(asked(line), Fresh)


def test_an_answer_that_was_kept_is_not_dropped(line: Line) -> None:
    found = asked(line)
    assert isinstance(found, Fresh)
    keep(line, found.row_id, ANSWER)
    drop(line, found.row_id)
    assert asked(line) == ANSWER


def test_it_is_kept_sealed(line: Line) -> None:
    answered(line)
    with transaction(line.database) as db:
        kept = bytes(db.execute(text("SELECT answer_ct FROM api_answer")).scalar_one())
    assert b"K7Q2" not in kept


def test_after_a_day_it_is_forgotten(line: Line, clock: Clock) -> None:
    answered(line)
    clock.pass_(hours=23)
    assert asked(line) == ANSWER
    clock.pass_(hours=1, seconds=1)
    assert isinstance(asked(line), Fresh)
