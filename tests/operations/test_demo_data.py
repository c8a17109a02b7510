"""A demo begins with people, places and an event, once, and with nobody's real number."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import demo_data, demo_places, demo_story
from hotline.operations.demo_data import add_demo_data
from hotline.operations.flyers import flyer
from hotline.operations.line import Line
from hotline.store import events, site_contacts, sites
from hotline.store.database import transaction
from tests.lines import Clock, make_line


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


def counted(line: Line) -> dict[str, int]:
    with transaction(line.database) as db:
        return {
            table: int(db.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
            for table in ("contact", "site", "site_contact", "event", "message")
        }


def test_a_demo_has_a_school_a_market_and_an_event_that_is_told(line: Line) -> None:
    assert add_demo_data(line, line.clock()) == 3
    with transaction(line.database) as db:
        found = sites.page(db, line.keyring, None, 10)
        contacts = site_contacts.of_sites(db, line.keyring, [one.id for one in found])
        [event] = events.next_confirmed(db, line.clock(), 5)
    assert {one.kind for one in found} == {"school", "market"}
    assert [one.state for one in contacts] == ["confirmed", "confirmed"]
    assert event.starts_at.astimezone(line.hours.zone).hour == 18
    assert event.starts_at - line.clock() > timedelta(days=3)
    assert counted(line)["message"] == 0, "nobody is texted when a demo begins"
    for site in found:
        page = flyer("Red de Prueba", site.name, site.code, PhoneNumber("+15005550006"))
        assert page.startswith(b"%PDF-")


def test_a_demo_that_starts_again_changes_nothing(line: Line, clock: Clock) -> None:
    add_demo_data(line, line.clock())
    before = counted(line)
    assert add_demo_data(line, clock.pass_(hours=1)) == 0
    assert counted(line) == before


def test_when_the_event_is_over_the_next_demo_has_another(line: Line, clock: Clock) -> None:
    add_demo_data(line, line.clock())
    clock.pass_(days=7)
    add_demo_data(line, line.clock())
    with transaction(line.database) as db:
        assert len(events.next_confirmed(db, line.clock(), 5)) == 1


def test_every_number_of_a_demo_is_its_own_and_reaches_nobody() -> None:
    numbers = [
        *(number for number, _, _ in demo_data.NEIGHBOURS),
        *(given.number for given in demo_data.STAFF),
        *(contact.number for _, contact in demo_places.SITES),
        *demo_story.NEIGHBOURS,
        *demo_story.WITNESSES,
        *(number for _, number in demo_story.LOOKING),
    ]
    assert len(set(numbers)) == len(numbers)
    assert all(str(number).startswith("+121355501") for number in numbers)
