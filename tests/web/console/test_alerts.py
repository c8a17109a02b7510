"""Alerts in the browser: composed, released by another person, followed, steered, and followed up."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.catalogs import load_catalogs
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.roster import Board
from hotline.settings import ROOT
from hotline.store.database import transaction
from hotline.web.console.build import add_console
from hotline.web.console.desk import Desk
from hotline.web.console.frame import add_answers
from hotline.web.console.live import Live
from hotline.web.console.templates import Templates
from tests.incidents import described
from tests.lines import Clock, Wakes, make_line
from tests.notices import ask_for
from tests.people import draft_actual, staff_texts, subscribe
from tests.web.console.visitors import PUBLIC, Browser, console, sign_in

TEST = {"kind": "test", "area": "boyle_heights", "ends_at": "90"}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    clock = Clock()
    made = make_line(database, flow, network, clock=clock)
    return replace(made, people=Fresh(made))


class Fresh:
    """The roster as the database has it at every question."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def __call__(self) -> Any:
        return Board(self._line.database, self._line.keyring, self._line.clock)()


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def rosa(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["dispatcher"], "Rosa")


@pytest.fixture
def luz(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["approver"], "Luz", "es")


def confirmed(line: Line) -> str:
    code = described(line, 70)
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE incident SET state = 'confirmed', overridden_at = :now"), {"now": line.clock()}
        )
    return code


