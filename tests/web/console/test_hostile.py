"""The console as somebody meets it who means harm: each test is an attack that must not succeed."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.person import ROLES
from hotline.domain.sheet import Sheet
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import invitations, passwords, sessions
from hotline.operations import sign_in as door
from hotline.operations.composing import write
from hotline.operations.line import Line
from hotline.operations.roster import Board
from hotline.store.database import transaction
from hotline.web.console.cookies import said_name, session_name
from hotline.web.console.headers import Headers
from tests.incidents import described
from tests.lines import ANA, Clock, make_line
from tests.people import subscribe
from tests.web.console.test_guard import every_route
from tests.web.console.visitors import PUBLIC, Browser, add_person, console, sign_in

COOKIE = session_name(is_secure=True)


class Fresh:
    """The roster as the database has it at every question."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def __call__(self) -> Any:
        return Board(self._line.database, self._line.keyring, self._line.clock)()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    made = make_line(database, flow, network, clock=clock)
    return replace(made, people=Fresh(made))


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def rows(line: Line, statement: str) -> list[Any]:
    with transaction(line.database) as db:
        return list(db.execute(text(statement)).all())


def test_nobody_vouches_in_the_console_for_what_no_incident_confirms(client: TestClient, line: Line) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    made_up = {
        "kind": "actual",
        "area": "boyle_heights",
        "agency": "ice",
        "activity": "parking_lot",
        "cross_streets": "1st & Soto",
        "basis": "two_reports_and_media",
        "observer": "nobody at all",
        "seen_at": "5",
        "ends_at": "90",
    }
    assert rosa.get("/console/alerts/new?kind=actual").status_code == 404
    assert rosa.post("/console/alerts/preview", made_up).status_code == 404
    assert rosa.post("/console/alerts", made_up).status_code == 404
    assert rows(line, "SELECT 1 FROM alert") == []
    assert rows(line, "SELECT 1 FROM incident") == []


def test_nobody_releases_their_own_alert_under_another_name(client: TestClient, line: Line) -> None:
    admin = sign_in(client, line, ["admin"], "Ivo")
    rosa = sign_in(client, line, ["dispatcher", "approver"])
    subscribe(line, 1)
    drafted = rosa.post("/console/alerts", {"kind": "test", "area": "boyle_heights", "ends_at": "90"})
    code = drafted.headers["location"].rpartition("/")[2]
    sheet = {"roles": ["dispatcher", "approver"], "language": "en"}
    renamed = admin.post(f"/console/people/{rosa.person_id}/edit", {**sheet, "name": "Rosalia"})
    assert renamed.status_code == 303
    again = admin.post("/console/people/new", {**sheet, "name": "Rosa", "number": "+15005550177"})
    assert again.status_code == 303
    released = rosa.post(f"/console/alerts/{code}/release", {"checked": "yes"})
    assert released.status_code == 422
    assert rows(line, "SELECT state FROM alert") == [("draft",)]


def test_a_screen_left_open_makes_nobody_an_approver(client: TestClient, line: Line, clock: Clock) -> None:
    admin = sign_in(client, line, ["admin"], is_proven=False)
    clock.now += timedelta(minutes=6)
    helper = add_person(line, "Zed", ["verifier"])
    sheet = {"name": "Mal", "roles": ["dispatcher", "approver"], "language": "en", "number": "+15005550178"}
    for path in ("/console/people/new", f"/console/people/{helper}/edit", f"/console/people/{helper}/pin"):
        answer = admin.post(path, sheet)
        assert (answer.status_code, answer.headers.get("location", "")[:16]) == (303, "/console/step-up"), (
            path
        )
    assert rows(line, "SELECT roles FROM person WHERE name = 'Zed'") == [(["verifier"],)]
    assert rows(line, "SELECT 1 FROM person WHERE name = 'Mal'") == []


