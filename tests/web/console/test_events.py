"""Events in the browser."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store import events
from hotline.store.database import transaction
from tests.lines import Clock, make_line
from tests.web.console.visitors import Browser, console, sign_in

EVENT = {
    "name_es": "Taller sobre sus derechos",
    "name_en": "Know your rights",
    "starts": "2026-03-07T10:00",
    "ends": "2026-03-07T12:00",
    "place": "Example Community Center",
    "zip": "90033",
    "languages": "es, en, mam",
    "capacity": "120",
    "note_es": "Con permiso; siga a los de chaleco.",
    "note_en": "With a permit; follow the stewards.",
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def rosa(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["dispatcher"])


def add(rosa: Browser, **changes: str) -> str:
    made = rosa.post("/console/events/new", EVENT | changes)
    assert made.status_code == 303
    return made.headers["location"]


def confirmed(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return [one.name_en for one in events.next_confirmed(db, line.clock(), 5)]


def test_an_event_begins_as_a_draft_in_local_time(line: Line, rosa: Browser) -> None:
    shown = rosa.get(add(rosa)).text
    assert "draft" in shown
    assert "10:00" in shown
    assert "Taller sobre sus derechos" in shown
    assert "follow the stewards" in shown
    assert confirmed(line) == []


def test_only_a_confirmed_event_is_announced_and_told(line: Line, rosa: Browser) -> None:
    path = add(rosa)
    assert "/console/alerts/new" not in rosa.get(path).text
    rosa.post(f"{path}/confirm")
    assert confirmed(line) == ["Know your rights"]
    number = path.rsplit("/", 1)[1]
    assert f"/console/alerts/new?kind=event&amp;event={number}" in rosa.get(path).text


def test_an_event_called_off_stays_so(line: Line, rosa: Browser) -> None:
    path = add(rosa)
    rosa.post(f"{path}/confirm")
    assert "cannot be undone" in rosa.get(f"{path}/cancel").text
    rosa.post(f"{path}/cancel")
    rosa.post(f"{path}/confirm")
    assert confirmed(line) == []
    assert "called off" in rosa.get(path).text


def test_an_event_that_is_over_is_told_to_nobody(
    client: TestClient, line: Line, rosa: Browser, clock: Clock
) -> None:
    path = add(rosa)
    rosa.post(f"{path}/confirm")
    clock.pass_(days=7)
    assert confirmed(line) == []
    later = sign_in(client, line, ["dispatcher"], name="Vera")
    assert "Know your rights" in later.get("/console/events?past=1").text
    assert "/confirm" not in later.get(path).text


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("name_en", "", "name_en"),
        ("zip", "00000", "zip"),
        ("starts", "soon", "starts"),
        ("ends", "2026-03-07T09:00", "ends"),
        ("ends", "2026-03-17T09:00", "ends"),
        ("capacity", "many", "capacity"),
        ("capacity", "0", "capacity"),
        ("languages", "klingonish", "languages"),
        ("note_en", "", "note_en"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(rosa: Browser, field: str, value: str, at: str) -> None:
    answer = rosa.post("/console/events/new", EVENT | {field: value})
    assert answer.status_code == 422
    assert f'id="w-{at}"' in answer.text
    assert "Example Community Center" in answer.text or field == "place"


def test_a_change_keeps_the_time_that_was_typed(rosa: Browser) -> None:
    path = add(rosa)
    assert 'value="2026-03-07T10:00"' in rosa.get(f"{path}/edit").text
    rosa.post(f"{path}/edit", EVENT | {"place": "Parque Prueba"})
    assert "Parque Prueba" in rosa.get(path).text


def test_the_list_pages_by_key(line: Line, rosa: Browser) -> None:
    for n in range(55):
        add(rosa, name_en=f"Workshop {n:02}")
    first = rosa.get("/console/events").text
    after = first.split('rel="next" href="')[1].split('"')[0]
    second = rosa.get(after).text
    assert first.count("Workshop ") + second.count("Workshop ") == 55


def test_a_verifier_reads_events_and_changes_none(client: TestClient, line: Line, rosa: Browser) -> None:
    path = add(rosa)
    verifier = sign_in(client, line, ["verifier"], name="Vera")
    assert "/edit" not in verifier.get(path).text
    assert verifier.post(f"{path}/confirm").status_code == 403
    assert verifier.get("/console/events/999").status_code == 404


def test_what_is_to_come_is_not_in_the_past(rosa: Browser) -> None:
    add(rosa)
    assert "Know your rights" not in rosa.get("/console/events?past=1").text
