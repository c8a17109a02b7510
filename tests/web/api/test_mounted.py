"""The application as it runs has the interface and the feeds where they belong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hotline.store.servers.supervisor import Supervisor
from tests.web.callers import settings_for, web


@pytest.fixture
def client(database_url: str, servers: Supervisor, tmp_path: Path) -> Iterator[TestClient]:
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as opened:
        yield opened


def test_the_interface_asks_for_a_key_and_describes_itself(client: TestClient) -> None:
    answer = client.get("/api/v1/incidents")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = client.get("/api/v1/openapi.json")
    assert told.json()["servers"] == [{"url": "/api/v1"}]
    assert client.get("/api/v1/nowhere").json()["status"] == 404
    assert client.put("/api/v1/incidents").json()["status"] == 405


def test_a_session_of_the_console_opens_nothing_of_the_interface(client: TestClient) -> None:
    client.cookies.set("hotline_session", "x")
    assert client.get("/api/v1/alerts").status_code == 401


def test_anybody_reads_the_feed(client: TestClient) -> None:
    answer = client.get("/feeds/alerts.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    assert b"<feed" in answer.content
    assert client.get("/feeds/alerts/K7Q2.cap").status_code == 404
