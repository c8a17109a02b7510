"""What Prometheus is told of a real run: by alert, from counters, and nothing of a person."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.domain.outcome import Accepted, Outcome, Refused, Unknown
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.store.servers.supervisor import Supervisor
from hotline.web.broadcast_metrics import broadcast_metrics
from tests.lines import HOTLINE, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, phone, release, subscribe
from tests.web.callers import settings_for, web

Sample = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture
def client(servers: Supervisor, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        yield client


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock(), sender=ListedCarrier())


def read(words: str) -> dict[Sample, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(words)
        for sample in family.samples
    }


def of(found: dict[Sample, float], name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def answer(one: Outgoing) -> Outcome:
    match int(one.to.e164[-1]):
        case 0:
            return Refused(30006, "bad_number")
        case 1:
            return Unknown("timeout")
        case _:
            return Accepted(f"SM{one.to.e164[-4:]:0>32}")


def test_a_run_in_the_middle_is_told_in_numbers(line: Line) -> None:
    for number in range(10):
        subscribe(line, number)
    line = replace(line, sender=ListedCarrier(answer=answer))
    code = draft_test(line)
    release(line, code)
    rates = FreeRates({HOTLINE.e164: 8})
    deliver(line, rates, rates.stopping, work_s=30.0, lanes=1)  # type: ignore[arg-type]
    assert isinstance(line.clock, Clock)
    words = broadcast_metrics(line, line.clock.pass_(seconds=5)).decode()
    found = read(words)
    by_status = {
        dict(labels)["status"]: int(value)
        for (name, labels), value in found.items()
        if name == "hotline_broadcast_deliveries" and value
    }
    assert sum(by_status.values()) == 10
    assert by_status["failed"] == by_status["unknown"] == 1
    assert by_status["accepted"] >= 1
    assert by_status["pending"] >= 1
    failed = {"alert": code, "status": "failed", "reason": "bad_number", "code": "30006"}
    assert of(found, "hotline_broadcast_not_reached", **failed) == 1
    assert of(found, "hotline_broadcast_accepted_per_second", alert=code) == by_status["accepted"] / 10
    assert of(found, "hotline_broadcast_seconds_left", alert=code) > 0
    assert of(found, "hotline_waiting_to_be_sent", kind="broadcast") == by_status["pending"]
    assert of(found, "hotline_waiting_to_be_sent", kind="message") == 0
    assert of(found, "hotline_oldest_unsent_seconds") == 5
    assert of(found, "hotline_sending_stopped", code="") == 0
    assert not any(phone(number).e164 in words or phone(number).e164[-7:] in words for number in range(10))


def test_the_door_tells_them_beside_its_own_counts(client: TestClient, line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    release(line, code)
    answered = client.get("/metrics")
    found = read(answered.text)
    assert of(found, "hotline_broadcast_deliveries", alert=code, status="pending") == 1
    assert any(name == "hotline_faults_total" or name.startswith("python_") for name, _ in found)


def test_nothing_runs_and_nothing_waits(line: Line) -> None:
    found = read(broadcast_metrics(line, line.clock()).decode())
    assert {name for (name, _) in found} == {
        "hotline_waiting_to_be_sent",
        "hotline_oldest_unsent_seconds",
        "hotline_sending_stopped",
    }
    assert set(found.values()) == {0}