def test_a_copied_cookie_does_not_outlive_the_owners_next_page(
    client: TestClient, line: Line, clock: Clock
) -> None:
    person_id = add_person(line, "Rosa", ["dispatcher"])
    with transaction(line.database) as db:
        token = sessions.begin(db, person_id, "", clock.now)
    clock.now += timedelta(minutes=16)
    owner = sessions.visit(line, token, clock.now)
    assert owner
    assert owner.new_token
    clock.now += timedelta(minutes=2)
    thief = sessions.visit(line, token, clock.now)
    assert thief
    assert thief.new_token
    clock.now += timedelta(minutes=2)
    assert sessions.visit(line, owner.new_token, clock.now) is None
    assert sessions.visit(line, thief.new_token, clock.now) is None
    assert rows(line, "SELECT act FROM audit WHERE act = 'account.token_reused'")


@pytest.mark.parametrize(
    "path",
    [
        "/console/people/99999999999999999999",
        "/console/people/99999999999999999999/number",
        "/console/recordings/99999999999999999999.audio",
        "/console/alerts/%00",
        "/console/incidents/%00",
        "/console/reports/%00",
        "/console/tickets/%00",
        "/console/sites/%00",
        "/console/people?after=%00",
        "/console/sites?after=1.%00",
        "/console/join/%00",
        "/console/people/abc",
        "/console/alerts/K7Q2%0d%0aSet-Cookie:x=1",
    ],
)
def test_what_is_typed_into_an_address_breaks_nothing(client: TestClient, line: Line, path: str) -> None:
    anyone = sign_in(client, line, ["dispatcher", "verifier", "approver", "admin"])
    answer = anyone.get(path)
    assert answer.status_code in {200, 404, 422}
    assert "json" not in answer.headers["content-type"]
    assert "x" not in answer.cookies


def test_a_number_too_large_ends_no_session_and_breaks_nothing(client: TestClient, line: Line) -> None:
    anyone = sign_in(client, line, ["dispatcher"])
    for path, field in (
        ("/console/account/sessions/end", "session"),
        ("/console/account/passkey/remove", "passkey"),
    ):
        assert anyone.post(path, {field: "9" * 20}).status_code in {303, 400}


def test_who_lost_a_role_is_out_at_the_next_click(client: TestClient, line: Line) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    code = described(line, 70)
    assert rosa.get(f"/console/incidents/{code}").status_code == 200
    with transaction(line.database) as db:
        db.execute(text("UPDATE person SET roles = '{verifier}' WHERE id = :id"), {"id": rosa.person_id})
    assert rosa.post(f"/console/incidents/{code}/step/verifying", {"reason": "because"}).status_code == 403
    with transaction(line.database) as db:
        db.execute(text("UPDATE person SET left_at = now() WHERE id = :id"), {"id": rosa.person_id})
    assert rosa.get("/console/now").headers["location"].startswith("/console/login")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing_even_with_its_token(
    client: TestClient, line: Line, headers: dict[str, str]
) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    assert rosa.post("/console/duty", {"on": "0"}, headers=headers).status_code == 403
    assert Browser(client).post("/console/login", {"name": "a"}, headers=headers).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 5000])
def test_no_guess_is_a_forms_token(client: TestClient, line: Line, token: str) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    assert rosa.post("/console/duty", {"csrf": token, "on": "0"}).status_code == 403


@pytest.mark.parametrize(
    "next_path",
    [
        "//evil.example",
        "https://evil.example/console/now",
        "/\\evil.example",
        "/console//evil.example",
        "/console/\\evil.example",
        "/console.evil.example/",
        "/console/%0d%0aSet-Cookie:a=1",
        "javascript:alert(1)",
        "/console/now\r\nSet-Cookie: a=1",
        "\t//evil.example",
        "/console/login",
    ],
)
def test_whoever_signs_in_stays_in_this_house(client: TestClient, line: Line, next_path: str) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    answer = rosa.get("/console/login", params={"next": next_path})
    place = answer.headers["location"]
    assert place.startswith("/console")
    assert not place.startswith(("/console//", "/console.", "/console\\", "/console/login"))
    assert "a" not in answer.cookies


