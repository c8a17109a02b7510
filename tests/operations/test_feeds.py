"""What anybody may read: only what was released for the public, and what became of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.feeds import Published, published
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.lines import Clock, make_line
from tests.people import draft_actual, draft_test, release, subscribe


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
