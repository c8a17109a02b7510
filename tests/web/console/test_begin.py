"""First steps: what is missing leads on, and what is done is seen by itself; the story belongs to a demo."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.person import Roster
from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import demo_story
from hotline.operations.demo_data import add_neighbour
from hotline.operations.demo_story import SCENES, StoryRefused, begin, story_of
from hotline.operations.first_steps import standings, wait_for
from hotline.operations.line import Line
from hotline.store import accounts, contacts
from hotline.store.database import transaction
from tests.lines import ANA, BO, make_line
from tests.web.console.visitors import console, sign_in


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def release_a_test(line: Line) -> None:
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO alert (code, kind, template, values_ct, area, zips, ends_at, author, state,"
                " created_at) VALUES ('T1', 'test', 'test', '\\x00', 'all', '{}', now(), 'Ana', 'released',"
                " now())"
            )
        )


def test_two_people_are_two(line: Line) -> None:
    alone = replace(ANA, roles=frozenset({"dispatcher", "approver"}))
    assert standings(replace(line, people=lambda: Roster((alone,))))["people"] == "missing"
    assert standings(replace(line, people=lambda: Roster(())))["people"] == "missing"
    assert standings(replace(line, people=lambda: Roster((ANA, BO))))["people"] == "done"


def test_each_step_is_seen_when_it_is_done(line: Line) -> None:
    before = standings(line)
    assert (before["subscriber"], before["test_alert"]) == ("missing", "missing")
    add_neighbour(line, "+12135550101", "es", "90033", line.clock())
    release_a_test(line)
    after = standings(line)
    assert (after["subscriber"], after["test_alert"]) == ("done", "done")


def test_a_demo_is_spared_the_second_proof_and_a_real_line_is_not(line: Line) -> None:
    with transaction(line.database) as db:
        accounts.set_password(db, ANA.id, "$argon2id$none", line.clock())
    assert standings(replace(line, mode="demo"))["second"] == "spared"
    assert standings(replace(line, mode="production"))["second"] == "missing"


def test_the_first_page_is_what_is_missing_until_nothing_is(line: Line, client: TestClient) -> None:
    dispatcher = sign_in(client, line, ["dispatcher"])
    assert dispatcher.get("/console").headers["location"] == "/console/begin"
    shown = dispatcher.get("/console/begin").text
    assert "This comes next" in shown
    assert "Somebody else may do this" in shown
    add_neighbour(line, "+12135550101", "es", "90033", line.clock())
    release_a_test(line)
    assert not wait_for(line, {"alerts.draft", "subscribers.see"})
    assert dispatcher.get("/console/begin").status_code == 200


def test_the_story_belongs_to_a_demo(line: Line) -> None:
    real = replace(line, mode="production")
    with pytest.raises(StoryRefused):
        begin(real, line.clock())
    with console(real) as client:
        browser = sign_in(client, real, ["admin"])
        assert browser.get("/console/story").status_code == 404
        assert browser.post("/console/story/play").status_code == 404


def test_the_story_is_told_once_at_a_time_and_by_another_phone_the_next_time(line: Line) -> None:
    demo = replace(line, mode="demo")
    first = begin(demo, line.clock())
    assert story_of(demo) == first
    with pytest.raises(StoryRefused):
        begin(demo, line.clock())
    later = line.clock() + demo_story.STUCK_AFTER
    assert begin(demo, later).witness != first.witness


def test_a_story_without_its_phones_says_that_it_stopped(line: Line) -> None:
    class Away:
        def name(self, number: str, name: str, language: str) -> None:
            raise ConnectionError

        def write(self, number: str, words: str) -> None: ...

        def read(self, number: str) -> list[str]:
            return []

    demo = replace(line, mode="demo")
    with pytest.raises(ConnectionError):
        demo_story.tell(demo_story.Stage(demo, Away(), lambda seconds: None), begin(demo, line.clock()))
    stopped = story_of(demo)
    assert stopped is not None
    assert stopped.state == "broken"
    with console(demo) as client:
        shown = sign_in(client, demo, ["dispatcher"]).get("/console/story").text
    assert "The story stopped here" in shown
    assert shown.count("<li") >= len(SCENES)


def test_neighbours_of_the_story_are_twenty_and_reach_nobody(line: Line) -> None:
    for number in demo_story.NEIGHBOURS:
        assert add_neighbour(line, number, "es", "90023", line.clock())
        assert not add_neighbour(line, number, "es", "90023", line.clock())
    with transaction(line.database) as db:
        assert all(contacts.find(db, line.keyring, PhoneNumber(one)) for one in demo_story.NEIGHBOURS)
    assert len(demo_story.NEIGHBOURS) + 3 == 20
