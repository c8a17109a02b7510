"""What anybody may read: only what was released for the public, and what became of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.feeds import Published, published
from hotline.operations.line import Line
from hotline.operations.release import answer_release, ask_release
from hotline.store.database import transaction
from tests.lines import ANA, BO, Clock, make_line
from tests.people import (
    draft_actual,
    draft_test,
    follow_up,
    plain,
    release,
    subscribe,
    word_for,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    made = make_line(database, flow, network, clock=clock)
    subscribe(made, 1)
    return made


def found(line: Line) -> list[Published]:
    return published(line, line.clock())


def test_a_draft_is_nobodys(line: Line) -> None:
    draft_actual(line)
    assert found(line) == []


def test_production_says_what_is_real_and_what_is_not(line: Line) -> None:
    for code in (draft_actual(line), draft_test(line)):
        release(line, code)
    real = replace(line, mode="production")
    assert {one.of.kind: one.standing for one in found(real)} == {"actual": "Actual", "test": "Test"}
    assert {one.standing for one in found(line)} == {"Test"}


def test_what_goes_to_named_contacts_and_what_follows_it_is_nobody_elses(line: Line) -> None:
    code = draft_actual(line)
    release(line, code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE alert SET kind = 'school_partner'"))
    assert found(line) == []
    follower = draft_test(line)
    release(line, follower)
    with transaction(line.database) as db:
        first = "(SELECT id FROM alert WHERE code = :first)"
        change = f"UPDATE alert SET kind = 'all_clear', follows_id = {first} WHERE code = :code"
        db.execute(text(change), {"first": code, "code": follower})
    assert found(line) == []


def test_an_alert_is_current_until_its_end(line: Line, clock: Clock) -> None:
    release(line, draft_actual(line))
    [one] = found(line)
    assert one.is_current(clock())
    assert not one.is_current(clock.pass_(minutes=90))
    assert one.is_in_feed


def test_an_area_that_the_network_no_longer_has_is_still_told(line: Line) -> None:
    release(line, draft_actual(line))
    [one] = found(replace(line, network=line.network.model_copy(update={"areas": {}})))
    assert one.area["en"] == "Everywhere"
    assert one.of.zips


def nobody_left(line: Line) -> None:
    """Whoever asked for alerts has left since."""
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET status = 'failed'"))


def test_an_all_clear_that_no_phone_would_get_is_still_said_where_the_first_one_was_read(
    line: Line, clock: Clock
) -> None:
    code = draft_actual(line)
    release(line, code)
    nobody_left(line)
    over = follow_up(line, "all_clear", code)
    broadcast_id = release(line, over)
    assert plain(line, broadcast_id) == []
    first, last = reversed(found(line))
    assert (last.of.code, last.message) == (over, "Cancel")
    assert [one.code for one in last.refers_to] == [code]
    assert first.ended_by == over


def test_what_no_feed_showed_is_refused_when_nobody_would_get_it(line: Line) -> None:
    code = draft_actual(line)
    release(line, code)
    nobody_left(line)
    over = follow_up(line, "all_clear", code)
    with transaction(line.database) as db:  # as what goes to named contacts of sites
        db.execute(text("UPDATE alert SET kind = 'school_partner' WHERE code = :code"), {"code": code})
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, over, ANA.name, BO.name, line.clock())
    assert refused.value.reason == "nobody"


def test_a_first_alert_for_nobody_is_refused_feed_or_not(line: Line) -> None:
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM subscription"))
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, draft_actual(line), ANA.name, BO.name, line.clock())
    assert refused.value.reason == "nobody"


def test_the_second_person_is_told_that_it_goes_to_the_feed_alone(line: Line) -> None:
    code = draft_actual(line)
    release(line, code)
    nobody_left(line)
    over = follow_up(line, "all_clear", code)
    ask_release(line, over, ANA.name, BO.name, line.clock())
    with transaction(line.database) as db:
        answered = answer_release(line, db, BO, word_for(line), line.clock())
    assert answered is not None
    assert "public feed alone" in answered.words
    assert [job for job, _ in answered.wakes] == ["fan_out"]


def test_an_all_clear_refers_to_a_first_one_that_was_stopped_or_is_too_old_for_the_feed(
    line: Line, clock: Clock
) -> None:
    code = draft_actual(line)
    broadcast_id = release(line, code)
    over = follow_up(line, "all_clear", code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET status = 'delivered'"))
    release(line, over)
    with transaction(line.database) as db:
        stopped = "UPDATE broadcast SET state = 'cancelled', reason = 'by a person' WHERE id = :id"
        db.execute(text(stopped), {"id": broadcast_id})
    [last] = found(line)
    assert [one.code for one in last.refers_to] == [code]
    with transaction(line.database) as db:
        db.execute(text("UPDATE broadcast SET state = 'done', reason = NULL"))
        early = "UPDATE alert SET released_at = released_at - interval '8 days' WHERE code = :code"
        db.execute(text(early), {"code": code})
    [last] = found(line)
    assert [one.code for one in last.refers_to] == [code]
