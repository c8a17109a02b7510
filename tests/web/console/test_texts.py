"""Reviewers see what waits, decide in their own name, and nothing counts before it should."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.text_history import compare, one_text
from hotline.store import reviews
from hotline.store.database import transaction
from tests.lines import NOON, make_line
from tests.web.console.visitors import Browser, console, sign_in

LEGAL, PLAIN = "home", "menu"
REVIEW = {"by": "Lic. Sol, attorney", "on": "2026-03-02", "language_by": "Luz", "language_on": "2026-03-02"}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


def seen(browser: Browser, text_id: str) -> list[str]:
    page = browser.get(f"/console/texts/{text_id}").text
    return list(dict.fromkeys(re.findall(r'name="seen" value="(\w+)"', page)))


def approve(browser: Browser, text_id: str, **changes: object) -> int:
    fields = {**REVIEW, "seen": seen(browser, text_id), **changes}
    return int(browser.post(f"/console/texts/{text_id}/approve", fields).status_code)


def confirm(browser: Browser, text_id: str) -> int:
    fields = {"seen": seen(browser, text_id)}
    return int(browser.post(f"/console/texts/{text_id}/confirm", fields).status_code)


def standing(line: Line, text_id: str) -> str:
    one = one_text(line, text_id, NOON)
    assert one is not None
    return one.standing


def reworded(line: Line, text_id: str, before: str, after: str) -> Line:
    """The line after somebody changed a word in the files."""
    old = line.flow.texts[text_id]
    sms = {**old.sms, "en": old.sms["en"].replace(before, after)}
    assert sms != old.sms
    texts = {**line.flow.texts, text_id: old.model_copy(update={"sms": sms})}
    return replace(line, flow=line.flow.model_copy(update={"texts": texts}))


def test_the_queue_shows_what_waits_and_leads_to_it(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ["approver"])
    page = browser.get("/console/texts").text
    assert f'href="/console/texts/{LEGAL}"' in page
    assert "Never approved" in page
    assert "Nothing waits for review" in browser.get("/console/texts?show=overdue").text


def test_a_page_shows_both_languages_as_they_are_said(line: Line, client: TestClient) -> None:
    page = sign_in(client, line, ["verifier"]).get(f"/console/texts/{LEGAL}").text
    assert "HOME: You can keep the door closed." in page
    assert "CASA: Puede dejar la puerta cerrada." in page
    assert "/approve" not in page, "who may only look is offered nothing else"


def test_a_text_that_is_no_law_is_approved_by_one(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ["approver"])
    assert approve(browser, PLAIN) == 303
    assert standing(line, PLAIN) == "approved"


def test_a_legal_text_counts_once_somebody_else_confirmed_it(line: Line, client: TestClient) -> None:
    rosa, luz = sign_in(client, line, ["approver"]), sign_in(client, line, ["admin"], name="Luz")
    assert approve(rosa, LEGAL) == 303
    assert standing(line, LEGAL) == "second"
    with transaction(line.database) as db:
        assert reviews.newest(db) == {}, "a proposal decides nothing"
    assert confirm(rosa, LEGAL) == 409
    assert "Somebody else" in rosa.post(f"/console/texts/{LEGAL}/confirm", {"seen": seen(rosa, LEGAL)}).text
    assert confirm(luz, LEGAL) == 303
    assert standing(line, LEGAL) == "approved"
    with transaction(line.database) as db:
        found = {review.second_by for review in reviews.newest(db).values()}
        acts = db.execute(text("SELECT actor, act FROM audit WHERE subject = 'home' ORDER BY id")).all()
    assert found == {"Luz"}
    assert [tuple(act) for act in acts] == [("Rosa", "text.propose"), ("Luz", "text.confirm")]


def test_who_reviewed_it_is_no_second_person(line: Line, client: TestClient) -> None:
    rosa, sol = sign_in(client, line, ["approver"]), sign_in(client, line, ["approver"], name="Lic. Sol")
    approve(rosa, LEGAL)
    assert confirm(sol, LEGAL) == 409
    assert standing(line, LEGAL) == "second"


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "Lic. Sol"},
        {"language_by": ""},
        {"on": "2026-03-09"},
        {"on": "2020-01-01"},
        {"seen": ["0" * 64]},
        {"seen": []},
    ],
)
def test_a_review_that_lacks_something_is_refused_with_the_words_kept(
    line: Line, client: TestClient, changes: dict[str, object]
) -> None:
    browser = sign_in(client, line, ["approver"])
    assert approve(browser, LEGAL, **changes) == 409
    assert standing(line, LEGAL) == "draft"


def test_a_day_that_is_none_is_not_read(line: Line, client: TestClient) -> None:
    assert approve(sign_in(client, line, ["approver"]), LEGAL, on="soon") == 422


def test_the_law_changed_blocks_a_text_everywhere_and_an_approval_lifts_it(
    line: Line, client: TestClient
) -> None:
    rosa, luz = sign_in(client, line, ["approver"]), sign_in(client, line, ["admin"], name="Luz")
    approve(rosa, LEGAL)
    confirm(luz, LEGAL)
    assert "can be undone" in rosa.get(f"/console/texts/{LEGAL}/block").text
    assert rosa.post(f"/console/texts/{LEGAL}/block", {"note": ""}).status_code == 422
    assert standing(line, LEGAL) == "approved"
    assert rosa.post(f"/console/texts/{LEGAL}/block", {"note": "new ruling"}).status_code == 303
    assert standing(line, LEGAL) == "blocked"
    with transaction(line.database) as db:
        of_text = [review for review in reviews.newest(db).values() if review.text_id == LEGAL]
    assert {review.decision for review in of_text} == {"blocked"}
    assert len(of_text) == 4, "both languages by text and by call"
    assert "new ruling" in rosa.get(f"/console/texts/{LEGAL}").text
    approve(luz, LEGAL)
    assert standing(line, LEGAL) == "blocked", "half an approval lifts nothing"
    confirm(rosa, LEGAL)
    assert standing(line, LEGAL) == "approved"


def test_a_changed_word_asks_again_and_shows_what_changed(line: Line) -> None:
    with console(line) as client:
        rosa, luz = sign_in(client, line, ["approver"]), sign_in(client, line, ["admin"], name="Luz")
        approve(rosa, LEGAL)
        confirm(luz, LEGAL)
    changed = reworded(line, LEGAL, "closed", "shut & locked")
    assert standing(changed, LEGAL) == "changed"
    with console(changed) as client:
        page = sign_in(client, changed, ["approver"], name="Max").get(f"/console/texts/{LEGAL}").text
    assert "<del>closed. </del>" in page
    assert "<ins>shut &amp; locked. </ins>" in page


def test_an_approval_of_before_wordings_were_kept_says_that_it_cannot_compare(line: Line) -> None:
    with console(line) as client:
        approve(sign_in(client, line, ["approver"]), PLAIN)
    with transaction(line.database) as db:
        db.execute(text("UPDATE text_review SET wording = NULL"))
    changed = reworded(line, PLAIN, "1", "one")
    with console(changed) as client:
        page = sign_in(client, changed, ["approver"], name="Max").get(f"/console/texts/{PLAIN}").text
    assert "not kept then" in page
    assert "<ins>" not in page


def test_an_approval_of_words_that_changed_meanwhile_is_refused(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ["approver"])
    old = seen(browser, PLAIN)
    changed = reworded(line, PLAIN, "1", "one")
    with console(changed) as client_of_now:
        now = sign_in(client_of_now, changed, ["approver"], name="Max")
        assert approve(now, PLAIN, seen=old) == 409


def test_recordings_are_listed_by_language(line: Line, client: TestClient) -> None:
    page = sign_in(client, line, ["approver"]).get("/console/texts/recordings").text
    assert "read by a machine" in page
    assert f'href="/console/texts/{LEGAL}"' in page


def test_words_that_came_and_went_are_told_apart() -> None:
    pieces = compare("Keep the door closed.", "Keep your door closed.")
    assert [(piece.kind, piece.words) for piece in pieces] == [
        ("same", "Keep "),
        ("del", "the "),
        ("ins", "your "),
        ("same", "door closed."),
    ]
    assert [piece.kind for piece in compare("same", "same")] == ["same"]
    assert [piece.kind for piece in compare("", "new")] == ["ins"]
