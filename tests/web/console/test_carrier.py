"""Numbers and carrier health: what is wrong is said in words, with what to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.carrier_state import carrier_state
from hotline.operations.line import Line
from hotline.operations.reactions import STOPPED
from hotline.store import marks, senders, spend
from hotline.store.database import transaction
from hotline.store.queue import RedisQueue
from hotline.store.queue_state import look_at_queues, read_queues
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import STREAM, ReceiptStream
from tests.lines import NOON, make_line
from tests.web.console.visitors import console, sign_in


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def spent(line: Line, dollars: int) -> None:
    with transaction(line.database) as db:
        spend.charge(db, NOON.astimezone(line.hours.zone).date(), dollars * 1_000_000)


def wrote(line: Line, code: int | None, at: datetime = NOON) -> None:
    """A text went out and the carrier said so, or why not."""
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO message (id, direction, kind, status, code, created_at)"
                " VALUES (nextval('message_id_seq'), 'out', 'staff', 'failed', :code, :at)"
            ),
            {"code": code, "at": at},
        )


def test_the_page_names_senders_and_their_rates(line: Line, client: TestClient) -> None:
    page = sign_in(client, line, ["approver"]).get("/console/carrier").text
    for sender in line.senders:
        assert sender in page
    assert "Ready" in page
    assert "Nothing was refused" in page
    assert "https://line.example.org/twilio/fallback/voice" in page


def test_a_sender_that_rests_says_why_and_until_when(line: Line, client: TestClient) -> None:
    with transaction(line.database) as db:
        senders.rest(db, line.senders[0], 30023, NOON + timedelta(hours=3))
    page = sign_in(client, line, ["admin"]).get("/console/carrier").text
    assert "Rests until 3/2/26, 3:00" in page
    assert "texts of this day are used up" in page


def test_a_rest_that_is_over_is_none(line: Line) -> None:
    with transaction(line.database) as db:
        senders.rest(db, line.senders[0], 30023, NOON)
    assert carrier_state(line, NOON).senders[0].rest is None


def test_a_rest_of_the_account_is_told(line: Line) -> None:
    with transaction(line.database) as db:
        senders.rest(db, senders.ACCOUNT, 63038, NOON + timedelta(hours=1))
    rest = carrier_state(line, NOON).account_rest
    assert rest is not None
    assert rest.code == 63038


def test_codes_of_the_last_week_are_counted_and_explained(line: Line, client: TestClient) -> None:
    wrote(line, 30003)
    wrote(line, 30003, NOON - timedelta(days=6))
    wrote(line, 30003, NOON - timedelta(days=8))
    wrote(line, 21610)
    wrote(line, None)
    assert carrier_state(line, NOON).codes == ((30003, 2), (21610, 1))
    page = sign_in(client, line, ["admin"]).get("/console/carrier").text
    assert "The handset is off or has no signal." in page


def test_money_spent_stands_beside_the_limit(line: Line, client: TestClient) -> None:
    spent(line, 45)
    state = carrier_state(line, NOON)
    assert state.share_spent == pytest.approx(0.9)
    page = sign_in(client, line, ["admin"]).get("/console/carrier").text
    assert "$45.00" in page
    assert "of $50.00" in page


def test_without_a_limit_the_page_warns(line: Line) -> None:
    line = replace(line, limits=replace(line.limits, daily_spend=None))
    with console(line) as client:
        page = sign_in(client, line, ["admin"]).get("/console/carrier").text
    assert "HOTLINE_DAILY_SPEND" in page


def test_a_limit_that_is_reached_is_said(line: Line, client: TestClient) -> None:
    spent(line, 60)
    assert "The limit is reached" in sign_in(client, line, ["admin"]).get("/console/carrier").text


def test_after_the_carrier_stopped_us_a_person_lets_it_go_on(line: Line, client: TestClient) -> None:
    with transaction(line.database) as db:
        marks.put(db, STOPPED, "30002", NOON)
    browser = sign_in(client, line, ["admin"])
    assert "The carrier has suspended the account." in browser.get("/console/carrier").text
    browser.post("/console/carrier/resume")
    assert carrier_state(line, NOON).stopped == "30002", "the box was not ticked"
    assert browser.post("/console/carrier/resume", {"sure": "yes"}).status_code == 303
    assert carrier_state(line, NOON).stopped is None
    assert "suspended" not in browser.get("/console/carrier").text


def test_without_redis_the_page_says_so(line: Line, client: TestClient) -> None:
    assert "Redis is away" in sign_in(client, line, ["admin"]).get("/console/carrier").text


def test_what_waits_in_redis_is_counted(servers: Supervisor) -> None:
    with Redis.from_url(servers.redis_url) as redis:
        redis.flushall()
        RedisQueue(redis).wake("fan_out", 7)
        found = read_queues(redis)
        assert found is not None
        assert dict(found.waiting) == {"send": 0, "receipts": 0, "rest": 1}
        assert dict(found.workers) == {"send": 0, "receipts": 0, "rest": 0}
        assert found.last_receipt_at is None


def test_the_last_receipt_is_known_after_it_was_read(servers: Supervisor) -> None:
    with Redis.from_url(servers.redis_url) as redis:
        redis.flushall()
        stream = ReceiptStream(redis, "test")
        redis.xadd(STREAM, {"x": "y"})
        stream.acknowledge(stream.read(10, 10))
        found = look_at_queues(servers.redis_url)
    assert found is not None
    assert found.receipts == 0
    assert found.last_receipt_at is not None
    assert abs(found.last_receipt_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_redis_that_is_away_is_none() -> None:
    assert look_at_queues("redis://127.0.0.1:1/0") is None
