"""How the calls of an alert end, and who is called again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.domain.call import CALL_AGAIN_AFTER
from hotline.domain.outcome import Outcome, Refused, Unknown
from hotline.domain.ports import Ring
from hotline.domain.timing import USUAL
from hotline.operations.erasure import delete_at_carrier, erase_contact
from hotline.operations.estimate import estimate
from hotline.operations.line import Line
from hotline.operations.receipts import fetch_missing
from hotline.operations.reconcile import reconcile
from hotline.operations.sweep import sweep
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey
from tests.lines import Carrier
from tests.operations.phones import answers, called, carrier, chooses_calls, clock, ended, line, listed, send
from tests.people import draft_actual, phone, plain, release, statuses, subscribe

__all__ = ["line"]


def test_an_answered_call_is_delivered(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    ended(line, key, "completed", answered_by="human")
    assert plain(line, key.broadcast_id) == ["delivered"]


def test_an_end_that_comes_before_the_answer_counts(line: Line) -> None:
    chooses_calls(line, 1)
    ends: list[str] = []

    def reply(ring: Ring) -> Outcome:
        key = DeliveryKey(int(ring.path.split("/d")[1].split(".")[0]), 1)
        ended(early, key, ends[0])
        return Carrier().ring(ring)

    early = replace(line, caller=answers(reply))
    ends.append("completed")
    first = called(early)
    assert plain(line, first.broadcast_id) == ["delivered"]
    ends[0] = "busy"
    second = called(early)
    assert statuses(line, second.broadcast_id) == [("pending", "busy")]


@pytest.mark.parametrize(
    ("status", "reason"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
def test_nobody_there_is_called_once_more_later(line: Line, status: str, reason: str) -> None:
    chooses_calls(line, 1)
    key = called(line)
    ended(line, key, status)
    ended(line, key, status)
    assert statuses(line, key.broadcast_id) == [("pending", reason)]
    assert send(line) == 0
    clock(line).pass_(seconds=CALL_AGAIN_AFTER.total_seconds())
    assert send(line) == 1
    ended(line, key, status, fence=1)
    assert plain(line, key.broadcast_id) == ["accepted"]
    ended(line, key, status, fence=2)
    assert statuses(line, key.broadcast_id) == [("undelivered", reason)]
    assert len(carrier(line).rung) == 2


def test_a_broadcast_that_was_called_done_goes_on_for_the_second_try(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    sweep(line)
    ended(line, key, "busy")
    clock(line).pass_(seconds=CALL_AGAIN_AFTER.total_seconds())
    sweep(line)
    assert send(line) == 1
    ended(line, key, "completed", fence=2)
    assert plain(line, key.broadcast_id) == ["delivered"]
    sweep(line)
    with transaction(line.database) as db:
        assert db.execute(text("SELECT state FROM broadcast")).scalar_one() == "done"
        tallies = db.execute(
            text("SELECT status, sum(change) FROM delivery_tally GROUP BY 1 HAVING sum(change) <> 0")
        ).all()
    assert [tuple(row) for row in tallies] == [("delivered", 1)]


def test_nobody_is_called_again_after_the_end_or_when_it_was_cancelled(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line, draft_actual(line, ends_at=line.clock() + timedelta(minutes=2)))
    ended(line, key, "busy")
    assert statuses(line, key.broadcast_id) == [("undelivered", "busy")]
    other = called(line)
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE broadcast SET state = 'cancelled' WHERE id = :id"), {"id": other.broadcast_id}
        )
    ended(line, other, "no-answer")
    assert statuses(line, other.broadcast_id) == [("undelivered", "no_answer")]


def test_a_number_that_does_not_exist_is_not_called_again_and_rests_after_two(line: Line) -> None:
    chooses_calls(line, 1)
    for _ in range(2):
        key = called(line)
        ended(line, key, "failed", code=13224, reaction="bad_number")
        assert plain(line, key.broadcast_id) == ["failed"]
    subscribe(line, 2)
    assert statuses(line, release(line, draft_actual(line))) == [("skipped", "rested"), ("pending", None)]


def test_a_landline_that_takes_no_texts_is_called_all_the_same(line: Line) -> None:
    chooses_calls(line, 1)
    with transaction(line.database) as db:
        hashes = {"h": line.keyring.lookup(phone(1)), "now": line.clock()}
        db.execute(text("INSERT INTO number_health VALUES (:h, 2, 30006, :now)"), hashes)
    told = estimate(line, draft_actual(line), line.clock())
    assert (told.called, told.recipients) == (1, 1)
    called(line)


def test_a_fax_that_answered_is_not_reached(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    ended(line, key, "completed", answered_by="fax")
    assert statuses(line, key.broadcast_id) == [("undelivered", "fax")]


def test_a_refused_call_is_settled_by_its_code(line: Line) -> None:
    chooses_calls(line, 1)
    refusing = replace(line, caller=answers(lambda ring: Refused(13227, "permanent")))
    broadcast_id = release(refusing, draft_actual(refusing))
    send(refusing)
    assert statuses(line, broadcast_id) == [("failed", "permanent")]


def test_a_lost_answer_is_looked_up_among_calls_before_anybody_is_called_twice(line: Line) -> None:
    chooses_calls(line, 1)
    lost = answers(lambda ring: Unknown("timeout"))
    losing = replace(line, caller=lost, records=lost)
    broadcast_id = release(losing, draft_actual(losing))
    send(losing)
    assert plain(line, broadcast_id) == ["unknown"]
    lost.listed.append(listed(line, "in-progress"))
    clock(line).pass_(seconds=USUAL.shown_after_s)
    assert reconcile(losing) == 1
    assert plain(line, broadcast_id) == ["accepted"]
    assert len(lost.rung) == 1


def test_a_call_that_the_carrier_does_not_have_is_placed_again(line: Line) -> None:
    chooses_calls(line, 1)
    losing = replace(line, caller=answers(lambda ring: Unknown("timeout")))
    broadcast_id = release(losing, draft_actual(losing))
    send(losing)
    clock(line).pass_(seconds=USUAL.shown_after_s)
    reconcile(line)
    clock(line).pass_(seconds=USUAL.look_again_after_s)
    reconcile(line)
    assert send(line) == 1
    assert plain(line, broadcast_id) == ["accepted"]


def test_a_report_that_never_came_is_fetched(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    with transaction(line.database) as db:
        sid = db.execute(text("SELECT sid FROM delivery")).scalar_one()
    assert isinstance(line.records, Carrier)
    line.records.listed.append(listed(line, "completed", sid))
    clock(line).pass_(seconds=USUAL.fetch_after_s + 1)
    assert fetch_missing(line) == 1
    assert plain(line, key.broadcast_id) == ["delivered"]


def test_who_is_erased_is_erased_from_the_carriers_list_of_calls_too(line: Line) -> None:
    contact_id = chooses_calls(line, 1)
    called(line)
    with transaction(line.database) as db:
        sid = db.execute(text("SELECT sid FROM delivery")).scalar_one()
        erase_contact(line, db, phone(1), contact_id, line.clock())
    assert delete_at_carrier(line, line.clock()) == 2
    assert carrier(line).deleted == [sid]
