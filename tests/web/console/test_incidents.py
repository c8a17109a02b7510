"""Now, reports and incidents in the browser: the whole way of an incident, without a script."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.person import Roster
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store.database import transaction
from hotline.web.console.live import Live
from tests.incidents import described, read, report_by, says, sees, verifier, with_verifiers
from tests.lines import ANA, BO, Clock, make_line
from tests.web.console.visitors import Browser, console, sign_in_as

TAG = re.compile(r"<[^>]+>")


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    made = with_verifiers(make_line(database, flow, network, clock=Clock()), 3)
    with transaction(database) as db:
        db.execute(text("UPDATE person SET roles = '{dispatcher}' WHERE name = 'Ana'"))
        db.execute(text("UPDATE person SET roles = '{approver}', language = 'en' WHERE name = 'Bo'"))
        db.execute(text("UPDATE person SET language = 'en' WHERE name = 'Ana'"))
    return made


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def ana(client: TestClient, line: Line) -> Browser:
    return sign_in_as(client, line, ANA.id)


@pytest.fixture
def bo(client: TestClient, line: Line) -> Browser:
    return sign_in_as(client, line, BO.id)


def words(browser: Browser, path: str) -> str:
    """What a page says, without its marks."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text[:400]
    return " ".join(TAG.sub(" ", answer.text).split())


def goes(browser: Browser, path: str, **fields: str) -> str:
    """Send a form that is taken; returns where it leads."""
    answer = browser.post(path, fields)
    assert answer.status_code == 303, TAG.sub(" ", answer.text)[-900:]
    return str(answer.headers["location"])


def test_empty_pages_teach(ana: Browser) -> None:
    assert "Nothing urgent waits." in words(ana, "/console/now")
    assert "Nothing has been reported" in words(ana, "/console/reports")
    assert "No incident is open" in words(ana, "/console/incidents")
    assert "Nothing is closed yet" in words(ana, "/console/incidents?show=done")


def test_what_is_urgent_stands_on_top_and_makes_itself_heard(line: Line, ana: Browser) -> None:
    _, urgent = report_by(line, 1, is_urgent=True)
    _, calm = report_by(line, 2, "4th & Main")
    shown = ana.get("/console/now").text
    assert f'data-urgent="{urgent}"' in shown
    assert f'data-urgent="{calm}"' not in shown
    assert shown.index(urgent) < shown.index(calm)
    assert "now.js" in shown
    listed = ana.get("/console/incidents").text
    assert listed.index(urgent) < listed.index(calm)


def test_nobody_is_named_on_any_page(line: Line, ana: Browser) -> None:
    report, code = report_by(line, 123)
    for path in (
        "/console/now",
        "/console/reports",
        f"/console/reports/{report}",
        f"/console/incidents/{code}",
    ):
        said = words(ana, path)
        assert "555" not in said.replace("500-555-0006", "")
        if report in path or code in path:
            assert "contact #" in said


def test_the_whole_way_of_an_incident(line: Line, ana: Browser) -> None:
    _, code = report_by(line, 1)
    root = f"/console/incidents/{code}"
    said = words(ana, root)
    assert "Not yet. One of these ways must be complete:" in said
    assert "Independent first-hand reports of the last 30 minutes: 1 more." in said
    assert 'value="1st &amp; Soto"' in ana.get(root).text  # the reporter's own cross streets are proposed
    goes(
        ana, f"{root}/describe", cross_streets="1st & Soto", zip="90033", activity="parking_lot", agency="ice"
    )
    goes(ana, f"{root}/ask")
    assert read(line, code).state == "verifying"
    says(line, verifier(0), f"GO {code}")
    assert "Vera0: goes" in words(ana, root)
    refused = ana.post(f"{root}/step/confirmed", {"reason": "I think so"})
    assert refused.status_code == 409
    assert "something is still missing" in refused.text
    says(line, verifier(0), f"SEEN {code} two vans")
    assert "Yes: nothing is missing." in words(ana, root)
    assert "two vans" in words(ana, root)
    goes(ana, f"{root}/step/confirmed", reason="Vera0 is there")
    shown = ana.get(root).text
    assert f"/console/alerts/new?incident={code}" in shown
    assert "Being verified → Confirmed" in words(ana, root)
    for _ in range(2):  # a session left alone for half an hour ends
        line.clock.pass_(minutes=16)  # type: ignore[attr-defined]
        words(ana, root)
    assert "It was seen too long ago for an alert" in words(ana, root)
    goes(ana, f"{root}/step/closed", reason="they left")
    assert code in words(ana, "/console/incidents?show=done")
    assert "No incident is open" in words(ana, "/console/incidents")