def test_what_callers_and_staff_write_is_never_markup(client: TestClient, line: Line) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    bad = "\"'><img src=x onerror=alert(1)><div hx-get=/console/now>{{7*7}}"
    code = described(line, 70)
    rosa.post("/console/reports/new", {"place": bad, "words": bad, "activity": bad, "incident": code})
    rosa.post(f"/console/incidents/{code}/observe", {"kind": "note", "words": bad, "minutes": "0"})
    rosa.post(f"/console/incidents/{code}/step/verifying", {"reason": bad})
    rosa.client.cookies.set(said_name(is_secure=True), "%3Cb%3Ehi", domain="line.example.org")
    for path in (f"/console/incidents/{code}", "/console/reports", "/console/incidents", "/console/now"):
        page = rosa.get(path).text
        assert "<img src=x" not in page
        assert "<div hx-get" not in page
        assert "<b>hi" not in page
        assert "49" not in page or "{{7*7}}" in page


def test_a_verifier_hears_nobody_and_does_nothing(client: TestClient, line: Line) -> None:
    vera = sign_in(client, line, ["verifier"], "Vera")
    code = described(line, 70)
    for path in (
        "/console/recordings/1.audio",
        "/console/tickets",
        "/console/reports/R070/pictures/1",
        f"/console/incidents/{code}/step/confirmed",
        f"/console/incidents/{code}/override",
        "/console/alerts/new",
        "/console/audit",
        "/console/people",
    ):
        assert vera.get(path).status_code == 403, path


def test_a_step_that_needs_proof_needs_it_by_every_way(client: TestClient, line: Line, clock: Clock) -> None:
    admin = sign_in(client, line, ["admin", "approver"], is_proven=False)
    clock.now += timedelta(minutes=6)
    code = described(line, 70)
    for path in (
        f"/console/people/{admin.person_id}/number",
        "/console/keys",
        f"/console/incidents/{code}/override/agree",
    ):
        for answer in (
            admin.get(path),
            admin.get(path + "?_method=GET", headers={"x-http-method-override": "GET"}),
        ):
            assert answer.headers["location"].startswith("/console/step-up"), path
        assert admin.client.head(path, follow_redirects=False).status_code in {303, 405}
    answer = admin.post(f"/console/incidents/{code}/override/agree", {"reason": "because"})
    assert answer.headers["location"].startswith("/console/step-up")


