from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.release import answer_release, ask_release
from hotline.store.database import transaction
from tests.lines import ANA, BO, make_line
from tests.people import draft_test, phone, subscribe, word_for


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def started(line: Line) -> int:
    """A broadcast that was released and has no row yet."""
    code = draft_test(line)
    ask_release(line, code, ANA.name, BO.name, line.clock())
    with transaction(line.database) as db:
        answered = answer_release(line, db, BO, word_for(line), line.clock())
    assert answered is not None
    broadcast_id = answered.wakes[0][1]
    assert broadcast_id is not None
    return broadcast_id


def rows(line: Line, broadcast_id: int) -> Sequence[tuple[int, bytes]]:
    with transaction(line.database) as db:
        found = db.execute(
            text("SELECT seq, phone_hash FROM delivery WHERE broadcast_id = :id ORDER BY seq"),
            {"id": broadcast_id},
        )
        return [(row.seq, row.phone_hash) for row in found]


def write_all(line: Line, broadcast_id: int, step: int) -> int:
    """Write what is left; how many steps it took."""
    steps = 1
    while fan_out(line, broadcast_id, line.clock(), step=step):
        steps += 1
    return steps


def test_several_zip_codes_fit_into_one_step_and_numbers_go_on(line: Line) -> None:
    for number, zip_code in enumerate(["90033", "90023", "90033", "90023"]):
        subscribe(line, number, zip_code)
    broadcast_id = started(line)
    assert write_all(line, broadcast_id, step=100) == 1
    assert [seq for seq, _ in rows(line, broadcast_id)] == [1, 2, 3, 4]


def test_who_opted_out_does_not_end_the_writing_before_the_others(line: Line) -> None:
    for number in range(6):
        subscribe(line, number)
    hashes = [line.keyring.lookup(phone(number)) for number in range(6)]
    broadcast_id = started(line)
    with transaction(line.database) as db:
        for one in hashes[:4]:
            db.execute(
                text("INSERT INTO suppression (phone_hash, reason, since) VALUES (:h, 'opt_out', :now)"),
                {"h": one, "now": line.clock()},
            )
    write_all(line, broadcast_id, step=2)
    assert [found for _, found in rows(line, broadcast_id)] == hashes[4:]


def test_somebody_erased_and_signed_up_anew_in_the_middle_is_written_once(line: Line) -> None:
    for number in range(4):
        subscribe(line, number)
    broadcast_id = started(line)
    assert fan_out(line, broadcast_id, line.clock(), step=2)
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM contact WHERE phone_hash = :h"), {"h": line.keyring.lookup(phone(0))})
    subscribe(line, 0)
    write_all(line, broadcast_id, step=3)
    found = [found for _, found in rows(line, broadcast_id)]
    assert sorted(found) == sorted(line.keyring.lookup(phone(number)) for number in range(4))