def test_what_is_grave_says_before_whether_it_can_be_undone(line: Line, ana: Browser) -> None:
    code = described(line)
    assert "This cannot be undone." in words(ana, f"/console/incidents/{code}/step/closed")
    assert ana.get(f"/console/incidents/{code}/step/nowhere").status_code == 404
    refused = ana.post(f"/console/incidents/{code}/step/closed", {"reason": ""})
    assert refused.status_code == 409
    assert "Write down why" in refused.text
    illegal = ana.post(f"/console/incidents/{code}/step/confirmed", {"reason": "because"})
    assert "This step does not exist" in illegal.text


def test_what_was_typed_stays_when_it_is_refused(line: Line, ana: Browser) -> None:
    code = described(line)
    refused = ana.post(f"/console/incidents/{code}/describe", {"cross_streets": "1234 Soto", "zip": "90033"})
    assert refused.status_code == 409
    assert 'value="1234 Soto"' in refused.text
    assert "no house number" in refused.text


def test_staff_write_a_report_down_by_hand(line: Line, ana: Browser) -> None:
    empty = ana.post("/console/reports/new", {"source": "voicemail", "seen": "now"})
    assert empty.status_code == 409
    led = goes(ana, "/console/reports/new", source="site", place="Soto School", seen="now", urgent="yes")
    said = words(ana, led)
    assert "Site contact" in said
    assert "Soto School" in said
    assert "URGENT" in said
    code = led.rpartition("/")[2]
    assert goes(ana, "/console/reports/new", place="there too", incident=code) == led
    assert "there too" in words(ana, led)


def test_the_same_corner_is_offered_for_merging_and_can_be_separated(line: Line, ana: Browser) -> None:
    _, first = report_by(line, 1)
    _, second = report_by(line, 2, "Soto y la primera")
    assert f"Merge {second} into this one" in words(ana, f"/console/incidents/{first}")
    assert "This can be undone." in words(ana, f"/console/incidents/{second}/merge/{first}")
    led = goes(ana, f"/console/incidents/{second}/merge/{first}", reason="same corner")
    assert led == f"/console/incidents/{first}"
    assert "Soto y la primera" in words(ana, led)
    assert f"Merged with {second}" in words(ana, led)
    assert "It is part of another incident now" in words(ana, f"/console/incidents/{second}")
    goes(ana, f"/console/incidents/{second}/unmerge", reason="two corners")
    assert "Soto y la primera" not in words(ana, led)


def test_a_dispatcher_puts_on_record_what_they_were_told(line: Line, ana: Browser) -> None:
    report, code = report_by(line, 1, seen="earlier", media=("https://api.example.org/photo",))
    root = f"/console/incidents/{code}"
    goes(ana, f"{root}/observe", kind="first_hand", report=report)
    goes(ana, f"{root}/observe", kind="photo_checked", report=report)
    goes(ana, f"{root}/observe", kind="on_scene", observer="Vera1", finding="seen", minutes="4")
    said = words(ana, root)
    assert "First-hand report" in said
    assert "Photo checked" in said
    assert "Yes: nothing is missing." in said
    assert ana.post(f"{root}/observe", {"kind": "statement"}).status_code == 409
    assert ana.post(f"{root}/observe", {"kind": "gossip"}).status_code == 400


def test_an_override_takes_two_people_and_stays_flagged(line: Line, ana: Browser, bo: Browser) -> None:
    code = described(line)
    root = f"/console/incidents/{code}"
    short = ana.post(f"{root}/override", {"reason": "hurry"})
    assert short.status_code == 409
    goes(ana, f"{root}/override", reason="The church phoned, agents are inside")
    assert ana.get(f"{root}/override/agree").status_code == 403
    assert "Ana asks for an emergency override" in words(bo, root)
    goes(bo, f"{root}/override/agree", reason="I know that church")
    assert "Confirmed by an emergency override" in words(ana, root)
    goes(ana, f"{root}/step/closed", reason="over")
    assert "Overridden" in words(ana, root)


