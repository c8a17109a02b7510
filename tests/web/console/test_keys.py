"""Keys and webhooks in the browser: made once, shown once, ended for good."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.domain.hook import HOOK_EVENTS, Told
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import hooks
from hotline.operations.api_keys import DAY_WORDS, SCOPE_WORDS, SCOPES, NotAKey, admit
from hotline.operations.hooks import ENDED_WORDS, EVENT_WORDS
from hotline.operations.line import Line
from hotline.store import hooks as store
from hotline.store.database import transaction
from tests.lines import Clock, make_line
from tests.web.console.visitors import Browser, console, sign_in

SECRET = re.compile(r'value="(h[ls]_[\w-]+)"')
HOOK = {"address": "https://partner.example.org/hook", "events": ["alert.released"]}


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
    return sign_in(client, line, ["admin"])


def make_key(browser: Browser, *scopes: str, **changes: str) -> str:
    given = {"name": "Map of partners", "scopes": list(scopes), "days": "90"} | changes
    answer = browser.post("/console/keys", given)
    assert answer.status_code == 200
    found = SECRET.search(answer.text)
    assert found
    return found[1]


def test_everything_has_its_words() -> None:
    assert set(SCOPE_WORDS) == set(SCOPES)
    assert set(EVENT_WORDS) == set(HOOK_EVENTS)
    assert set(ENDED_WORDS) == {"person", "failures", "gone"}
    assert set(DAY_WORDS) == {30, 90, 365}


def test_a_key_is_shown_once(line: Line, rosa: Browser) -> None:
    key = make_key(rosa, "alerts.see", "people.see")
    assert admit(line, key, line.clock()).permissions == {"alerts.see", "people.see"}
    listed = rosa.get("/console/keys").text
    assert "Map of partners" in listed
    assert key not in listed
    assert key.split("_", 2)[2] not in listed


def test_only_what_one_may_oneself_is_offered(rosa: Browser) -> None:
    listed = rosa.get("/console/keys").text
    assert 'value="alerts.see"' in listed
    for never in ("alerts.draft", "tickets.work", "alerts.release"):
        assert f'value="{never}"' not in listed
    answer = rosa.post("/console/keys", {"name": "x", "scopes": ["alerts.draft"], "days": "90"})
    assert answer.status_code == 422


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("scopes", ""), ("days", "9999"), ("days", "²")])
def test_what_is_wrong_is_said_and_what_was_typed_stays(rosa: Browser, field: str, value: str) -> None:
    given = {"name": "Map of partners", "scopes": ["alerts.see"], "days": "90"} | {field: value}
    answer = rosa.post("/console/keys", given)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert field == "name" or "Map of partners" in answer.text


def test_ending_a_key_is_asked_about_and_shuts_the_program_out(line: Line, rosa: Browser) -> None:
    key = make_key(rosa, "alerts.see")
    path = f"/console/keys/{key.split('_')[1]}/end"
    assert "cannot be undone" in rosa.get(path).text
    assert rosa.post(path).status_code == 303
    with pytest.raises(NotAKey):
        admit(line, key, line.clock())
    assert rosa.post(path).status_code == 404


def test_who_has_not_just_shown_that_it_is_them_is_asked_to(
    client: TestClient, line: Line, clock: Clock
) -> None:
    browser = sign_in(client, line, ["admin"], name="Luz", is_proven=False)
    clock.pass_(minutes=6)
    for answer in (browser.get("/console/keys"), browser.post("/console/keys", {"name": "x"})):
        assert answer.headers["location"].startswith("/console/step-up")


def test_a_webhook_shows_its_secret_once_and_its_last_answers(line: Line, rosa: Browser) -> None:
    made = rosa.post("/console/hooks", HOOK)
    assert SECRET.search(made.text)
    assert "hs_" not in rosa.get("/console/keys").text
    assert "Nothing was told yet" in rosa.get("/console/hooks/1").text
    with transaction(line.database) as db:
        store.announce(db, "alert.released", {}, line.clock())
    assert "waits" in rosa.get("/console/hooks/1").text
    hooks.deliver(line, lambda *_: Told(500), line.clock)
    assert "500" in rosa.get("/console/hooks/1").text
    assert "failed 1 times in a row" in rosa.get("/console/keys").text


def test_a_webhook_that_was_ended_says_why(line: Line, rosa: Browser) -> None:
    rosa.post("/console/hooks", HOOK)
    with transaction(line.database) as db:
        store.announce(db, "alert.released", {}, line.clock())
    hooks.deliver(line, lambda *_: Told(410), line.clock)
    assert "ended by the other side" in rosa.get("/console/keys").text
    assert "no answer" not in rosa.get("/console/hooks/1").text


def test_ending_a_webhook_is_asked_about(rosa: Browser) -> None:
    rosa.post("/console/hooks", HOOK)
    assert "cannot be undone" in rosa.get("/console/hooks/1/end").text
    assert rosa.post("/console/hooks/1/end").status_code == 303
    assert "ended by a person" in rosa.get("/console/hooks/1").text
    assert rosa.get("/console/hooks/99999999999999999999").status_code == 404


@pytest.mark.parametrize(
    "address", ["", "http://partner.example.org/", "https://10.0.0.1/", "https://u:p@x.org/"]
)
def test_an_address_that_is_not_told_is_refused(rosa: Browser, address: str) -> None:
    answer = rosa.post("/console/hooks", HOOK | {"address": address})
    assert answer.status_code == 422
    assert 'id="w-address"' in answer.text


def test_the_page_is_spanish_for_who_reads_spanish(client: TestClient, line: Line) -> None:
    shown = sign_in(client, line, ["admin"], name="Luz", language="es").get("/console/keys").text
    assert "Otros programas" in shown
    assert "Todavía ningún programa tiene clave." in shown
