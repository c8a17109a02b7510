from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from hotline.store.servers.supervisor import Supervisor
from tests.web.callers import call_pairs, post, settings_for, signed, sms_pairs, web


@pytest.fixture
def client(servers: Supervisor, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        yield client


def stored(database_url: str) -> int:
    with create_engine(database_url).connect() as db:
        return sum(
            int(db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in ("turn", "contact", "session", "message")
        )


def test_a_genuine_text_is_answered_with_twiml(client: TestClient) -> None:
    status, body = post(client, "/twilio/sms", sms_pairs("casa"))
    assert status == 200
    assert body.startswith("<?xml")
    assert "CASA" in body


def test_answers_tell_their_own_id_back(client: TestClient) -> None:
    _, body = post(client, "/twilio/sms", sms_pairs("casa"))
    assert 'action="https://line.example.org/twilio/status/message/m' in body


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/voice", "/twilio/voice/turn?n=1"])
@pytest.mark.parametrize("signature", ["", "bm90IGEgc2lnbmF0dXJl", "é"])
def test_a_forged_request_gets_a_silent_403(
    client: TestClient, database_url: str, path: str, signature: str
) -> None:
    pairs = sms_pairs("casa") if path == "/twilio/sms" else call_pairs("CA" + "1" * 32)
    assert post(client, path, pairs, signature) == (403, "")
    assert stored(database_url) == 0


def test_another_address_or_word_breaks_the_signature(client: TestClient) -> None:
    pairs = call_pairs("CA" + "2" * 32, Digits="1")
    signature = signed("/twilio/voice/turn?n=1", pairs)
    assert post(client, "/twilio/voice/turn?n=2", pairs, signature) == (403, "")
    assert post(client, "/twilio/voice/turn?n=1", [*pairs, ("Digits2", "")], signature) == (403, "")


def test_a_doubled_parameter_that_we_read_is_refused_and_another_is_not(
    client: TestClient, database_url: str
) -> None:
    assert post(client, "/twilio/sms", [*sms_pairs("casa"), ("Body", "alto")]) == (403, "")
    assert stored(database_url) == 0
    assert post(client, "/twilio/sms", [*sms_pairs("casa"), ("Odd", "1"), ("Odd", "2")])[0] == 200


def test_another_account_is_refused(client: TestClient, database_url: str) -> None:
    assert post(client, "/twilio/sms", sms_pairs("casa", AccountSid="AC" + "9" * 32)) == (403, "")
    assert stored(database_url) == 0


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_another_content_type_is_refused(client: TestClient, kind: str) -> None:
    assert post(client, "/twilio/sms", sms_pairs("casa"), kind=kind) == (415, "")


def test_a_large_body_is_refused_whether_it_says_so_or_not(client: TestClient) -> None:
    assert post(client, "/twilio/sms", sms_pairs("x" * 70_000)) == (413, "")

    def pieces() -> Iterator[bytes]:
        for _ in range(70):
            yield b"x" * 1000

    answer = client.post(
        "/twilio/sms", content=pieces(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (answer.status_code, answer.content) == (413, b"")


def test_a_strange_turn_number_is_refused(client: TestClient) -> None:
    for n in ("0", "-1", "x", "99999999999", "1&n=2"):
        assert post(client, f"/twilio/voice/turn?n={n}", call_pairs("CA" + "3" * 32))[0] == 403


def test_there_are_no_other_doors(client: TestClient) -> None:
    for path in ("/docs", "/openapi.json", "/twilio/sms/", "/"):
        assert client.get(path).status_code in {404, 405}
    assert client.get("/twilio/sms").status_code == 405


def test_health_says_alive_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {
        "database": "ready",
        "redis": "ready",
        "dispatchers": "none",
    }