RECORDED = {
    "/console/people/{person_id}/number",
    "/console/reports/{code}/pictures/{number}",
    "/console/observations/{observation}/pictures/{number}",
    "/console/recordings/{recording_id}.audio",
}
# What a browser says of a request that a page of another place causes: a picture, a frame, a script, a link.
CAUSED = {
    "picture": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "frame": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "script": {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
}
SCOPE = {"type": "http", "path": "/console/subscribers/export"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("kind", CAUSED)
def test_no_page_of_another_place_loads_anything_of_ours(client: TestClient, line: Line, kind: str) -> None:
    rosa = sign_in(client, line, ROLES)
    for route in every_route():
        if "GET" in (route.methods or ()):
            address = re.sub(r"{[^}]*}", "1", route.path)
            assert rosa.get(address, headers=CAUSED[kind]).status_code == 403, route.path


def test_a_link_from_elsewhere_opens_a_page_and_never_one_of_which_it_is_written_down_who_looked(
    client: TestClient, line: Line
) -> None:
    rosa = sign_in(client, line, ["admin", "dispatcher"])
    assert rosa.get("/console/people", headers=LINK).status_code == 200
    routes = [route for route in every_route() if route.path in RECORDED]
    assert len(routes) == len(RECORDED)
    for route in routes:
        address = re.sub(r"{[^}]*}", str(rosa.person_id), route.path)
        assert rosa.get(address, headers=LINK).status_code == 403, route.path
    assert not rows(line, "SELECT FROM audit WHERE act = 'person.number'")
    own = {**LINK, "Sec-Fetch-Site": "same-origin"}
    assert rosa.get(f"/console/people/{rosa.person_id}/number", headers=own).status_code == 200
    assert len(rows(line, "SELECT FROM audit WHERE act = 'person.number'")) == 1


def test_whatever_breaks_no_line_of_the_log_holds_a_token(
    client: TestClient, line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person_id = add_person(line, "Teo", ["dispatcher"])
    path = invitations.invite(line, person_id, "Lena", line.clock()).path
    token = path.rpartition("/")[2]
    nobody = Browser(TestClient(client.app, base_url=PUBLIC))  # to which every fault is raised that gets out

    def break_(*_: object, **__: object) -> None:
        raise ValueError(f"broken at {token}")

    with structlog.testing.capture_logs() as lines:
        monkeypatch.setattr(invitations, "welcome", break_)
        assert nobody.get(path).status_code == 500
        monkeypatch.setattr(invitations, "accept", break_)
        assert nobody.post(path, {"password": "x", "again": "x"}).status_code == 500
        monkeypatch.undo()
        with transaction(line.database) as db:
            db.execute(text("ALTER TABLE invitation RENAME TO invitation_away"))
        try:
            assert nobody.get(path).status_code == 500
        finally:
            with transaction(line.database) as db:
                db.execute(text("ALTER TABLE invitation_away RENAME TO invitation"))
        assert nobody.get(f"{path}%ff").status_code == 404
    assert [one["path"] for one in lines if one["event"] == "console_fault"] == ["/console/join/{token}"] * 3
    assert token not in f"{lines} {caplog.text}"
    assert nobody.get(path).status_code == 200


def test_in_a_crowd_at_the_door_one_is_asked_to_come_again_and_the_house_goes_on(
    client: TestClient, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = passwords.Lane(at_once=1, waiting=0)
    monkeypatch.setattr(door, "STRANGERS", full)
    rosa = sign_in(client, line, ["dispatcher"])
    with full.turn():
        answer = Browser(client).post("/console/login?lang=en", {"name": "Rosa", "password": "guess"})
        assert rosa.get("/console/now").status_code == 200
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert "try again in a few seconds" in answer.text
    assert Browser(client).post("/console/login", {"name": "Rosa", "password": "guess"}).status_code == 401


def test_two_browsers_that_release_at_one_moment_send_it_once(client: TestClient, line: Line) -> None:
    subscribe(line, 1)
    code = write(line, Sheet("test", area="boyle_heights"), ANA.name, line.clock())
    both = [sign_in(client, line, ["approver"], name) for name in ("Luz", "Mar")]
    together = threading.Barrier(2)

    def release(browser: Browser) -> int:
        together.wait(30)
        return int(browser.post(f"/console/alerts/{code}/release", {"checked": "1"}).status_code)

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(release, both)) == [303, 422]
    assert len(rows(line, "SELECT FROM broadcast")) == 1
    assert len(rows(line, "SELECT FROM audit WHERE act = 'alert.release'")) == 1


def test_a_neighbouring_host_puts_no_words_into_our_mouth(client: TestClient, line: Line) -> None:
    """A cookie with the prefix is taken by browsers from this host alone, over TLS, for all of it."""
    rosa = sign_in(client, line, ["admin"])
    rosa.client.cookies.set("hotline_said", "Call this number now", domain="example.org")
    assert "Call this number now" not in rosa.get("/console/people").text
    said = rosa.post("/console/duty", {"on": "1"}).headers["set-cookie"]
    assert said.startswith("__Host-hotline-said=")
    assert all(part in said for part in ("Secure", "Path=/;", "HttpOnly"))
    shown = rosa.get("/console/duty")
    assert "is on duty." in shown.text
    assert "__Host-hotline-said=" in shown.headers["set-cookie"]
    assert said_name(is_secure=True) not in rosa.client.cookies


def test_an_answer_that_breaks_off_says_so_in_the_log_and_nothing_of_why() -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("a token")

    async def never_begins(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("a token")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    def ask(inside: Any) -> None:
        asyncio.run(Headers(inside, "/console", "", is_secure=True)(dict(SCOPE), None, send))

    with structlog.testing.capture_logs() as lines:
        ask(breaks)
    assert lines == [{"event": "console_broken_off", "kind": "ValueError", "log_level": "error"}]
    assert [message["type"] for message in sent] == ["http.response.start"]
    with pytest.raises(ValueError, match="a token"):
        ask(never_begins)
