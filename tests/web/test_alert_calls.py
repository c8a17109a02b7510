"""An alert's call at the door: what the carrier fetches, and what it reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.store import subscriptions
from hotline.store.database import transaction
from hotline.store.servers.supervisor import Supervisor
from tests.lines import KEY, Carrier, make_line
from tests.people import FreeRates, draft_test, plain, release, subscribe
from tests.web.callers import PUBLIC, Pairs, call_pairs, post, settings_for, web

SID = "CA" + "7" * 32


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    """One person who chose calls, in English, and who is being called."""
    made = make_line(database, flow, network)
    contact_id = subscribe(made, 1, "90033", "en")
    with transaction(database) as db:
        subscriptions.set_channel(db, contact_id, "voice")
    assert release(made, draft_test(made)) == 1
    assert deliver(made, FreeRates(), lanes=1) == 1  # type: ignore[arg-type]
    return made


@pytest.fixture
def client(line: Line, servers: Supervisor, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = settings_for(database_url, servers.redis_url, str(tmp_path), HOTLINE_SECRET_KEY=KEY)
    with web(settings) as client:
        yield client


def picked_up(answered_by: str = "human", **more: str) -> Pairs:
    return call_pairs(SID, "in-progress", AnsweredBy=answered_by, Direction="outbound-api", **more)


def test_the_address_that_was_rung_says_the_alert(line: Line, client: TestClient) -> None:
    assert isinstance(line.caller, Carrier)
    status, body = post(client, line.caller.rung[0].path, picked_up())
    assert status == 200
    assert "This is a test of our alerts" in body
    assert f'action="{PUBLIC}/twilio/voice/alert/d1.1?n=2"' in body
    assert 'numDigits="1"' in body
    assert "<Hangup/>" in body.split("</Gather>")[1]


def test_a_machine_hears_it_without_keys(client: TestClient) -> None:
    _, body = post(client, "/twilio/voice/alert/d1.1?n=1", picked_up("machine_end_beep"))
    assert body.count("<Say") == 1
    assert "Gather" not in body
    assert body.endswith("<Hangup/></Response>")


def test_one_says_it_again_and_nine_stops_it(line: Line, client: TestClient) -> None:
    _, again = post(client, "/twilio/voice/alert/d1.1?n=2", picked_up(Digits="1"))
    assert "This is a test of our alerts" in again
    assert "/twilio/voice/alert/d1.1?n=3" in again
    _, stopped = post(client, "/twilio/voice/alert/d1.1?n=3", picked_up(Digits="9"))
    assert "no more alerts" in stopped
    with transaction(line.database) as db:
        assert db.execute(text("SELECT reason FROM suppression")).scalar_one() == "opt_out"


def test_what_is_reported_of_the_call_settles_its_delivery(line: Line, client: TestClient) -> None:
    assert isinstance(line.caller, Carrier)
    path = line.caller.rung[0].status_path
    for status in ("initiated", "ringing", "in-progress"):
        assert post(client, path, call_pairs(SID, status)) == (204, "")
    assert plain(line, 1) == ["accepted"]
    ended = call_pairs(SID, "completed", AnsweredBy="human", CallDuration="20")
    assert post(client, path, ended) == (204, "")
    assert post(client, path, ended) == (204, "")
    assert plain(line, 1) == ["delivered"]


def test_a_number_that_the_network_does_not_know_has_failed(line: Line, client: TestClient) -> None:
    report = call_pairs(SID, "failed", SipResponseCode="404")
    assert post(client, "/twilio/status/alert/d1.1?n=1", report) == (204, "")
    assert plain(line, 1) == ["failed"]


@pytest.mark.parametrize(
    "path",
    [
        "/twilio/voice/alert/d1.1",
        "/twilio/voice/alert/d1.1?n=0",
        "/twilio/voice/alert/m1?n=1",
        "/twilio/voice/alert/anything?n=1",
        "/twilio/status/alert/m1?n=1",
        "/twilio/status/alert/d1.1",
        "/twilio/status/alert/d1.x?n=1",
    ],
)
def test_addresses_that_we_never_gave_are_refused_in_silence(client: TestClient, path: str) -> None:
    assert post(client, path, call_pairs(SID, "completed")) == (403, "")


@pytest.mark.parametrize("path", ["/twilio/voice/alert/d1.1?n=3", "/twilio/status/alert/d1.1?n=1"])
def test_a_forged_request_changes_nothing(line: Line, client: TestClient, path: str) -> None:
    assert post(client, path, picked_up(Digits="9"), signature="bm90IGEgc2lnbmF0dXJl") == (403, "")
    assert plain(line, 1) == ["accepted"]
    with transaction(line.database) as db:
        assert db.execute(text("SELECT count(*) FROM suppression")).scalar_one() == 0
