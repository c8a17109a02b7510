"""Subscribers are counts to staff; one record opens for a reason, in one session, for some minutes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.subscriber_desk import counts
from hotline.store import consents, contacts, subscriptions
from hotline.store.database import transaction
from tests.lines import JOHN, MARIA, NOON, Clock, make_line
from tests.web.console.visitors import Browser, console, sign_in

REASON = "she asked in person for English"


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return replace(make_line(database, flow, network), clock=Clock())


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def subscribe(line: Line, number: PhoneNumber, *zips: str, language: Any = "es") -> int:
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, number, NOON)
        contacts.remember_language(db, contact_id, language)
        for zip_code in zips:
            subscriptions.add(db, contact_id, zip_code, NOON, ("alert", "event"))
    return contact_id


def find(browser: Browser, number: str = MARIA.e164, reason: str = REASON) -> Any:
    return browser.post("/console/subscribers/find", {"number": number, "reason": reason})


def key_of(browser: Browser) -> str:
    """The key to Maria's record."""
    address = urlsplit(find(browser).headers["location"])
    assert address.path == "/console/subscribers/record"
    [key] = parse_qs(address.query)["key"]
    assert isinstance(key, str)
    return key


def audited(line: Line) -> list[tuple[str, str, str, Any]]:
    with line.database.connect() as db:
        rows = db.execute(text("SELECT actor, act, subject, details FROM audit ORDER BY id"))
        return [tuple(row) for row in rows if row.act.startswith("subscribers.")]


def is_stopped(line: Line, number: PhoneNumber) -> bool:
    with transaction(line.database) as db:
        return consents.is_opted_out(db, line.keyring.lookups(number))


def test_counts_are_by_area_language_channel_and_kind(line: Line) -> None:
    subscribe(line, MARIA, "90033")
    subscribe(line, JOHN, "90033", "10001", language="en")
    found = counts(line, NOON)
    area = next(name for name, area in line.network.areas.items() if "90033" in area.zips)
    assert (found.people, found.sign_ups, found.elsewhere) == (2, 3, 1)
    assert found.areas[area] == 2
    assert found.languages == {"es": 1, "en": 2}
    assert found.channels == {"sms": 3}
    assert found.kinds == {"alert": 3, "event": 3}


def test_who_opted_out_is_not_counted(line: Line) -> None:
    subscribe(line, MARIA, "90033")
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(MARIA), "opt_out", NOON)
    assert counts(line, NOON).people == 0


def test_the_page_shows_counts_and_nobody(line: Line, client: TestClient) -> None:
    subscribe(line, MARIA, "90033")
    page = sign_in(client, line, ["dispatcher"]).get("/console/subscribers").text
    assert "People who get alerts: <b>1</b>." in page
    assert MARIA.e164[2:] not in page
    assert "/console/subscribers/find" not in page, "who may not open a record is not led to it"


def test_an_empty_list_says_how_people_sign_up(line: Line, client: TestClient) -> None:
    assert "Nobody gets alerts yet" in sign_in(client, line, ["admin"]).get("/console/subscribers").text


def test_a_record_opens_after_a_reason_that_is_written_down_with_who_asked(
    line: Line, client: TestClient
) -> None:
    contact_id = subscribe(line, MARIA, "90033")
    browser = sign_in(client, line, ["admin"])
    page = browser.get(f"/console/subscribers/record?key={key_of(browser)}")
    assert page.status_code == 200
    assert "ends in 01" in page.text
    assert "90033" in page.text
    assert MARIA.e164[2:] not in page.text
    subject = f"contact {contact_id}"
    assert audited(line) == [("Rosa", "subscribers.open", subject, {"reason": REASON})]


@pytest.mark.parametrize("reason", ["", "why not", " " * 30])
def test_without_a_reason_nothing_opens(line: Line, client: TestClient, reason: str) -> None:
    subscribe(line, MARIA, "90033")
    answer = find(sign_in(client, line, ["admin"]), reason=reason)
    assert answer.status_code == 422
    assert "ten letters" in answer.text
    assert audited(line) == []


def test_looking_for_somebody_who_is_not_here_is_written_down_too(line: Line, client: TestClient) -> None:
    answer = find(sign_in(client, line, ["admin"]))
    assert answer.headers["location"] == "/console/subscribers/find"
    assert [act[:3] for act in audited(line)] == [("Rosa", "subscribers.open", "nobody")]


def test_what_is_no_number_is_said_so(line: Line, client: TestClient) -> None:
    answer = find(sign_in(client, line, ["admin"]), number="555")
    assert answer.status_code == 422
    assert "no telephone number" in answer.text


def test_no_address_holds_a_number(line: Line, client: TestClient) -> None:
    subscribe(line, MARIA, "90033")
    address = find(sign_in(client, line, ["admin"])).headers["location"]
    assert MARIA.e164[1:] not in address
    assert MARIA.e164[2:] not in address


