"""Help requests and partner organisations in the browser."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.lines import make_line
from tests.web.console.visitors import Browser, console, sign_in

REQUEST = {"kind": "food", "number": "+12135550177", "language": "es", "note": "Monday 9 am, Pico-Union"}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def rosa(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["dispatcher"])


def kinds(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return list(db.scalars(text("SELECT kind FROM ticket ORDER BY id")))


def test_a_request_becomes_a_ticket_and_dispatchers_are_told(line: Line, rosa: Browser) -> None:
    made = rosa.post("/console/help/new", REQUEST)
    code = made.headers["location"].rsplit("/", 1)[1]
    assert kinds(line) == ["food"]
    assert ("messages", None) in line.queue.jobs  # type: ignore[attr-defined]
    assert "Pico-Union" in rosa.get(f"/console/tickets/{code}").text
    assert code in rosa.get("/console/help").text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "deportation", "Choose what kind of help"),
        ("number", "none", "Give a telephone number"),
        ("number", "+1415" + "8675309", "reach nobody only"),
        ("note", "sin papeles", "never written down here"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    line: Line, rosa: Browser, field: str, value: str, said: str
) -> None:
    answer = rosa.post("/console/help/new", REQUEST | {field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'id="w-{field}"' in answer.text
    assert kinds(line) == []


def test_a_request_without_a_number_is_a_ticket_too(line: Line, rosa: Browser) -> None:
    assert rosa.post("/console/help/new", REQUEST | {"number": ""}).status_code == 303
    assert kinds(line) == ["food"]


def test_the_form_asks_for_no_status_and_no_nationality(rosa: Browser) -> None:
    shown = rosa.get("/console/help/new").text
    fields = {part.split('"')[0] for part in shown.split(' name="')[1:]}
    assert fields - {"viewport", "color-scheme", "htmx-config"} == {
        "csrf", "kind", "number", "language", "note", "is_urgent",
    }  # fmt: skip
    assert "Never a name, papers, status" in shown


def test_a_partner_is_added_changed_and_taken_off_the_list(line: Line, rosa: Browser) -> None:
    fields = {"name": "Example Pantry", "kinds": ["food", "lawyer"], "contact": "213-555-0108"}
    assert rosa.post("/console/help/partners/new", fields).status_code == 303
    shown = rosa.get("/console/help/partners").text
    assert "Example Pantry" in shown
    assert "213-555-0108" in shown
    with transaction(line.database) as db:
        partner = db.execute(text("SELECT id, contact_ct FROM partner")).one()
    assert b"213-555" not in partner.contact_ct
    assert rosa.post("/console/help/partners/new", fields).status_code == 422
    changed = fields | {"name": "Example Food Bank"}
    rosa.post(f"/console/help/partners/{partner.id}", changed)
    assert "Example Food Bank" in rosa.get("/console/help/partners").text
    rosa.post(f"/console/help/partners/{partner.id}/close")
    assert "off the list" in rosa.get(f"/console/help/partners/{partner.id}").text
    assert "Example Food Bank" not in rosa.get("/console/help/partners").text
    rosa.post(f"/console/help/partners/{partner.id}", changed)
    assert "Example Food Bank" in rosa.get("/console/help/partners").text


def test_a_partner_takes_at_least_one_kind(rosa: Browser) -> None:
    answer = rosa.post("/console/help/partners/new", {"name": "Nobody", "contact": "x"})
    assert (answer.status_code, "Choose which requests" in answer.text) == (422, True)


def test_who_sees_no_tickets_sees_no_requests(client: TestClient, line: Line) -> None:
    verifier = sign_in(client, line, ["verifier"])
    assert verifier.get("/console/help").status_code == 403
    assert verifier.post("/console/help/new", REQUEST).status_code == 403