def test_a_verifier_sees_and_changes_nothing(line: Line, client: TestClient) -> None:
    code = described(line)
    with transaction(line.database) as db:
        db.execute(text("UPDATE person SET roles = '{verifier}' WHERE name = 'Bo'"))
    vera = sign_in_as(client, line, BO.id)
    shown = vera.get(f"/console/incidents/{code}").text
    assert 'method="post" action="/console/incidents' not in shown
    assert vera.post(f"/console/incidents/{code}/ask").status_code == 403
    assert vera.get("/console/reports/new").status_code == 403


def test_lists_page_by_key(line: Line, ana: Browser) -> None:
    codes = [report_by(line, number, "4th & Main")[1] for number in range(53)]
    first = ana.get("/console/incidents").text
    assert sum(f">{code}</a>" in first for code in codes) == 50
    [older] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = ana.get(older.replace("&amp;", "&")).text
    assert sum(f">{code}</a>" in second for code in codes) == 3
    [more] = re.findall(r'rel="next" href="([^"]+)"', ana.get("/console/reports").text)
    assert "R000" in ana.get(more).text
    assert ana.get("/console/incidents?after=nonsense").status_code == 200


def test_what_is_not_there_is_not_found(ana: Browser) -> None:
    for path in ("/console/incidents/ZZZZ", "/console/reports/ZZZZ", "/console/incidents/ZZZZ/unmerge"):
        assert ana.get(path).status_code == 404


def test_words_of_callers_are_shown_as_words(line: Line, ana: Browser) -> None:
    _, code = report_by(line, 1, "<script>alert(1)</script>")
    for path in ("/console/now", "/console/reports", "/console/incidents", f"/console/incidents/{code}"):
        assert "<script>alert" not in ana.get(path).text


def test_pages_speak_spanish(line: Line, client: TestClient) -> None:
    with transaction(line.database) as db:
        db.execute(text("UPDATE person SET language = 'es' WHERE name = 'Ana'"))
    ana = sign_in_as(client, line, ANA.id)
    code = described(line)
    sees(line, code, verifier(0))
    said = words(ana, f"/console/incidents/{code}")
    assert f"Incidente {code}" in said
    assert "en el lugar" in said.lower()
    assert "Ahora" in words(ana, "/console/now")


def test_people_who_are_on_duty_are_counted(line: Line, client: TestClient) -> None:
    roster = Roster(
        (replace(ANA, roles=frozenset({"dispatcher"})), verifier(1), verifier(2, is_available=False))
    )
    with console(replace(line, people=lambda: roster)) as opened:
        ana = sign_in_as(opened, line, ANA.id)
        said = words(ana, "/console/now")
    assert "Verifiers 1" in said


def test_pictures_come_through_us_and_only_to_who_checks_them(line: Line, ana: Browser, bo: Browser) -> None:
    report, code = report_by(line, 1, media=("https://api.example.org/photo",))
    address = f"/console/reports/{report}/pictures/1"
    assert address in ana.get(f"/console/incidents/{code}").text
    shown = ana.get(address)
    assert shown.headers["content-type"] == "image/png"
    assert shown.content.endswith(b"/photo")
    assert bo.get(address).status_code == 403
    for other in (f"/console/reports/{report}/pictures/2", "/console/reports/ZZZZ/pictures/1"):
        assert ana.get(other).status_code == 404
    assert ana.get("/console/observations/1/pictures/1").status_code == 404


def test_now_is_followed_without_loading_it_again(line: Line, client: TestClient, ana: Browser) -> None:
    _, code = report_by(line, 1, is_urgent=True)
    state = client.app._inside.state  # type: ignore[attr-defined]
    state.desk = replace(state.desk, live=Live(0.01, 0.1))
    told = ana.get("/console/now/live")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert f'data-urgent="{code}"' in told.text
    assert all(part.startswith(("data:", ":")) for part in told.text.split("\n") if part)
    assert "<h1" not in told.text
