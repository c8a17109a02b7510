"""The door and one's own account, as a browser meets them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from argon2 import PasswordHasher
from httpx2 import Response
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import passwords
from hotline.operations.invitations import invite
from hotline.operations.line import Line
from hotline.store import audit
from hotline.store.database import transaction
from hotline.web.console.onward import below
from tests.lines import Clock, make_line
from tests.operations.doors import PASSWORD, Authenticator, Joined, join
from tests.web.console.visitors import PUBLIC, Browser, add_person, console, sign_in, sign_in_as

SESSION = "__Host-hotline"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weak and fast: what is tested is who gets in."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, mode="production", clock=clock)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def rosa(line: Line, clock: Clock) -> Joined:
    return join(line, clock.now - timedelta(hours=1))


def a_browser(client: TestClient) -> Browser:
    return Browser(TestClient(client.app, base_url=PUBLIC, raise_server_exceptions=False))


def value_of(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return unescape(found[1])


def secret_of(page: Response) -> str:
    found = re.search(r"secret=([A-Z2-7]+)", unescape(page.text))
    assert found
    return found[1]


def options_of(page: Response) -> str:
    found = re.search(r'data-options="([^"]*)"', page.text)
    assert found
    return unescape(found[1])


def password_step(browser: Browser, next: str = "", name: str = "Rosa", password: str = PASSWORD) -> Response:
    return browser.post("/console/login?lang=en", {"name": name, "password": password, "next": next})


def code_step(browser: Browser, page: Response, code: str) -> Response:
    fields = {"proof": value_of(page, "proof"), "next": value_of(page, "next"), "code": code}
    return browser.post("/console/login/second?lang=en", fields)


def signed_in(client: TestClient, rosa: Joined, clock: Clock) -> Browser:
    browser = a_browser(client)
    assert code_step(browser, password_step(browser), rosa.code(clock.now)).status_code == 303
    token = value_of(browser.get("/console/account"), "csrf")
    return Browser(browser.client, token, rosa.person_id)


def is_in(browser: Browser) -> bool:
    return browser.get("/console/account").status_code == 200


def test_a_password_and_a_code_lead_to_where_one_wanted_to_go(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = a_browser(client)
    away = browser.get("/console/audit?actor=Ana")
    assert away.headers["location"].startswith("/console/login?next=")
    page = browser.get(away.headers["location"])
    asked = password_step(browser, value_of(page, "next"))
    assert asked.status_code == 200
    assert not is_in(browser)
    entered = code_step(browser, asked, rosa.code(clock.now))
    assert (entered.status_code, entered.headers["location"]) == (303, "/console/audit?actor=Ana")
    assert is_in(browser)


def test_the_cookie_of_a_session_goes_over_tls_alone_and_to_no_script(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = a_browser(client)
    entered = code_step(browser, password_step(browser), rosa.code(clock.now))
    set_by = [one for one in entered.headers.get_list("set-cookie") if one.startswith(f"{SESSION}=")]
    assert len(set_by) == 1
    for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert word in set_by[0]


def test_a_token_that_a_browser_brought_is_never_taken_over(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = a_browser(client)
    browser.client.cookies.set(SESSION, "x" * 43, domain="line.example.org")
    code_step(browser, password_step(browser), rosa.code(clock.now))
    assert is_in(browser)
    assert browser.client.cookies.get(SESSION) != "x" * 43


def test_whatever_is_wrong_the_page_is_the_same(client: TestClient, rosa: Joined) -> None:
    answers = [
        password_step(a_browser(client), password="wrong password", name=name) for name in ("Rosa", "Nobody")
    ]
    assert [one.status_code for one in answers] == [401, 401]
    assert answers[0].text.replace('value="Rosa"', "") == answers[1].text.replace('value="Nobody"', "")


def test_a_wrong_code_asks_again_and_too_many_begin_anew(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = a_browser(client)
    page = password_step(browser)
    bad = "000000" if rosa.code(clock.now) != "000000" else "000001"
    for _ in range(4):
        page = code_step(browser, page, bad)
        assert (page.status_code, "Second proof" in page.text) == (401, True)
    page = code_step(browser, page, bad)
    assert (page.status_code, "Begin again with your password" in page.text) == (401, True)
    assert not is_in(browser)


def test_who_guesses_is_told_to_wait(client: TestClient, rosa: Joined) -> None:
    browser = a_browser(client)
    for _ in range(5):
        password_step(browser, password="wrong password")
    waiting = password_step(browser)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")


def test_a_form_from_elsewhere_signs_nobody_in(client: TestClient, rosa: Joined) -> None:
    browser = a_browser(client)
    fields = {"name": "Rosa", "password": PASSWORD}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example.org"}):
        assert browser.post("/console/login", fields, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/console/audit?actor=Ana", "/audit?actor=Ana"),
        ("/console", ""),
        ("", ""),
        ("https://elsewhere.example.org/console/x", ""),
        ("//elsewhere.example.org/console/x", ""),
        ("/console//elsewhere.example.org", ""),
        ("/console\\\\elsewhere.example.org", ""),
        ("/consolex/y", ""),
        ("/elsewhere", ""),
        ("javascript:alert(1)", ""),
        ("/console/login?next=/console/login", ""),
        ("/console/x\r\nSet-Cookie: a=b", "/xSet-Cookie: a=b"),
    ],
)
def test_one_goes_on_in_the_console_and_nowhere_else(path: str, leads: str) -> None:
    assert below(path) == leads


def test_signing_out_ends_the_session(client: TestClient, rosa: Joined, clock: Clock) -> None:
    browser = signed_in(client, rosa, clock)
    token = browser.client.cookies.get(SESSION)
    assert browser.post("/console/sign-out").headers["location"] == "/console/login"
    browser.client.cookies.set(SESSION, token or "", domain="line.example.org")
    assert not is_in(browser)


def test_an_invitation_makes_an_account_with_an_app(client: TestClient, line: Line, clock: Clock) -> None:
    path = invite(line, add_person(line, "Teo", ["admin"]), "Lena", clock.now).path
    browser = a_browser(client)
    page = browser.get(f"{path}?lang=en")
    assert "Welcome, Teo" in page.text
    fields = {"password": PASSWORD, "again": PASSWORD, "sealed": value_of(page, "sealed")}
    fields["code"] = pyotp.TOTP(secret_of(page)).at(clock.now)
    refused = browser.post(path, {**fields, "again": "another"})
    assert refused.status_code == 422
    assert browser.post(path, {**fields, "code": ""}).status_code == 422
    assert browser.post(path, fields).status_code == 303
    assert is_in(browser)
    assert a_browser(client).get(path).status_code == 404


def test_an_invitation_makes_an_account_with_a_passkey_which_then_signs_in(
    client: TestClient, line: Line, clock: Clock
) -> None:
    path = invite(line, add_person(line, "Teo", ["admin"]), "Lena", clock.now).path
    browser, key = a_browser(client), Authenticator()
    made = key.make(options_of(browser.get(path)))
    assert browser.post(path, {"password": PASSWORD, "again": PASSWORD, "passkey": made}).status_code == 303
    assert is_in(browser)
    other = a_browser(client)
    asked = password_step(other, name="Teo")
    fields = {"proof": value_of(asked, "proof"), "passkey": key.show(options_of(asked))}
    assert other.post("/console/login/second", fields).status_code == 303
    assert is_in(other)


def test_the_account_shows_sessions_and_ends_them(client: TestClient, rosa: Joined, clock: Clock) -> None:
    first = signed_in(client, rosa, clock)
    clock.pass_(minutes=1)
    second = signed_in(client, rosa, clock)
    ids = re.findall(r'name="session" value="(\d+)"', second.get("/console/account").text)
    assert len(ids) == 1, "the one that took up the invitation is idle since an hour"
    for one in ids:
        second.post("/console/account/sessions/end", {"session": one})
    assert (is_in(first), is_in(second)) == (False, True)


def test_a_form_without_the_sessions_secret_changes_nothing(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = signed_in(client, rosa, clock)
    for path in ("/console/sign-out", "/console/account/sessions/end-others", "/console/account/code/remove"):
        assert browser.post(path, {"csrf": ""}).status_code == 403
    assert is_in(browser)


def test_a_changed_password_is_the_one_that_lets_in(client: TestClient, rosa: Joined, clock: Clock) -> None:
    browser, new = signed_in(client, rosa, clock), "another good one 7"
    wrong = browser.post("/console/account/password", {"old": "wrong", "new": new, "again": new})
    assert wrong.status_code == 422
    short = browser.post("/console/account/password", {"old": PASSWORD, "new": "short", "again": "short"})
    assert short.status_code == 422
    done = browser.post("/console/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert done.status_code == 303
    assert is_in(browser)
    assert password_step(a_browser(client)).status_code == 401
    assert password_step(a_browser(client), password=new).status_code == 200


def test_what_one_signs_in_with_changes_after_a_proof_anew(
    client: TestClient, rosa: Joined, clock: Clock
) -> None:
    browser = signed_in(client, rosa, clock)
    clock.pass_(minutes=6)
    away = browser.get("/console/account/code")
    assert away.headers["location"] == "/console/step-up?next=/console/account/code"
    assert browser.post("/console/account/code/remove").headers["location"].startswith("/console/step-up")
    page = browser.get(away.headers["location"])
    assert 'name="password"' not in page.text
    fields = {"next": value_of(page, "next")}
    for wrong in ({"code": "000000"}, {"password": PASSWORD}):
        assert browser.post("/console/step-up", fields | wrong).status_code == 401
    proven = browser.post("/console/step-up", fields | {"code": rosa.code(clock.now)})
    assert proven.headers["location"] == "/console/account/code"
    page = browser.get("/console/account/code")
    code = pyotp.TOTP(secret_of(page)).at(clock.now)
    kept = browser.post("/console/account/code", {"sealed": value_of(page, "sealed"), "code": code})
    assert kept.headers["location"] == "/console/account"


def test_a_proof_anew_changes_the_token(client: TestClient, rosa: Joined, clock: Clock) -> None:
    browser = signed_in(client, rosa, clock)
    before = browser.client.cookies.get(SESSION)
    clock.pass_(minutes=1)
    browser.post("/console/step-up", {"code": rosa.code(clock.now)})
    after = browser.client.cookies.get(SESSION)
    assert before != after
    assert is_in(browser)
    clock.pass_(minutes=2)
    browser.client.cookies.set(SESSION, before or "", domain="line.example.org")
    assert not is_in(browser)


def test_passkeys_are_added_and_removed_and_the_last_second_proof_stays(
    client: TestClient, rosa: Joined, clock: Clock, line: Line
) -> None:
    browser, key = signed_in(client, rosa, clock), Authenticator()
    page = browser.get("/console/account/passkey")
    fields = {"proof": value_of(page, "proof"), "passkey": key.make(options_of(page)), "name": "my <b>phone"}
    assert browser.post("/console/account/passkey", fields).status_code == 303
    shown = browser.get("/console/account").text
    assert "my &lt;b&gt;phone" in shown
    assert browser.post("/console/account/code/remove").status_code == 303
    passkey_id = re.search(r'name="passkey" value="(\d+)"', shown)
    assert passkey_id
    browser.post("/console/account/passkey/remove", {"passkey": passkey_id[1]})
    with transaction(line.database) as db:
        assert db.execute(text("SELECT count(*) FROM passkey")).scalar_one() == 1


def test_the_language_of_the_pages_is_ones_own(client: TestClient, rosa: Joined, clock: Clock) -> None:
    browser = signed_in(client, rosa, clock)
    assert "Where you are signed in" in browser.get("/console/account").text
    browser.post("/console/account/language", {"language": "es"})
    assert "Dónde tiene la sesión abierta" in browser.get("/console/account").text
    browser.post("/console/account/language", {"language": "xx"})
    assert '<html lang="es">' in browser.get("/console/account").text


def test_two_admins_let_somebody_in_again(client: TestClient, line: Line, rosa: Joined) -> None:
    lena, eva = (sign_in(client, line, ["admin"], name) for name in ("Lena", "Eva"))
    assert lena.post("/console/recovery/ask", {"name": "Rosa"}).status_code == 303
    confirm = f"/console/recovery/{rosa.person_id}/confirm"
    assert lena.post(confirm).headers["location"] == "/console/recovery"
    assert confirm not in lena.get("/console/recovery").text
    assert confirm in eva.get("/console/recovery").text
    page = eva.post(confirm)
    assert page.status_code == 200
    link = re.search(rf"{PUBLIC}(/console/join/[\w-]+)", page.text)
    assert link
    assert a_browser(client).get(link[1]).status_code == 200
    assert password_step(a_browser(client)).status_code == 401


def test_an_admin_invites_after_a_proof_anew(client: TestClient, line: Line) -> None:
    add_person(line, "Teo", ["dispatcher"])
    stale = sign_in(client, line, ["admin"], "Lena")
    admin = sign_in_as(client, line, stale.person_id)
    assert "/console/join/" in admin.post("/console/recovery/invite", {"name": "teo"}).text
    assert admin.post("/console/recovery/invite", {"name": "Nobody"}).status_code == 422
    with transaction(line.database) as db:
        db.execute(text("UPDATE staff_session SET stepped_up_at = NULL"))
    assert admin.post("/console/recovery/invite", {"name": "teo"}).status_code == 303


def test_the_audit_is_shown_by_whom_and_page_by_page_and_verified(client: TestClient, line: Line) -> None:
    admin = sign_in(client, line, ["admin"], "Lena")
    with transaction(line.database) as db:
        for number in range(130):
            audit.record(db, "Teo", "ticket.take", f"T{number:03d}", line.clock(), {"n": "<b>"})
        audit.record(db, "Lena", "alert.draft", "K7Q2", line.clock())
    page = admin.get("/console/audit?actor=Teo")
    assert (page.text.count("<code>ticket.take"), "K7Q2</td>" in page.text) == (100, False)
    assert "n: &lt;b&gt;" in page.text
    older = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert older
    assert admin.get(unescape(older[1])).text.count("<code>ticket.take") == 30
    assert "never verified" in page.text
    assert "The chain holds" in admin.post("/console/audit/verify").text
    assert "never verified" not in admin.get("/console/audit").text
    with transaction(line.database) as db:
        db.execute(text("UPDATE audit SET actor = 'Eve' WHERE subject = 'T007'"))
    assert "the line is not what was written" in admin.post("/console/audit/verify").text
    assert "does not hold" in admin.get("/console/audit").text


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "0", "1;DROP TABLE audit"])
def test_a_page_of_the_audit_that_is_none_is_no_fault(client: TestClient, line: Line, before: str) -> None:
    admin = sign_in(client, line, ["admin"])
    assert admin.get("/console/audit", params={"before": before, "actor": "\0'\"<script>"}).status_code == 200
