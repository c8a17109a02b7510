"""People in the console: seen by who may, changed by admins, their numbers shown after a second proof."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store import people
from hotline.store.database import transaction
from hotline.store.people import Record
from tests.lines import ANA, BO, Clock, make_line, roster_of
from tests.web.console.visitors import Browser, console, sign_in, with_line

GIVEN = {
    "name": "Cleo",
    "number": "(213) 555-0192",
    "roles": ["verifier", "dispatcher"],
    "language": "es",
    "spoken": "es\nmam=Mam de Todos Santos\n",
    "organisation": "CHN",
    "zips": "90033, 90015",
    "is_available": "1",
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as client:
        yield client


@pytest.fixture
def admin(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["admin"])


def record(line: Line, name: str) -> Record:
    with transaction(line.database) as db:
        found = people.by_name(db, line.keyring, name)
    assert found is not None
    return found


def acts(line: Line) -> list[tuple[str, str, str]]:
    with line.database.connect() as db:
        found = db.execute(
            text("SELECT actor, act, subject FROM audit WHERE act LIKE 'person.%' ORDER BY id")
        )
        return [(row.actor, row.act, row.subject) for row in found]


def test_everybody_is_listed_without_their_numbers(admin: Browser) -> None:
    page = admin.get("/console/people").text
    assert "Ana" in page
    assert "dispatcher, verifier, approver, admin" in page
    assert "on duty" in page
    assert "5550190" not in page


def test_the_list_goes_on_where_it_was_left(admin: Browser, line: Line) -> None:
    with line.database.begin() as db:
        db.execute(
            text(
                "INSERT INTO person (name, name_key, roles, language, is_available, available_at, created_at)"
                " SELECT n, n, '{verifier}', 'es', true, now(), now()"
                " FROM (SELECT 'p' || lpad(i::text, 3, '0') AS n FROM generate_series(1, 60) i) made"
            )
        )
    first = admin.get("/console/people").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = admin.get(onward[1].replace("&amp;", "&")).text
    shown = [re.findall(r">(p\d{3})<", page) for page in (first, second)]
    assert shown[0] + shown[1] == [f"p{index:03}" for index in range(1, 61)]
    assert 'rel="next"' not in second


def test_somebody_is_added(admin: Browser, line: Line) -> None:
    answer = admin.post("/console/people/new", GIVEN)
    one = record(line, "Cleo")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/people/{one.id}")
    assert sorted(one.roles) == ["dispatcher", "verifier"]
    assert (one.zips, one.is_available) == (("90033", "90015"), True)
    shown = admin.get(f"/console/people/{one.id}").text
    assert "Mam de Todos Santos (mam)" in shown
    assert "…92" in shown
    assert acts(line) == [("Rosa", "person.add", str(one.id))]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "ana", "Somebody has or had this name"),
        ("name", "<b>", "Give a short name"),
        ("number", "12", "Give a telephone number"),
        ("number", "+12135550190", "Somebody else has this number"),
        ("roles", [], "Give at least one role"),
        ("roles", ["boss"], "Give at least one role"),
        ("language", "fr", "Texts to staff come in es or en"),
        ("spoken", "español", "Give languages as"),
        ("zips", "00000", "This is no ZIP code"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    admin: Browser, line: Line, field: str, value: object, sentence: str
) -> None:
    answer = admin.post("/console/people/new", GIVEN | {field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<b>" not in answer.text
    assert 'value="CHN"' in answer.text
    assert acts(line) == []


def test_a_person_is_changed_and_an_empty_number_stays(admin: Browser, line: Line) -> None:
    form = admin.get(f"/console/people/{BO.id}/edit").text
    assert 'value="Bo"' in form
    assert "5550191" not in form
    changed = GIVEN | {"name": "Bo Lee", "number": "", "roles": ["approver"], "zips": ""}
    assert admin.post(f"/console/people/{BO.id}/edit", changed).status_code == 303
    one = record(line, "Bo Lee")
    assert (one.id, one.phone, list(one.roles), one.zips) == (BO.id, BO.phone, ["approver"], ())


def test_duty_is_switched_by_an_admin_and_by_oneself(admin: Browser, client: TestClient, line: Line) -> None:
    admin.post(f"/console/people/{ANA.id}/duty", {"on": "0"})
    assert not record(line, "Ana").is_available
    mine = sign_in(client, line, ["verifier"], "Vera")
    assert "Go off duty" in mine.get("/console/duty").text
    assert mine.post("/console/duty", {"on": "0"}).headers["location"] == "/console/duty"
    assert not record(line, "Vera").is_available
    assert "Go on duty" in mine.get("/console/duty").text
    assert acts(line)[-1] == ("Vera", "person.off", str(mine.person_id))


def test_a_whole_number_needs_a_second_proof_and_is_written_down(
    client: TestClient, line: Line, clock: Clock
) -> None:
    unproven = sign_in(client, line, ["admin"], "Rosa")
    clock.pass_(minutes=20)
    refused = unproven.get(f"/console/people/{ANA.id}/number")
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/console/step-up?next=")
    assert acts(line) == []
    proven = sign_in(client, line, ["admin"], "Pia")
    assert "+12135550190" in proven.get(f"/console/people/{ANA.id}/number").text
    assert acts(line) == [("Pia", "person.number", str(ANA.id))]


def test_a_dispatcher_sees_people_and_changes_none(client: TestClient, line: Line) -> None:
    mine = sign_in(client, line, ["dispatcher"], "Dora")
    page = mine.get(f"/console/people/{ANA.id}").text
    assert "Ana" in page
    assert "/edit" not in page
    assert "/number" not in page
    for path in ("new", f"{ANA.id}/edit", f"{ANA.id}/duty", f"{ANA.id}/pin", f"{ANA.id}/leave"):
        assert mine.post(f"/console/people/{path}", GIVEN).status_code == 403
    assert mine.get(f"/console/people/{ANA.id}/number").status_code == 403
    assert acts(line) == []


def test_a_pin_is_shown_once(admin: Browser, line: Line) -> None:
    answer = admin.post(f"/console/people/{ANA.id}/pin")
    pin = re.search(r"PIN of Ana is (\d{6})", answer.text)
    assert pin is not None
    assert answer.headers["cache-control"] == "no-store"
    assert pin[1] not in admin.get(f"/console/people/{ANA.id}").text
    assert "PIN given" in admin.get(f"/console/people/{ANA.id}").text


def test_who_leaves_is_asked_for_on_a_page_and_cannot_be_changed_afterwards(
    admin: Browser, line: Line
) -> None:
    assert "This cannot be undone" in admin.get(f"/console/people/{BO.id}/leave").text
    assert record(line, "Bo").left_at is None
    assert admin.post(f"/console/people/{BO.id}/leave").headers["location"] == "/console/people"
    assert record(line, "Bo").phone is None
    assert ">Bo<" not in admin.get("/console/people").text
    assert ">Bo<" in admin.get("/console/people?left=1").text
    assert admin.get(f"/console/people/{BO.id}").status_code == 200
    for path in ("edit", "leave"):
        assert admin.get(f"/console/people/{BO.id}/{path}").status_code == 404
    assert admin.get(f"/console/people/{BO.id}/number").status_code == 404


@pytest.mark.parametrize("path", ["people/99", "people/99/edit", "people/99/leave", "people/99/number"])
def test_nobody_is_not_found(admin: Browser, path: str) -> None:
    assert admin.get(f"/console/{path}").status_code == 404


def test_a_line_without_a_dispatcher_says_so(line: Line) -> None:
    with console(with_line(line, people=roster_of())) as client:
        assert "There is no dispatcher" in sign_in(client, line, ["admin"]).get("/console/people").text


def test_the_pages_are_in_spanish_for_who_reads_spanish(client: TestClient, line: Line) -> None:
    page = sign_in(client, line, ["admin"], "Luz", "es").get(f"/console/people/{ANA.id}").text
    assert "Organización" in page
    assert "de guardia" in page
    assert "atiende, verifica, autoriza, administra" in page
