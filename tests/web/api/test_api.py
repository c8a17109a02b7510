"""Programs come with keys, may what their key names, and are told what is wrong in one form."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.permission import PERMISSIONS
from hotline.flow.effect import OpenTicket
from hotline.flow.library import Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import api_keys
from hotline.operations.api_keys import SCOPES
from hotline.operations.line import Line
from hotline.operations.tickets import open_ticket
from hotline.store import events, people, tickets
from hotline.store.database import transaction
from hotline.web.api.build import RESOURCES, ROOT
from hotline.web.api.routes import SCOPE
from tests.incidents import described, report_by, sees
from tests.lines import ANA, BO, Clock, make_line
from tests.notices import FIELDS
from tests.people import draft_test, release, staff_texts, subscribe
from tests.web.api.programs import MANY, Program, interface, key_for

# What a key can never be made for: to speak for the network, to open a number, to carry lists away.
NEVER = {"alerts.release", "alerts.steer", "incidents.override", "people.number", "recordings.hear"} | {
    "subscribers.export", "subscribers.open", "keys.edit", "account.own", "audit.see",
}  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with interface(line) as opened:
        yield opened


@pytest.fixture
def program(client: TestClient, line: Line) -> Program:
    return Program(client, key_for(line))


def every_route() -> list[APIRoute]:
    return [route for one in RESOURCES for route in one.router.routes if isinstance(route, APIRoute)]


def scope_of(route: APIRoute) -> str:
    return str((route.openapi_extra or {})[SCOPE])


def asked(program: Program, route: APIRoute) -> int:
    path = route.path.replace("{code}", "K7Q2")
    answer = program.get(path) if "GET" in (route.methods or ()) else program.post(path, {})
    return int(answer.status_code)


def some_ticket(line: Line) -> str:
    with transaction(line.database) as db:
        wanted = OpenTicket("callback", "topic.home", False)
        ticket_id, _ = open_ticket(line, db, line.library(), wanted, None, "es", line.clock())
        assert ticket_id is not None
        found = tickets.by_id(db, ticket_id)
    assert found is not None
    return found.code


def test_every_route_names_a_scope_that_a_key_can_have() -> None:
    assert every_route()
    assert {scope_of(route) for route in every_route()} == set(SCOPES)
    assert set(SCOPES) <= set(PERMISSIONS)
    assert set(SCOPES) & NEVER == set()


def test_nothing_here_releases_an_alert() -> None:
    posts = {route.path for route in every_route() if "POST" in (route.methods or ())}
    assert {path for path in posts if path.startswith("/alerts")} == {"/alerts", "/alerts/{code}/ask-release"}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_opens_what_it_names_and_nothing_else(client: TestClient, line: Line, scope: str) -> None:
    program = Program(client, key_for(line, [scope]))
    for route in every_route():
        is_shut = asked(program, route) == 403
        assert is_shut == (scope_of(route) != scope), (scope, route.path)


def test_a_key_may_no_more_than_its_person_may_now(client: TestClient, line: Line) -> None:
    program = Program(client, key_for(line))
    with transaction(line.database) as db:
        people.change(db, line.keyring, ANA.id, roles=["approver"])
    assert program.get("/incidents").status_code == 200
    assert program.get("/tickets").status_code == 403
    with transaction(line.database) as db:
        people.leave(db, ANA.id, line.clock())
    assert program.get("/incidents").status_code == 401


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer hl_2222222222_" + "a" * 43]
)
def test_who_shows_no_key_is_told_so(client: TestClient, shown: str) -> None:
    answer = client.get(f"{ROOT}/incidents", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def test_another_secret_under_the_same_id_opens_nothing(client: TestClient, line: Line) -> None:
    key = key_for(line)
    assert Program(client, key[:-1] + ("2" if key[-1] != "2" else "3")).get("/alerts").status_code == 401


def test_an_ended_or_expired_key_opens_nothing(client: TestClient, line: Line, clock: Clock) -> None:
    ended, expired = key_for(line), key_for(line, days=1)
    assert api_keys.end(line, ended.split("_")[1], ANA.name, clock())
    assert Program(client, ended).get("/alerts").status_code == 401
    assert Program(client, expired).get("/alerts").status_code == 200
    clock.pass_(days=1)
    assert Program(client, expired).get("/alerts").status_code == 401


def test_a_key_that_asks_too_often_waits_for_the_minute(client: TestClient, line: Line, clock: Clock) -> None:
    program = Program(client, key_for(line, per_minute=2))
    assert [program.get("/alerts").status_code for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(program.get("/alerts").headers["retry-after"]) <= 61
    clock.pass_(seconds=61)
    assert program.get("/alerts").status_code == 200


def test_nothing_half_known_is_told_of_a_fault(line: Line) -> None:
    def broken() -> Library:
        raise RuntimeError("a secret of the house")

    with interface(replace(line, library=broken)) as client:
        answer = Program(client, key_for(line)).post("/alerts", {"kind": "test", "area": "boyle_heights"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_wrong_is_named_and_not_repeated(program: Program) -> None:
    answer = program.post("/incidents", {"place": "x" * 2_000, "who": "nobody's business"})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"body.place", "body.who"}
    assert "nobody's" not in answer.text


def test_a_body_that_is_too_large_or_no_json_is_refused(client: TestClient, program: Program) -> None:
    assert program.post("/incidents", {"words": "x" * 70_000}).status_code == 413
    headers = {"Authorization": f"Bearer {program.key}", "Content-Type": "text/plain"}
    assert client.post(f"{ROOT}/incidents", content=b"{}", headers=headers).status_code == 415
    headers["Content-Type"] = "application/json"
    for content in (b"\xff\xfe", b"{", b"[]"):
        assert client.post(f"{ROOT}/incidents", content=content, headers=headers).status_code in {400, 422}


def test_a_report_opens_an_incident_that_is_taken_step_by_step(line: Line, program: Program) -> None:
    entered = program.post("/incidents", {"place": "1st & Soto", "words": "two vans", "source": "call"})
    assert entered.status_code == 201
    code = entered.json()["incident"]
    [row] = program.get("/incidents").json()["rows"]
    assert (row["code"], row["state"], row["report_count"]) == (code, "reported", 1)
    [report] = program.get("/reports").json()["rows"]
    assert (report["incident"], report["source"]) == (code, "call")
    assert report["answers"] == {"place": "1st & Soto", "words": "two vans"}

    skipped = program.post(f"/incidents/{code}/steps", {"state": "confirmed", "reason": "sure"})
    assert (skipped.status_code, skipped.json()["type"]) == (409, "urn:hotline:problem:no_step")
    verifying = program.post(f"/incidents/{code}/steps", {"state": "verifying", "reason": "asked"}).json()
    assert "confirmed" in verifying["next_states"]
    assert verifying["lacks"]
    unverified = program.post(f"/incidents/{code}/steps", {"state": "confirmed", "reason": "sure"})
    assert unverified.json()["type"] == "urn:hotline:problem:not_confirmed"
    sees(line, code, BO)
    confirmed = program.post(f"/incidents/{code}/steps", {"state": "confirmed", "reason": "Bo is there"})
    assert confirmed.json()["state"] == "confirmed"
    assert [step["person"] for step in confirmed.json()["steps"] if step["kind"] == "state"] == ["Ana", "Ana"]


def test_what_a_key_changed_stands_in_the_audit_by_its_id(line: Line, program: Program) -> None:
    program.post("/incidents", {"words": "two vans"})
    with transaction(line.database) as db:
        lines = db.execute(text("SELECT actor, subject FROM audit WHERE act = 'api.call'")).all()
    assert [tuple(one) for one in lines] == [("Ana", program.key.split("_")[1])]


def test_a_ticket_is_taken_and_closed(line: Line, program: Program) -> None:
    code = some_ticket(line)
    assert [one["code"] for one in program.get("/tickets").json()["rows"]] == [code]
    assert program.post(f"/tickets/{code}/take").json() == {"code": code}
    [row] = program.get("/tickets?state=taken").json()["rows"]
    assert row["owner"] == "Ana"
    assert program.post(f"/tickets/{code}/close", {"outcome": "helped"}).status_code == 200
    assert program.post(f"/tickets/{code}/take").status_code == 409
    assert program.post("/tickets/K7Q2/take").status_code == 404


def test_an_alert_is_drafted_and_a_person_is_asked_to_release_it(line: Line, program: Program) -> None:
    subscribe(line, 1)
    drafted = program.post("/alerts", {"kind": "test", "area": "boyle_heights"})
    assert drafted.status_code == 201
    code = drafted.json()["code"]
    alone = program.post(f"/alerts/{code}/ask-release", {"second": ANA.name})
    assert alone.json()["type"] == "urn:hotline:problem:second_person"
    asked = program.post(f"/alerts/{code}/ask-release", {"second": BO.name}).json()
    assert (asked["second"], asked["recipients"]) == ("Bo", 1)
    assert staff_texts(line)[-1].count("word ") == 1
    assert program.get(f"/alerts/{code}").json()["state"] == "asked"
    assert program.get(f"/alerts/{code}/progress").json()["state"] == "asked"


def test_nothing_unverified_is_drafted(program: Program) -> None:
    given = {"kind": "actual", "area": "boyle_heights", "values": {"cross_streets": "1st & Soto"}}
    answer = program.post("/alerts", given)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:hotline:problem:no_basis"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_first_and_the_last_day_there_is_break_nothing(program: Program, day: str) -> None:
    notice = dict(FIELDS["official_notice"]) | {"from": "0001-01-01T00:00", "until": f"{day}T23:59"}
    given = {"kind": "official_notice", "area": "boyle_heights", "values": notice}
    assert program.post("/alerts", given).status_code in {201, 422}
    given = {"kind": "event", "values": {**FIELDS["event"], "day": day}}
    assert program.post("/alerts", given).status_code in {201, 422}
    given = {"kind": "test", "area": "boyle_heights", "ends_at": f"{day}T23:59:00-14:00"}
    assert program.post("/alerts", given).status_code == 422


def test_a_released_alert_is_told_in_numbers(line: Line, program: Program) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    release(line, code)
    found = program.get(f"/alerts/{code}/progress").json()
    assert (found["state"], found["total"]) == ("sending", 1)


def test_people_are_told_without_numbers(program: Program) -> None:
    answer = program.get("/people")
    assert [one["name"] for one in answer.json()["rows"]] == ["Ana", "Bo"]
    assert ANA.phone.e164[-4:] not in answer.text


def test_lists_page_by_key(line: Line, program: Program) -> None:
    codes = [report_by(line, number)[1] for number in range(5)]
    found, after = [], ""
    for _ in range(3):
        page = program.get(f"/incidents?limit=2&after={after}").json()
        found += [row["code"] for row in page["rows"]]
        after = page["next"]
    assert found == codes[::-1]
    assert after is None


@pytest.mark.parametrize("path", ["incidents", "reports", "tickets", "alerts", "sites", "events", "texts"])
@pytest.mark.parametrize("after", ["x", "1.", "9" * 30, "-1", "%00"])
def test_a_key_of_a_page_that_is_none_is_refused(program: Program, path: str, after: str) -> None:
    assert program.get(f"/{path}?after={after}").status_code in {200, 422}
    assert program.get(f"/{path}?after=x").status_code == 422


def test_what_did_not_change_is_not_sent_again(line: Line, program: Program) -> None:
    first = program.get("/people")
    again = program.get("/people", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with transaction(line.database) as db:
        people.set_available(db, BO.id, False, line.clock())
    assert program.get("/people", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_the_same_request_under_a_key_of_its_own_is_done_once(program: Program) -> None:
    headers = {"Idempotency-Key": "one"}
    first = program.post("/incidents", {"words": "two vans"}, headers=headers)
    again = program.post("/incidents", {"words": "two vans"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(program.get("/reports").json()["rows"]) == 1
    other = program.post("/incidents", {"words": "three vans"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:hotline:problem:idempotency_key_reused"


def test_a_refusal_is_answered_again_too(line: Line, program: Program) -> None:
    headers = {"Idempotency-Key": "one"}
    code = some_ticket(line)
    closing = {"outcome": "helped"}
    program.post(f"/tickets/{code}/close", closing)
    first = program.post(f"/tickets/{code}/close", closing, headers=headers)
    again = program.post(f"/tickets/{code}/close", closing, headers=headers)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json() == first.json()


def test_what_broke_may_be_asked_again(line: Line) -> None:
    def broken() -> Library:
        raise RuntimeError

    given, headers = {"kind": "test", "area": "boyle_heights"}, {"Idempotency-Key": "one"}
    key = key_for(line, per_minute=MANY)
    with interface(replace(line, library=broken)) as client:
        assert Program(client, key).post("/alerts", given, headers=headers).status_code == 500
    with interface(line) as client:
        assert Program(client, key).post("/alerts", given, headers=headers).status_code == 201


def test_the_description_is_there_for_anybody_and_names_every_route(client: TestClient) -> None:
    told = Program(client).get("/openapi.json").json()
    described_paths = {(path, method.upper()) for path, item in told["paths"].items() for method in item}
    assert described_paths == {
        (route.path, method) for route in every_route() for method in (route.methods or ())
    }
    for item in told["paths"].values():
        for operation in item.values():
            assert operation["security"] == [{"key": []}]
            assert operation["description"]


def test_the_house_is_told_without_plans_and_contacts(line: Line, program: Program) -> None:
    with transaction(line.database) as db:
        fields = events.EventFields(
            "Workshop", "Taller", "Example Center", "90033", None, ["es"], "", "", line.clock(), line.clock()
        )
        events.add(db, fields, "Ana", line.clock())
    assert program.get("/events?is_past=true").json()["rows"][0]["name_es"] == "Taller"
    assert program.get("/sites").json() == {"rows": [], "next": None}
    assert {row["kind"] for row in program.get("/held").json()["rows"]} >= {"contacts", "reports"}
    [text_row] = program.get("/texts?limit=1").json()["rows"]
    assert text_row["status"] == "draft"
    assert program.get(f"/incidents/{described(line)}").json()["fields"]["cross_streets"] == "1st & Soto"
