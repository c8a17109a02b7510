from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.release import answer_release, ask_release
from hotline.store import broadcasts, deliveries, tallies
from hotline.store.database import transaction
from tests.lines import ANA, BO, HOTLINE, make_line
from tests.people import draft_test, phone, statuses, subscribe, word_for


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


def test_somebody_erased_and_signed_up_anew_in_the_middle_is_taken_once(line: Line) -> None:
    for number in range(4):
        subscribe(line, number)
    broadcast_id = started(line)
    assert fan_out(line, broadcast_id, line.clock(), step=2)
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM contact WHERE phone_hash = :h"), {"h": line.keyring.lookup(phone(0))})
    subscribe(line, 0)
    write_all(line, broadcast_id, step=3)
    assert len(rows(line, broadcast_id)) == 5
    taken = [*take(line, broadcast_id, 2), *take(line, broadcast_id, 9)]
    assert sorted(taken) == sorted(phone(number).e164 for number in range(4))
    assert statuses(line, broadcast_id)[0] == ("skipped", "erased")


@pytest.mark.parametrize("limits", [(9,), (1, 9)])
def test_of_two_rows_of_one_number_only_the_first_is_ever_taken(line: Line, limits: Sequence[int]) -> None:
    subscribe(line, 1)
    broadcast_id = started(line)
    write_all(line, broadcast_id, step=9)
    subscribe(line, 2)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO delivery"
                " (broadcast_id, seq, contact_id, phone_hash, language, zip, sender, status)"
                " SELECT broadcast_id, 2, (SELECT max(id) FROM contact), phone_hash, language, zip, sender,"
                " status FROM delivery"
            )
        )
    assert [to for limit in limits for to in take(line, broadcast_id, limit)] == [phone(1).e164]
    assert statuses(line, broadcast_id) == [("sending", None), ("skipped", "double")]


def test_the_database_itself_takes_a_number_up_once(line: Line) -> None:
    for number in range(2):
        subscribe(line, number)
    broadcast_id = started(line)
    write_all(line, broadcast_id, step=9)
    with pytest.raises(IntegrityError), transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET fence = 1, phone_hash = 'x'"))
    assert [fence for (fence,) in fences(line)] == [0, 0]


def test_somebody_with_two_zip_codes_has_one_row_in_the_nearest(line: Line) -> None:
    for number in range(3):
        subscribe(line, number, "90033")
        subscribe(line, number, "90023")
    broadcast_id = started(line)
    with transaction(line.database) as db:
        of = broadcasts.by_id(db, broadcast_id)
    assert of is not None
    write_all(line, broadcast_id, step=100)
    with transaction(line.database) as db:
        zips = db.scalars(text("SELECT zip FROM delivery ORDER BY seq")).all()
    assert zips == [min(("90033", "90023"), key=of.zips.index)] * 3


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_any_step_writes_everyone_once(line: Line, step: int) -> None:
    for number in range(7):
        subscribe(line, number, "90033" if number % 3 else "90023")
        if number % 2:
            subscribe(line, number, "90063")
    broadcast_id = started(line)
    write_all(line, broadcast_id, step)
    found = rows(line, broadcast_id)
    assert sorted(found for _, found in found) == sorted(line.keyring.lookup(phone(n)) for n in range(7))
    assert [seq for seq, _ in found] == list(range(1, 8))


@pytest.mark.parametrize(
    ("over", "reason"), [("cancelled", "cancelled"), ("superseded", "superseded"), ("ended", "expired")]
)
def test_who_was_not_written_before_it_was_over_is_written_as_skipped(
    line: Line, over: str, reason: str
) -> None:
    for number in range(5):
        subscribe(line, number)
    broadcast_id = started(line)
    assert fan_out(line, broadcast_id, line.clock(), step=2)
    now = line.clock()
    if over == "ended":
        now += timedelta(days=30)
    else:
        with transaction(line.database) as db:
            why = "superseded" if over == "superseded" else "by a person"
            broadcasts.move(db, broadcast_id, ("sending",), "cancelled", why)
    assert fan_out(line, broadcast_id, now, step=2)
    assert not fan_out(line, broadcast_id, now, step=2)
    assert statuses(line, broadcast_id) == [("pending", None)] * 2 + [("skipped", reason)] * 3
    with transaction(line.database) as db:
        of = broadcasts.by_id(db, broadcast_id)
        counted = tallies.of(db, broadcast_id)
    assert of is not None
    assert of.is_written
    assert of.total == sum(tally.count for tally in counted) == 5
    assert not fan_out(line, broadcast_id, now)


def take(line: Line, broadcast_id: int, limit: int) -> list[str]:
    """The numbers behind the rows that are taken now."""
    with transaction(line.database) as db:
        of = broadcasts.by_id(db, broadcast_id)
        assert of is not None
        bodies = broadcasts.bodies_of(db, line.keyring, broadcast_id)
        parcels = deliveries.take(db, line.keyring, of, bodies, HOTLINE.e164, limit, [], line.clock())
    return [parcel.to.e164 for parcel in parcels if parcel.to]


def fences(line: Line) -> Sequence[tuple[int]]:
    with transaction(line.database) as db:
        return [(row.fence,) for row in db.execute(text("SELECT fence FROM delivery ORDER BY seq"))]