def code_of(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


def drafted(browser: Browser, **fields: Any) -> str:
    return code_of(browser.post("/console/alerts", TEST | fields))


def released(luz: Browser, code: str) -> str:
    answer = luz.post(f"/console/alerts/{code}/release", {"checked": "yes"})
    assert code_of(answer) == code
    return code


def write_rows(line: Line) -> None:
    assert isinstance(line.queue, Wakes)
    for job, identifier in line.queue.jobs:
        if job == "fan_out" and identifier:
            while fan_out(line, identifier, line.clock()):
                pass


def test_an_empty_list_says_where_to_begin(rosa: Browser) -> None:
    page = rosa.get("/console/alerts")
    assert page.status_code == 200
    assert "No alerts yet" in page.text
    assert 'href="/console/alerts/new"' in page.text


def test_the_list_pages_by_key(rosa: Browser, line: Line) -> None:
    codes = [drafted(rosa) for _ in range(33)]
    first = rosa.get("/console/alerts").text
    assert all(code in first for code in codes[3:])
    assert not any(f'/{code}"' in first for code in codes[:3])
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert all(code in rosa.get(older[1]).text for code in codes[:3])


def test_a_preview_shows_every_language_people_parts_and_cost(rosa: Browser, line: Line) -> None:
    for number, language in ((1, "es"), (2, "es"), (3, "en")):
        subscribe(line, number, language=language)
    page = rosa.post("/console/alerts/preview", TEST, headers={"hx-request": "true"})
    assert page.status_code == 200
    assert "<html" not in page.text
    assert 'lang="es"' in page.text
    assert 'lang="en"' in page.text
    assert "This is a test of our alerts." in page.text
    assert "GSM-7" in page.text
    assert "$0.0" in page.text
    assert re.search(r"<dt>People</dt><dd>3</dd>", page.text)
    assert re.search(r"90033</th>\s*<td class=\"amount\">1</td>", page.text)


def test_a_preview_keeps_nothing(rosa: Browser, line: Line) -> None:
    rosa.post("/console/alerts/preview", TEST)
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM alert")) == 0


def test_the_preview_is_a_whole_page_without_scripts(rosa: Browser) -> None:
    page = rosa.post("/console/alerts/preview", TEST)
    assert "<html" in page.text
    assert 'value="boyle_heights" selected' in page.text


def test_letters_that_cost_extra_are_marked(rosa: Browser, line: Line, flow: Flow) -> None:
    fields = {"kind": "food_notice", "place": "Iglesia San Martín", "day": "2026-03-03"}
    fields |= {"start": "09:00", "end": "10:00"}
    page = rosa.post("/console/alerts/preview", fields, headers={"hx-request": "true"})
    assert "<mark>í</mark>" in page.text
    assert "UCS-2" in page.text
    assert "cost more: í" in page.text


def test_a_house_number_is_refused_beside_its_field(rosa: Browser, line: Line) -> None:
    fields = {"kind": "rumor_check", "place": "1234 Soto St", "seen_at": "5"}
    page = rosa.post("/console/alerts", fields)
    assert page.status_code == 422
    assert re.search(r'id="w-place"|id="w-cross_streets"', page.text)
    assert "no house number" in page.text


def test_an_alert_is_composed_from_its_incident(rosa: Browser, line: Line) -> None:
    subscribe(line, 1)
    incident = confirmed(line)
    form = rosa.get(f"/console/alerts/new?incident={incident}")
    assert 'value="1st &amp; Soto"' in form.text
    assert 'value="boyle_heights" selected' in form.text
    assert 'value="parking_lot" selected' in form.text
    assert "Emergency override" in form.text
    code = drafted(
        rosa,
        kind="actual",
        incident=incident,
        agency="ice",
        activity="parking_lot",
        cross_streets="1st & Soto",
    )
    page = rosa.get(f"/console/alerts/{code}").text
    assert "VERIFICADO" in page
    assert "Emergency override" in page


def test_an_alert_from_nothing_or_from_what_is_not_confirmed_cannot_be_composed(
    rosa: Browser, line: Line
) -> None:
    assert rosa.get("/console/alerts/new?incident=ZZZZ").status_code == 404
    incident = described(line, 71)
    fields = {"kind": "actual", "incident": incident, "agency": "ice", "activity": "parking_lot"}
    page = rosa.post("/console/alerts", TEST | fields | {"cross_streets": "1st & Soto"})
    assert page.status_code == 422
    assert "Nothing unverified goes out" in page.text


def test_another_person_reads_it_again_and_releases_it(rosa: Browser, luz: Browser, line: Line) -> None:
    subscribe(line, 1)
    code = drafted(rosa)
    page = luz.get(f"/console/alerts/{code}/release")
    assert "Rosa" in page.text
    assert "Esta es una prueba" in page.text
    unread = luz.post(f"/console/alerts/{code}/release")
    assert unread.status_code == 422
    released(luz, code)
    write_rows(line)
    shown = rosa.get(f"/console/alerts/{code}").text
    assert "Going out" in shown
    assert "Released by" in shown
    assert "0 of 1 have left here." in shown


def test_whoever_wrote_it_cannot_release_it(client: TestClient, line: Line) -> None:
    subscribe(line, 1)
    both = sign_in(client, line, ["approver", "dispatcher"], "Eva")
    code = drafted(both)
    assert "You cannot release this one" in both.get(f"/console/alerts/{code}/release").text
    refused = both.post(f"/console/alerts/{code}/release", {"checked": "yes"})
    assert refused.status_code == 422
    assert "Another person than the author" in refused.text
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM broadcast")) == 0


def test_a_dispatcher_alone_releases_nothing(rosa: Browser, client: TestClient, line: Line) -> None:
    subscribe(line, 1)
    other = sign_in(client, line, ["dispatcher"], "Iris")
    code = drafted(rosa)
    assert other.post(f"/console/alerts/{code}/release", {"checked": "yes"}).status_code == 403


def test_the_word_is_asked_for_by_text(rosa: Browser, luz: Browser, line: Line) -> None:
    subscribe(line, 1)
    code = drafted(rosa)
    assert '<option value="Luz">' in rosa.get(f"/console/alerts/{code}").text
    rosa.post(f"/console/alerts/{code}/ask", {"second": "Luz"})
    assert f"Release alert {code} by Rosa" in staff_texts(line)[-1]


def test_a_draft_is_withdrawn_after_a_question(rosa: Browser, line: Line) -> None:
    code = drafted(rosa)
    assert "cannot be brought back" in rosa.get(f"/console/alerts/{code}/withdraw").text
    rosa.post(f"/console/alerts/{code}/withdraw")
    assert "Withdrawn" in rosa.get(f"/console/alerts/{code}").text


def test_sending_is_paused_resumed_and_stopped_each_after_a_question(
    rosa: Browser, luz: Browser, line: Line
) -> None:
    subscribe(line, 1)
    code = released(luz, drafted(rosa))
    write_rows(line)
    for act, state in (("pause", "Paused"), ("resume", "Going out"), ("stop", "Stopped")):
        assert f"/console/alerts/{code}/{act}" in luz.get(f"/console/alerts/{code}/{act}").text
        assert luz.post(f"/console/alerts/{code}/{act}").status_code == 303
        assert state in rosa.get(f"/console/alerts/{code}").text
        assert rosa.post(f"/console/alerts/{code}/{act}").status_code == 403
    assert luz.get(f"/console/alerts/{code}/delete").status_code == 404


def test_the_moving_part_is_sent_again_in_the_language_of_the_page(line: Line) -> None:
    subscribe(line, 1)
    app = FastAPI(openapi_url=None)
    add_answers(app)
    live = Live(tick_s=0.02, longest_s=0.3)
    add_console(app, Desk(line, Templates(), live, load_catalogs(ROOT / "locales"), PUBLIC))
    with TestClient(app, base_url=PUBLIC) as client:
        rosa = sign_in(client, line, ["dispatcher"], "Rosa")
        luz = sign_in(client, line, ["approver"], "Luz", "es")
        code = released(luz, drafted(rosa))
        write_rows(line)
        for browser, words in ((luz, "Ya salieron 0 de 1."), (rosa, "0 of 1 have left here.")):
            answer = browser.get(f"/console/alerts/{code}/live")
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert words in answer.text
            assert "<html" not in answer.text
            assert "csrf" not in answer.text
        assert rosa.get("/console/alerts/ZZZZ/live").status_code == 404


def test_failures_are_told_by_reason_in_words(rosa: Browser, luz: Browser, line: Line) -> None:
    subscribe(line, 1)
    code = released(luz, drafted(rosa))
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO delivery_tally (broadcast_id, status, reason, code, change, created_at)"
                " SELECT id, 'undelivered', 'bad_number', 30006, 3, :now FROM broadcast"
            ),
            {"now": line.clock()},
        )
    page = luz.get(f"/console/alerts/{code}").text
    assert "Un teléfono fijo" in page
    assert "A landline" in rosa.get(f"/console/alerts/{code}").text


