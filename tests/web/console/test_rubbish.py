"""Whatever is typed into any address or field of the console, it breaks nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.domain.person import ROLES
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.web import console as rooms
from tests.incidents import described
from tests.lines import make_line
from tests.web.console.test_guard import every_route
from tests.web.console.visitors import console, sign_in

RUBBISH: Final = (
    "\0",
    "9" * 30,
    "-1",
    "{{7*7}}{% raw %}{CODE}${x}#{x}",
    "=cmd|'/C calc'!A0",
    "\r\nSet-Cookie: a=b",
    "\ud83d\ude00\u202e\u0301\ufffe".encode("utf-16", "surrogatepass").decode("utf-16"),
    "' OR 1=1 --",
    "٣٤٥²",
    "x" * 50_000,
    "9999-99-99T99:99",
    "0001-01-01T00:00",
    "[" * 3_000,
    "../../etc/passwd",
)
READERS: Final = {"text", "all", "is_set", "typed"}
# What would end the session that tries it, or the person.
LEFT_OUT: Final = ("/sign-out", "/story/play", "/sessions/end", "/leave", "/duty", "{act}")


def fields() -> frozenset[str]:
    """Every name under which a room reads something of a form."""
    found: set[str] = set()
    for path in Path(rooms.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                given = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if name in READERS and given:
                    found.update(str(one) for one in given[:1])
    return frozenset(found) - {"csrf"}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def address(route: APIRoute, put: str) -> str:
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", put).replace(f"{{{name}:path}}", put)
    return path


def routes(method: str) -> list[APIRoute]:
    return [
        route
        for route in every_route()
        if method in (route.methods or ()) and not any(part in route.path for part in LEFT_OUT)
    ]


def rubbish(at: int, longest: int = 50_000) -> str:
    return RUBBISH[at % len(RUBBISH)][:longest]


@pytest.mark.parametrize("shift", [0, 5, 10])
def test_rubbish_in_every_field_of_every_form_breaks_nothing(
    client: TestClient, line: Line, shift: int
) -> None:
    rosa, code = sign_in(client, line, ROLES), described(line, 70)
    names = sorted(fields())
    assert len(names) > 60
    for turn, route in enumerate(routes("POST"), shift):
        filled = {name: rubbish(turn + place) for place, name in enumerate(names)}
        answer = rosa.post(address(route, code if turn % 2 else "1"), filled)
        assert answer.status_code < 500, (route.path, answer.text[:200])
        assert "a=b" not in answer.headers.get("set-cookie", "")
    assert rosa.get("/console/account").status_code == 200


@pytest.mark.parametrize("shift", [0, 5, 10])
def test_rubbish_in_every_address_breaks_nothing(client: TestClient, line: Line, shift: int) -> None:
    rosa = sign_in(client, line, ROLES)
    for turn, route in enumerate(routes("GET"), shift):
        if "live" in route.path:
            continue
        asked = {
            one.name: rubbish(turn + place, 4_000) for place, one in enumerate(route.dependant.query_params)
        }
        answer = rosa.get(address(route, "1"), params=asked)
        assert answer.status_code < 500, (route.path, answer.text[:200])
        if route.param_convertors:
            answer = rosa.get(address(route, quote(rubbish(turn, 500), safe="")))
            assert answer.status_code < 500, (route.path, answer.text[:200])