def test_a_key_opens_for_nobody_else_and_not_for_long(line: Line, client: TestClient) -> None:
    subscribe(line, MARIA, "90033")
    rosa, luz = sign_in(client, line, ["admin"]), sign_in(client, line, ["admin"], name="Luz")
    key = key_of(rosa)
    assert luz.get(f"/console/subscribers/record?key={key}").status_code == 404
    assert rosa.get(f"/console/subscribers/record?key={key[:-4]}AAA=").status_code == 404
    assert rosa.get(f"/console/subscribers/record?key={key}").status_code == 200
    assert isinstance(line.clock, Clock)
    line.clock.pass_(minutes=16)
    fresh = sign_in(client, line, ["admin"], name="Max")
    assert fresh.get(f"/console/subscribers/record?key={key}").status_code == 404
    assert rosa.get(f"/console/subscribers/record?key={key}").status_code != 200


def test_whoever_has_not_just_shown_that_it_is_them_is_asked_to(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ["admin"], is_proven=False)
    assert isinstance(line.clock, Clock)
    line.clock.pass_(minutes=10)
    for path in ("find", "export", "record"):
        assert "/console/step-up" in browser.get(f"/console/subscribers/{path}").headers["location"]


def test_language_channel_and_zip_are_set_and_what_they_asked_for_stays(
    line: Line, client: TestClient
) -> None:
    contact_id = subscribe(line, MARIA, "90033", "90023")
    browser = sign_in(client, line, ["admin"])
    fields = {"key": key_of(browser), "language": "en", "channel": "voice", "zip": "90063"}
    assert browser.post("/console/subscribers/record", fields).status_code == 303
    with transaction(line.database) as db:
        [signed] = subscriptions.of_contact(db, contact_id)
        assert contacts.language_of(db, contact_id) == "en"
    assert (signed.zip, signed.kinds, signed.channel) == ("90063", ("alert", "event"), "voice")
    assert audited(line)[-1][1] == "subscribers.change"


@pytest.mark.parametrize("zip_code", ["00000", "abcde"])
def test_a_zip_code_that_does_not_exist_changes_nothing(
    line: Line, client: TestClient, zip_code: str
) -> None:
    contact_id = subscribe(line, MARIA, "90033")
    browser = sign_in(client, line, ["admin"])
    fields = {"key": key_of(browser), "language": "en", "channel": "sms", "zip": zip_code}
    assert browser.post("/console/subscribers/record", fields).status_code == 422
    with transaction(line.database) as db:
        assert contacts.language_of(db, contact_id) == "es"


def test_staff_sign_nobody_up(line: Line, client: TestClient) -> None:
    contact_id = subscribe(line, MARIA)
    browser = sign_in(client, line, ["admin"])
    fields = {"key": key_of(browser), "language": "en", "channel": "sms", "zip": "90033"}
    assert browser.post("/console/subscribers/record", fields).status_code == 422
    with transaction(line.database) as db:
        assert subscriptions.zips_of(db, contact_id) == []


def test_stopping_for_somebody_is_confirmed_first_and_holds_everywhere(
    line: Line, client: TestClient
) -> None:
    subscribe(line, MARIA, "90033")
    browser = sign_in(client, line, ["admin"])
    key = key_of(browser)
    assert "cannot undo" in browser.get(f"/console/subscribers/stop?key={key}").text
    assert not is_stopped(line, MARIA)
    assert browser.post("/console/subscribers/stop", {"key": key}).status_code == 303
    assert is_stopped(line, MARIA)
    assert counts(line, NOON).people == 0
    assert audited(line)[-1][1] == "subscribers.stop"


def test_an_act_without_a_key_does_nothing(line: Line, client: TestClient) -> None:
    subscribe(line, MARIA, "90033")
    browser = sign_in(client, line, ["admin"])
    for path in ("stop", "record"):
        assert browser.post(f"/console/subscribers/{path}", {"key": "1", "language": "en"}).status_code == 404
    assert not is_stopped(line, MARIA)


def test_a_page_of_a_record_without_a_key_leads_back_to_the_search(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ["admin"])
    for path in ("stop", "record"):
        answer = browser.get(f"/console/subscribers/{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/subscribers/find")


def test_the_list_comes_as_a_file_and_is_written_down_before(line: Line, client: TestClient) -> None:
    subscribe(line, MARIA, "90033")
    browser = sign_in(client, line, ["admin"])
    assert browser.post("/console/subscribers/export", {"reason": ""}).status_code == 422
    assert audited(line) == []
    answer = browser.post("/console/subscribers/export", {"reason": "move to the other server"})
    assert answer.headers["content-disposition"].endswith('.csv"')
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "phone,zip,language,channel,since,opted_out"
    assert lines[1] == f"{MARIA.e164},90033,es,sms,2026-03-02,"
    assert [act[1] for act in audited(line)] == ["subscribers.export"]