def test_what_follows_is_one_click_away_and_filled_in(rosa: Browser, luz: Browser, line: Line) -> None:
    subscribe(line, 1)
    incident = confirmed(line)
    first = {"agency": "ice", "activity": "parking_lot", "cross_streets": "1st & Soto"}
    code = released(luz, drafted(rosa, kind="actual", incident=incident, **first))
    write_rows(line)
    page = rosa.get(f"/console/alerts/{code}").text
    for kind in ("update", "all_clear", "correction"):
        address = f"/console/alerts/new?kind={kind}&follows={code}"
        assert address.replace("&", "&amp;") in page
        assert rosa.get(address).status_code == 200
    later = drafted(rosa, kind="update", follows=code, change="arrests")
    assert code in rosa.get(f"/console/alerts/{later}").text
    assert later in rosa.get(f"/console/alerts/{code}").text
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE alert SET kind = 'all_clear', state = 'released' WHERE code = :code"),
            {"code": later},
        )
    assert "kind=update" not in rosa.get(f"/console/alerts/{code}").text  # it is over: nothing follows


@pytest.mark.parametrize(
    "kind", ["kyr_reminder", "event", "food_notice", "official_notice", "rumor_check", "exercise", "test"]
)
def test_every_kind_has_its_form_in_both_languages(rosa: Browser, luz: Browser, kind: str) -> None:
    for browser, words in ((rosa, "Save as a draft"), (luz, "Guardar como borrador")):
        page = browser.get(f"/console/alerts/new?kind={kind}")
        assert page.status_code == 200
        assert words in page.text


def test_an_event_is_drafted_from_its_form(rosa: Browser, luz: Browser, line: Line) -> None:
    ask_for(line, 1, "event")
    fields = {"kind": "event", "event": "rights_workshop", "place": "Example Center", "day": "2026-03-03"}
    fields |= {"start": "18:00", "end": "20:00", "area": "", "ends_at": ""}
    answer = rosa.post("/console/alerts", {**fields, "languages": ["es", "en"]})
    code = released(luz, code_of(answer))
    assert "in Spanish and English" in rosa.get(f"/console/alerts/{code}").text


def test_a_form_that_is_bent_is_refused(rosa: Browser) -> None:
    for kind in ("expired", "school_partner", "nonsense", "update"):
        assert rosa.post("/console/alerts", TEST | {"kind": kind}).status_code == 404
    assert rosa.post("/console/alerts", TEST | {"ends_at": "99999"}).status_code == 422
    assert rosa.post("/console/alerts", TEST | {"ends_at": "-1", "area": "x'"}).status_code == 422


def test_names_in_a_place_are_shown_as_words_never_as_markup(rosa: Browser) -> None:
    fields = {"kind": "food_notice", "place": "A <b>bold</b> place", "day": "2026-03-03"}
    page = rosa.post("/console/alerts/preview", fields | {"start": "09:00", "end": "10:00"})
    assert "<b>bold" not in page.text


def test_a_stranger_to_alerts_sees_nothing_of_them(client: TestClient, line: Line) -> None:
    vera = sign_in(client, line, ["verifier"], "Vera")
    assert vera.get("/console/alerts").status_code == 200
    assert vera.get("/console/alerts/new").status_code == 403
    assert vera.get("/console/alerts/ZZZZ").status_code == 404


def test_an_all_clear_that_no_phone_would_get_goes_to_the_feed_and_says_so(
    rosa: Browser, luz: Browser, line: Line
) -> None:
    subscribe(line, 1)
    code = draft_actual(line)
    released(luz, code)
    write_rows(line)
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET status = 'failed'"))
    fields = {"kind": "all_clear", "follows": code, "basis": "verifier_on_scene"}
    fields |= {"observer": "V7", "seen_at": "5", "ends_at": "90"}
    assert "goes to the public feed alone" in rosa.post("/console/alerts/preview", fields).text
    over = code_of(rosa.post("/console/alerts", fields))
    assert "en el canal público" in luz.get(f"/console/alerts/{over}/release").text
    released(luz, over)
