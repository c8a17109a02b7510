"""Every route is shut unless it names what it needs, and opens only to whoever may."""

from collections.abc import Iterator
from typing import get_args

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.domain.permission import PERMISSIONS, permissions_of
from hotline.domain.person import ROLES, Role
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.web.console.guard import Needs
from hotline.web.console.rooms import LINKS, ROUTES
from hotline.web.console.routes import NEEDS
from tests.lines import make_line
from tests.web.console.visitors import PUBLIC, Browser, console, sign_in

# Who need not be signed in: to sign in, to take up an invitation.
OPEN_TO_ALL = {"/console/login", "/console/join"}


def every_route() -> list[APIRoute]:
    return [route for routes in ROUTES for route in routes.router.routes if isinstance(route, APIRoute)]


def needs_of(route: APIRoute) -> Needs:
    needs: Needs = (route.openapi_extra or {})[NEEDS]
    return needs


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def test_every_route_names_what_it_needs() -> None:
    assert every_route()
    for route in every_route():
        assert needs_of(route) in {*PERMISSIONS, "nobody"}
        if needs_of(route) == "nobody":
            assert any(route.path.startswith(path) for path in OPEN_TO_ALL), route.path


def test_every_link_leads_to_a_route_that_needs_the_same() -> None:
    by_path = {route.path: needs_of(route) for route in every_route() if "GET" in (route.methods or ())}
    assert {link.path: link.needs for link in LINKS} == {link.path: by_path.get(link.path) for link in LINKS}


def _address(route: APIRoute) -> str:
    """The route with something in each place of its path."""
    address = route.path
    for name in route.param_convertors:
        address = (
            address.replace(f"{{{name}}}", "1")
            .replace(f"{{{name}:path}}", "1")
            .replace(f"{{{name}:int}}", "1")
        )
    return address


def _ask(browser: Browser, route: APIRoute) -> int:
    address = _address(route)
    answer = browser.get(address) if "GET" in (route.methods or ()) else browser.post(address)
    return int(answer.status_code)


def test_whoever_is_not_signed_in_is_asked_to(client: TestClient) -> None:
    nobody = Browser(client)
    for route in every_route():
        if needs_of(route) != "nobody":
            method = nobody.get if "GET" in (route.methods or ()) else nobody.post
            answer = method(_address(route))
            assert answer.status_code == 303, route.path
            assert answer.headers["location"].startswith("/console/login?next=")


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_opens_what_the_table_says_and_nothing_else(line: Line, role: Role) -> None:
    with console(line) as client:
        browser = sign_in(client, line, [role])
        may = permissions_of([role])
        for route in every_route():
            needs = needs_of(route)
            if needs != "nobody" and needs not in may:
                assert _ask(browser, route) == 403, (role, route.path)
            elif "GET" in (route.methods or ()) and "live" not in route.path:
                assert _ask(browser, route) not in {401, 403}, (role, route.path)


def test_somebody_without_a_role_sees_nothing(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, [])
    for route in every_route():
        if needs_of(route) != "nobody":
            assert _ask(browser, route) == 403, route.path


def test_a_form_without_the_token_of_the_session_changes_nothing(line: Line, client: TestClient) -> None:
    mine, theirs = sign_in(client, line, ROLES), sign_in(client, line, ROLES, name="Luz")
    posts = [route for route in every_route() if "POST" in (route.methods or ())]
    for route in posts:
        if needs_of(route) != "nobody":
            for token in ("", theirs.csrf):
                stolen = mine.post(_address(route), {"csrf": token})
                assert stolen.status_code == 403, route.path


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_a_form_from_elsewhere_changes_nothing(
    line: Line, client: TestClient, headers: dict[str, str]
) -> None:
    browser = sign_in(client, line, ROLES)
    for route in every_route():
        if "POST" in (route.methods or ()):
            assert browser.post(_address(route), headers=headers).status_code == 403, route.path


def test_a_part_of_a_page_is_sent_to_the_sign_in_as_a_whole(client: TestClient) -> None:
    answer = Browser(client).get("/console", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/console/login")


def test_the_browser_is_told_to_trust_nothing_else(line: Line, client: TestClient) -> None:
    answer = sign_in(client, line, ["admin"]).get("/console/nowhere")
    assert answer.status_code == 404
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_files_of_the_page_are_kept_and_nothing_beside_them_is_served(client: TestClient) -> None:
    answer = Browser(client).get("/console/static/console.css")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    for path in ("/console/static/../build.py", "/console/static/%2e%2e/build.py", "/console/static/"):
        assert Browser(client).get(path).status_code == 404


def test_a_form_that_is_none_or_too_large_is_answered_plainly(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ROLES)
    path = next(_address(route) for route in every_route() if "POST" in (route.methods or ()))
    for body, kind, status in (
        (b"{}", "application/json", 415),
        (b"x=" + b"y" * 7_000_000, "application/x-www-form-urlencoded", 413),
    ):
        answer = browser.client.post(
            f"{PUBLIC}{path}", content=body, headers={"Content-Type": kind}, follow_redirects=False
        )
        assert answer.status_code == status
