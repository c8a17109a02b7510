"""Sites in the browser: contacts, flyers, and telling those near an incident."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store import incidents, site_contacts
from hotline.store.database import transaction
from tests.lines import JOHN, MARIA, NOON, make_line
from tests.web.console.visitors import Browser, console, sign_in

SCHOOL = {
    "name": "Escuela Ejemplo",
    "kind": "school",
    "zip": "90033",
    "place": "1st & Soto",
    "plan": "Lock the gate.\nCall families.",
}
CONTACT = {"person": "Maria E.", "number": MARIA.e164, "language": "es", "role": "principal", "note": ""}


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def admin(client: TestClient, line: Line) -> Browser:
    return sign_in(client, line, ["admin"], name="Ada")


def add(admin: Browser, **changes: str) -> str:
    """A site; its address."""
    made = admin.post("/console/sites/new", SCHOOL | changes)
    assert made.status_code == 303
    return made.headers["location"]


def add_confirmed(line: Line, admin: Browser, number: PhoneNumber = MARIA, **changes: str) -> str:
    path = add(admin, **changes)
    assert admin.post(f"{path}/contacts", CONTACT | {"number": number.e164}).status_code == 303
    with transaction(line.database) as db:
        contact_id = db.scalar(text("SELECT max(id) FROM site_contact"))
        site_contacts.answered(db, contact_id, "confirmed", NOON)
    return path


def confirmed_incident(line: Line) -> str:
    with transaction(line.database) as db:
        made = incidents.add(db, line.keyring, "QX77", False, "90033", {"cross_streets": "1st & Soto"}, NOON)
        assert made is not None
        incidents.move(db, made, "confirmed", NOON)
        incidents.override(db, made, NOON)
    return "/console/incidents/QX77/sites"


def site_texts(line: Line) -> int:
    with transaction(line.database) as db:
        return int(db.scalar(text("SELECT count(*) FROM message WHERE kind = 'site'")) or 0)


def test_an_empty_list_says_what_a_site_is(admin: Browser) -> None:
    assert "whose people want to be told first" in admin.get("/console/sites").text


def test_a_site_has_a_code_a_plan_and_a_flyer(admin: Browser) -> None:
    path = add(admin)
    shown = admin.get(path).text
    assert "Lock the gate." in shown
    assert path.rsplit("/", 1)[1] in shown
    pdf = admin.get(f"{path}/flyer.pdf")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_site_is_changed_and_what_is_wrong_is_said_at_its_field(admin: Browser) -> None:
    path = add(admin)
    wrong = admin.post(f"{path}/edit", SCHOOL | {"place": "1234 Soto Street"})
    assert (wrong.status_code, 'id="w-place"' in wrong.text) == (422, True)
    admin.post(f"{path}/edit", SCHOOL | {"name": "Escuela Nueva", "kind": "hotel"})
    assert "Escuela Nueva" in admin.get(path).text


def test_a_contact_is_asked_by_text_and_their_number_never_shown(line: Line, admin: Browser) -> None:
    path = add(admin)
    assert admin.post(f"{path}/contacts", CONTACT).status_code == 303
    shown = admin.get(path).text
    assert "Maria E." in shown
    assert "5550101" not in shown
    assert "asked, not confirmed" in shown
    assert ("messages", None) in line.queue.jobs  # type: ignore[attr-defined]
    assert site_texts(line) == 1


def test_a_wrong_number_is_said_at_its_field(admin: Browser) -> None:
    path = add(admin)
    answer = admin.post(f"{path}/contacts", CONTACT | {"number": "+1415" + "8675309"})
    assert (answer.status_code, "reach nobody only" in answer.text) == (422, True)
    assert 'id="w-number"' in answer.text


def test_a_contact_is_erased_after_a_page_that_says_it_cannot_be_undone(line: Line, admin: Browser) -> None:
    path = add_confirmed(line, admin)
    with transaction(line.database) as db:
        contact_id = db.scalar(text("SELECT id FROM site_contact"))
    asked = admin.get(f"{path}/contacts/{contact_id}/remove").text
    assert "cannot be undone" in asked
    admin.post(f"{path}/contacts/{contact_id}/remove")
    assert "Maria E." not in admin.get(path).text
    assert admin.get(f"{path}/contacts/{contact_id}/remove").status_code == 404


def test_a_closed_site_is_gone_with_its_contacts(line: Line, admin: Browser) -> None:
    path = add_confirmed(line, admin)
    assert "cannot be undone" in admin.get(f"{path}/close").text
    admin.post(f"{path}/close")
    assert admin.get(path).status_code == 404
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM site_contact")) == 0


def test_the_list_pages_by_name(admin: Browser) -> None:
    for n in range(55):
        add(admin, name=f"School {n:02}")
    first = admin.get("/console/sites").text
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = admin.get(after).text
    assert [f"School {n:02}" in first for n in (0, 49, 50)] == [True, True, False]
    assert [f"School {n:02}" in second for n in (49, 50, 54)] == [False, True, True]


def test_a_dispatcher_tells_the_sites_near_an_incident_once(
    client: TestClient, line: Line, admin: Browser
) -> None:
    school = add_confirmed(line, admin)
    add_confirmed(line, admin, JOHN, name="Hotel Far", kind="hotel", zip="94110")
    path, before = confirmed_incident(line), site_texts(line)
    rosa = sign_in(client, line, ["dispatcher"])
    shown = rosa.get(path).text
    assert "Escuela Ejemplo" in shown
    assert "Hotel Far" not in shown
    code = school.rsplit("/", 1)[1]
    for _ in range(2):
        rosa.post(path, {"site": [code]})
    assert site_texts(line) == before + 1
    assert "Not yet told that it is over: 1" in rosa.get(path).text
    rosa.post(f"{path}/ended")
    assert site_texts(line) == before + 2


def test_an_incident_that_is_not_confirmed_is_told_to_nobody(
    client: TestClient, line: Line, admin: Browser
) -> None:
    school = add_confirmed(line, admin)
    with transaction(line.database) as db:
        incidents.add(db, line.keyring, "QX77", False, "90033", {}, NOON)
    rosa, before = sign_in(client, line, ["dispatcher"]), site_texts(line)
    path = "/console/incidents/QX77/sites"
    assert "disabled" in rosa.get(path).text
    rosa.post(path, {"site": [school.rsplit("/", 1)[1]]})
    assert site_texts(line) == before


def test_an_unknown_incident_has_no_sites(client: TestClient, line: Line) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    assert rosa.get("/console/incidents/ZZZZ/sites").status_code == 404
    assert rosa.post("/console/incidents/ZZZZ/sites", {"site": ["K7Q2"]}).status_code == 404


@pytest.mark.parametrize("role", ["verifier", "approver", "admin"])
def test_only_dispatchers_tell_sites(client: TestClient, line: Line, role: str) -> None:
    path = confirmed_incident(line)
    other = sign_in(client, line, [role])  # type: ignore[list-item]
    assert (other.get(path).status_code, other.post(path).status_code) == (403, 403)


def test_a_dispatcher_reads_sites_and_changes_none(client: TestClient, line: Line, admin: Browser) -> None:
    path = add(admin)
    rosa = sign_in(client, line, ["dispatcher"])
    assert "/edit" not in rosa.get(path).text
    assert rosa.post(f"{path}/contacts", CONTACT).status_code == 403


def test_what_people_write_is_escaped(admin: Browser) -> None:
    path = add(admin, name="<script>x</script>", plan="<img src=x>")
    shown = admin.get(path).text
    assert "<script>x" not in shown
    assert "<img src=x>" not in shown


def settle(line: Line, status: str, code: int | None = None) -> None:
    with transaction(line.database) as db:
        change = "UPDATE message SET status = :status, code = :code, settled_at = :now WHERE kind = 'site'"
        db.execute(text(change), {"status": status, "code": code, "now": NOON})


def test_the_page_shows_who_was_told_and_where_each_text_is(
    client: TestClient, line: Line, admin: Browser
) -> None:
    path = add_confirmed(line, admin)
    rosa, page = sign_in(client, line, ["dispatcher"]), confirmed_incident(line)
    assert "Who was told" not in rosa.get(page).text
    rosa.post(page, {"site": path.rsplit("/", 1)[1]})
    shown = rosa.get(page).text
    for said in ("Who was told", "Escuela Ejemplo", "Maria E.", "what was confirmed", "pending: 1", "Rosa"):
        assert said in shown
    assert f'hx-sse:connect="{page}/live"' in shown, "what moves is followed"
    assert "5550101" not in shown
    settle(line, "undelivered", 30003)
    shown = rosa.get(page).text
    assert "undelivered: 1" in shown
    assert "no signal" in shown
    assert "/live" not in shown, "what stands still is not followed"
    settle(line, "delivered")
    assert "delivered: 1" in rosa.get(page).text
    rosa.post(f"{page}/ended")
    assert "that it is over" in rosa.get(page).text


def test_a_text_that_is_not_kept_any_more_still_says_who_was_told(
    client: TestClient, line: Line, admin: Browser
) -> None:
    path = add_confirmed(line, admin)
    rosa, page = sign_in(client, line, ["dispatcher"]), confirmed_incident(line)
    rosa.post(page, {"site": path.rsplit("/", 1)[1]})
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM message"))
    shown = rosa.get(page).text
    assert "Maria E." in shown
    assert "Not kept any more" in shown


def test_an_unknown_incident_has_nothing_to_follow(client: TestClient, line: Line) -> None:
    rosa = sign_in(client, line, ["dispatcher"])
    assert rosa.get("/console/incidents/ZZZZ/sites/live").status_code == 404
