"""News of calls: a caller's end is a turn, a dispatcher's is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from hotline.settings.variables import DEMO_NUMBER
from hotline.store.servers.supervisor import Supervisor
from tests.web.callers import call_pairs, post, settings_for, web

CALL = "/twilio/status/call"
SID = "CA" + "7" * 32
ANA = "+12135550190"


@pytest.fixture
def client(servers: Supervisor, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with web(settings_for(database_url, servers.redis_url, str(tmp_path))) as client:
        yield client


def one(database_url: str, statement: str) -> object:
    with create_engine(database_url).connect() as db:
        return db.execute(text(statement)).scalar_one()


def plant_call_back(database_url: str) -> None:
    with create_engine(database_url).begin() as db:
        db.execute(
            text(
                "INSERT INTO ticket (code, kind, topic, is_urgent, owner, state, created_at)"
                " VALUES ('K7Q2', 'callback', 'person', false, 'Ana', 'taken', now())"
            )
        )
        db.execute(
            text(
                "INSERT INTO leg (id, call_sid, ticket_id, person, person_language, topic, created_at)"
                " SELECT 'leg', :sid, id, 'Ana', 'es', 'person', now() FROM ticket"
            ),
            {"sid": SID},
        )


def ended(status: str, sid: str = SID) -> list[tuple[str, str]]:
    """A call that we placed has our own number as its From."""
    return call_pairs(sid, status, DEMO_NUMBER, To=ANA, Direction="outbound-api")


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", "completed"])
def test_a_dispatcher_who_does_not_answer_gives_the_ticket_back_and_is_no_caller(
    client: TestClient, database_url: str, status: str
) -> None:
    plant_call_back(database_url)
    assert post(client, CALL, ended(status)) == (204, "")
    assert one(database_url, "SELECT state FROM ticket") == "open"
    assert one(database_url, "SELECT outcome FROM leg") == "missed"
    assert one(database_url, "SELECT count(*) FROM contact") == 0
    assert one(database_url, "SELECT count(*) FROM turn") == 0


def test_a_dispatcher_whose_phone_still_rings_keeps_the_ticket(client: TestClient, database_url: str) -> None:
    plant_call_back(database_url)
    assert post(client, CALL, ended("ringing"))[0] == 204
    assert one(database_url, "SELECT state FROM ticket") == "taken"


def test_news_of_a_call_that_is_not_written_down_yet_is_to_come_again(
    client: TestClient, database_url: str
) -> None:
    assert post(client, CALL, ended("busy", "CA" + "8" * 32))[0] == 503
    assert one(database_url, "SELECT count(*) FROM contact") == 0


def test_a_caller_who_hangs_up_is_a_turn(client: TestClient, database_url: str) -> None:
    sid = "CA" + "6" * 32
    post(client, "/twilio/voice", call_pairs(sid))
    assert post(client, CALL, call_pairs(sid, "completed"))[0] == 204
    assert one(database_url, "SELECT count(*) FROM turn WHERE n = -1") == 1
