from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from redis import Redis
from sqlalchemy import create_engine, make_url, text
from starlette.testclient import TestClient

from hotline.domain.call import STOP_KEY
from hotline.operations.turns import take_turn
from hotline.settings.variables import DEMO_NUMBER
from hotline.store.database import DatabaseAway
from hotline.store.servers.supervisor import Supervisor
from hotline.store.spool import STREAM
from hotline.web import front, webhooks
from tests.web.callers import call_pairs, post, settings_for, sms_pairs, web

GONE_REDIS = "unix:///nonexistent/redis.sock"


@pytest.fixture
def without_database(servers: Supervisor, tmp_path: Path) -> Iterator[TestClient]:
    url = make_url(servers.database_url).set(database="no_such_database").render_as_string(False)
    with web(settings_for(url, servers.redis_url, str(tmp_path))) as client:
        yield client


def test_without_a_database_a_text_gets_the_essentials_in_both_languages(
    without_database: TestClient,
) -> None:
    status, body = post(without_database, "/twilio/sms", sms_pairs("casa"))
    assert status == 200
    assert body.count("<Message") == 2
    assert "juez" in body
    assert "judge" in body
    assert "213-555-01" in body


@pytest.mark.parametrize(("path", "body", "count"), [("/twilio/sms", "ALTO", 1), ("/twilio/sms", "casa", 0)])
def test_without_a_database_a_refusal_is_kept_until_it_is_back(
    without_database: TestClient,
    servers: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body: str,
    count: int,
) -> None:
    monkeypatch.setattr(front, "ANSWER_WITHIN_S", 1.0)
    with Redis.from_url(servers.redis_url) as redis:
        redis.delete(STREAM)
        assert post(without_database, path, sms_pairs(body))[0] == 200
        assert redis.xlen(STREAM) == count


def test_without_a_database_the_key_that_ends_alerts_is_kept_too(
    without_database: TestClient, servers: Supervisor
) -> None:
    with Redis.from_url(servers.redis_url) as redis:
        redis.delete(STREAM)
        pressed = call_pairs("CA" + "5" * 32, number=DEMO_NUMBER, To="+12135550101", Digits=STOP_KEY)
        assert post(without_database, "/twilio/voice/alert/d1.1?n=2", pressed)[0] == 200
        assert redis.xlen(STREAM) == 1


def test_a_refusal_is_answered_as_soon_as_the_database_is_back(
    servers: Supervisor, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def away_at_first(*arguments: Any) -> str:
        tries.append(arguments)
        if len(tries) == 1:
            raise DatabaseAway
        return take_turn(*arguments)

    monkeypatch.setattr(webhooks, "take_turn", away_at_first)
    monkeypatch.setattr(webhooks, "ASK_AGAIN_S", 0.0)
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        status, body = post(client, "/twilio/sms", sms_pairs("ALTO"))
    assert (status, len(tries)) == (200, 2)
    assert body.count("<Message") == 1
    with create_engine(database_url).connect() as db:
        assert db.execute(text("SELECT reason FROM suppression")).scalar_one() == "opt_out"


def test_a_refusal_that_could_be_kept_nowhere_is_counted(
    servers: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "ANSWER_WITHIN_S", 1.0)
    url = make_url(servers.database_url).set(database="no_such_database").render_as_string(False)
    before = _lost()
    with web(settings_for(url, GONE_REDIS, str(tmp_path))) as client:
        assert post(client, "/twilio/sms", sms_pairs("ALTO"))[0] == 200
    assert _lost() == before + 1


def _lost() -> float:
    return (
        REGISTRY.get_sample_value("hotline_faults_total", {"where": "refusal", "kind": "RedisError"}) or 0.0
    )


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/voice/turn?n=3", "/twilio/fallback/voice"])
def test_without_a_database_a_caller_hears_the_essentials(without_database: TestClient, path: str) -> None:
    status, body = post(without_database, path, call_pairs("CA" + "4" * 32))
    assert status == 200
    assert "es-MX" in body
    assert "en-US" in body
    assert "2 1 3 5 5 5 0 1" in body


def test_without_a_database_news_is_asked_for_again_when_redis_is_gone_too(
    servers: Supervisor, tmp_path: Path
) -> None:
    url = make_url(servers.database_url).set(database="no_such_database").render_as_string(False)
    with web(settings_for(url, GONE_REDIS, str(tmp_path))) as client:
        pairs = [("MessageSid", "SM" + "5" * 32), ("AccountSid", "AC" + "d" * 32), ("MessageStatus", "sent")]
        assert post(client, "/twilio/status/message/m20", pairs) == (503, "")


def test_without_redis_a_person_is_served_as_ever(
    servers: Supervisor, database_url: str, tmp_path: Path
) -> None:
    with web(settings_for(database_url, GONE_REDIS, str(tmp_path))) as client:
        assert "CASA" in post(client, "/twilio/sms", sms_pairs("casa"))[1]
        assert post(client, "/twilio/sms", sms_pairs("persona"))[0] == 200
        with create_engine(database_url).connect() as db:
            assert db.execute(text("SELECT count(*) FROM ticket")).scalar_one() == 1
        ready = client.get("/health/ready").json()
        assert ready == {"database": "ready", "redis": "away", "dispatchers": "none"}
        pairs = [("MessageSid", "SM" + "6" * 32), ("AccountSid", "AC" + "d" * 32), ("MessageStatus", "sent")]
        assert post(client, "/twilio/status/message/m20", pairs) == (204, "")


def test_readiness_says_when_the_database_is_away(without_database: TestClient) -> None:
    answer = without_database.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"
    assert without_database.get("/health/live").status_code == 200


def test_a_database_that_hangs_does_not_make_a_caller_wait(
    servers: Supervisor, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "ANSWER_WITHIN_S", 0.3)
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        post(client, "/twilio/sms", sms_pairs("casa"))
        with create_engine(database_url).begin() as db:
            db.execute(text("LOCK TABLE turn IN ACCESS EXCLUSIVE MODE"))
            status, body = post(client, "/twilio/sms", sms_pairs("trabajo"))
    assert status == 200
    assert "213-555-01" in body


def test_the_carriers_fallback_still_takes_an_opt_out(
    servers: Supervisor, database_url: str, tmp_path: Path
) -> None:
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        assert "cancelamos" in post(client, "/twilio/fallback/sms", sms_pairs("ALTO"))[1]
    with create_engine(database_url).connect() as db:
        assert db.execute(text("SELECT count(*) FROM suppression")).scalar_one() == 1
