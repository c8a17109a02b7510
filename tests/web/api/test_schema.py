"""Whatever a program sends: no answer breaks, and each is as the description says."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine

from hotline.flow.effect import OpenTicket
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.tickets import open_ticket
from hotline.store import tickets
from hotline.store.database import transaction
from hotline.web.api.build import RESOURCES, ROOT
from tests.incidents import described
from tests.lines import make_line
from tests.people import draft_test, subscribe
from tests.web.api.programs import app_of, key_for

CHECKS: Final[list[Callable[..., Any]]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES: Final = 8
OPERATIONS: Final = [
    (next(iter(route.methods)), ROOT + route.path)
    for one in RESOURCES
    for route in one.router.routes
    if isinstance(route, APIRoute) and route.methods
]
MODES: Final = {mode.name.lower(): mode for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def something_of_each(line: Line) -> dict[str, list[str]]:
    """Codes that exist, by how their addresses begin."""
    subscribe(line, 1)
    with transaction(line.database) as db:
        wanted = OpenTicket("callback", "topic.home", False)
        ticket_id, _ = open_ticket(line, db, line.library(), wanted, None, "es", line.clock())
        assert ticket_id is not None
        ticket = tickets.by_id(db, ticket_id)
    assert ticket is not None
    return {"incidents": [described(line)], "tickets": [ticket.code], "alerts": [draft_test(line)]}


def ask(
    line: Line,
    method: str,
    path: str,
    mode: GenerationMode,
    headers: dict[str, str],
    codes: Mapping[str, list[str]],
) -> list[int]:
    """Ask an operation a number of times; the statuses that were answered."""
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app_of(line))
    operation = schema[path.removeprefix(ROOT)][method]
    known = codes.get(path.split("/")[3], [])
    statuses: list[int] = []

    @given(case=operation.as_strategy(generation_mode=mode), code=st.sampled_from(["", *known]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def once(case: Any, code: str) -> None:
        if code and case.path_parameters:
            case.path_parameters["code"] = code
        # An address with a line break in it is nobody's: the application before ours says so, without a body.
        assume("\n" not in str((case.path_parameters or {}).get("code")))
        case.headers = {**(case.headers or {}), "Authorization": "", **headers}
        answer = case.call()
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    once()
    return statuses


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", MODES)
def test_with_a_key_every_answer_is_as_described(line: Line, method: str, path: str, mode: str) -> None:
    headers = {"Authorization": f"Bearer {key_for(line)}"}
    statuses = ask(line, method, path, MODES[mode], headers, something_of_each(line))
    assert statuses
    assert 401 not in statuses


def test_without_a_key_nothing_is_answered(line: Line) -> None:
    for method, path in OPERATIONS:
        assert set(ask(line, method, path, GenerationMode.POSITIVE, {}, {})) == {401}, path
