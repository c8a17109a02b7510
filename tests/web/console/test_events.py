"""Events in the browser."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.announcing import announced
from hotline.operations.line import Line
from hotline.store import events
from hotline.store.database import transaction
from tests.lines import ANA, Clock, make_line
from tests.web.console.visitors import Browser, console, sign_in, sign_in_as

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


def chosen(page: str, name: str) -> list[str]:
    """What is chosen in a list of the form, or ticked."""
    [field] = re.findall(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'value="([^"]*)" selected', field)


def test_announcing_an_event_begins_with_what_is_known_of_it(line: Line, rosa: Browser) -> None:
    path = add(rosa, place="Example Library, 123 Example Street")
    rosa.post(f"{path}/confirm")
    number = path.rsplit("/", 1)[1]
    page = rosa.get(f"/console/alerts/new?kind=event&event={number}").text
    assert f'href="{path}"' in page
    assert chosen(page, "event") == ["rights_workshop"]
    assert chosen(page, "area") == ["boyle_heights"]
    for name, value in (
        ("place", "Example Library"),
        ("day", "2026-03-07"),
        ("start", "10:00"),
        ("end", "12:00"),
    ):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"', page), name
    assert set(re.findall(r'name="languages" value="(\w+)" checked', page)) == {"es", "en", "mam"}


def test_the_filled_form_can_be_drafted_as_it_stands(client: TestClient, line: Line) -> None:
    rosa = sign_in_as(client, line, ANA.id)
    path = add(rosa)
    rosa.post(f"{path}/confirm")
    number = path.rsplit("/", 1)[1]
    with transaction(line.database) as db:
        event = events.by_id(db, int(number))
    assert event is not None
    known = announced(line, event)
    fields = known | {"kind": "event", "announces": number, "languages": known["languages"].split(",")}
    seen = rosa.post("/console/alerts/preview", fields).text
    assert f'name="announces" value="{number}"' in seen, "the page stays the event's"
    made = rosa.post("/console/alerts", fields)
    assert made.status_code == 303
    assert "Know your rights workshop, Saturday Mar 7" in rosa.get(made.headers["location"]).text


def test_what_is_not_certain_is_not_announced(line: Line, rosa: Browser) -> None:
    path = add(rosa)
    number = path.rsplit("/", 1)[1]
    refused = rosa.get(f"/console/alerts/new?kind=event&event={number}")
    assert (refused.status_code, refused.headers["location"]) == (303, path)
    assert rosa.get("/console/alerts/new?kind=event&event=999").status_code == 404
    assert rosa.get("/console/alerts/new?kind=event&event=x").status_code == 404
    rosa.post(f"{path}/confirm")
    rosa.post(f"{path}/cancel")
    assert rosa.post("/console/alerts", {"kind": "event", "announces": number}).status_code == 404


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (("Free legal clinic for families", "Consulta legal"), "legal_clinic"),
        (("Workshop", "Taller"), ""),
        (("Picnic", "Día de campo"), ""),
    ],
)
def test_what_it_is_called_is_chosen_only_where_that_is_clear(
    line: Line, rosa: Browser, names: tuple[str, str], called: str
) -> None:
    path = add(rosa, name_en=names[0], name_es=names[1], languages="qu", place="9 Elm, Apt 4")
    with transaction(line.database) as db:
        event = events.by_id(db, int(path.rsplit("/", 1)[1]))
    assert event is not None
    found = announced(line, event)
    assert (found["event"], found["languages"], found["place"]) == (called, "", "9 Elm, Apt 4")
