"""Anybody can follow verified alerts: Atom, and CAP 1.2 in the order and the words of the standard."""

import re
import threading
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, fromstring

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.notices import draft_notice
from hotline.operations.progress import cancel, pause, resume
from hotline.store.database import transaction
from hotline.web import feeds
from tests.lines import ANA, Clock, make_line
from tests.notices import FIELDS, ask_for
from tests.people import FreeRates, draft_actual, draft_test, follow_up, release, subscribe
from tests.web.api.programs import PUBLIC, desk_of

CAP: Final = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM: Final = "{http://www.w3.org/2005/Atom}"

# The schema of the standard (CAP-v1.2.xsd), written as tables: name, least, most (None: any number).
Table = tuple[tuple[str, int, int | None], ...]
ALERT: Final[Table] = (
    ("identifier", 1, 1), ("sender", 1, 1), ("sent", 1, 1), ("status", 1, 1), ("msgType", 1, 1),
    ("source", 0, 1), ("scope", 1, 1), ("restriction", 0, 1), ("addresses", 0, 1), ("code", 0, None),
    ("note", 0, 1), ("references", 0, 1), ("incidents", 0, 1), ("info", 0, None),
)  # fmt: skip
INFO: Final[Table] = (
    ("language", 0, 1), ("category", 1, None), ("event", 1, 1), ("responseType", 0, None),
    ("urgency", 1, 1), ("severity", 1, 1), ("certainty", 1, 1), ("audience", 0, 1),
    ("eventCode", 0, None), ("effective", 0, 1), ("onset", 0, 1), ("expires", 0, 1),
    ("senderName", 0, 1), ("headline", 0, 1), ("description", 0, 1), ("instruction", 0, 1),
    ("web", 0, 1), ("contact", 0, 1), ("parameter", 0, None), ("resource", 0, None), ("area", 0, None),
)  # fmt: skip
AREA: Final[Table] = (
    ("areaDesc", 1, 1), ("polygon", 0, None), ("circle", 0, None), ("geocode", 0, None),
    ("altitude", 0, 1), ("ceiling", 0, 1),
)  # fmt: skip
GEOCODE: Final[Table] = (("valueName", 1, 1), ("value", 1, 1))
WORDS: Final = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE",
        "Other",
    },
    "responseType": {
        "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
    },
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}  # fmt: skip
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d")
MOMENTS: Final = {"sent", "effective", "onset", "expires"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    made = make_line(database, flow, network, clock=clock)
    subscribe(made, 1)
    return made


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(feeds.router(desk_of(line)))
    with TestClient(app, base_url=PUBLIC) as opened:
        yield opened


def faults(element: Element, table: Table) -> list[str]:
    """Where an element is not as the schema says."""
    names = [child.tag.removeprefix(CAP) for child in element]
    order = [name for name, _, _ in table]
    found = [f"{name} is unknown" for name in names if name not in order]
    if not found and names != sorted(names, key=order.index):
        found.append(f"{names} are not in their order")
    for name, least, most in table:
        if not least <= names.count(name) <= (most if most is not None else len(names)):
            found.append(f"{name} stands {names.count(name)} times")
    for child in element:
        found += _value_faults(child.tag.removeprefix(CAP), (child.text or "").strip(), len(child))
    return found


def _value_faults(name: str, value: str, parts: int) -> list[str]:
    if name in WORDS and value not in WORDS[name]:
        return [f"{name}: {value}"]
    if name in MOMENTS and not MOMENT.fullmatch(value):
        return [f"{name}: {value}"]
    if name in {"identifier", "sender"} and re.search(r"[\s,<&]", value):
        return [f"{name}: {value}"]
    return [] if value or parts else [f"{name} is empty"]


def document_faults(root: Element) -> list[str]:
    found = [] if root.tag == f"{CAP}alert" else [root.tag]
    found += faults(root, ALERT)
    for info in root.iter(f"{CAP}info"):
        found += faults(info, INFO)
    for area in root.iter(f"{CAP}area"):
        found += faults(area, AREA)
    for geocode in root.iter(f"{CAP}geocode"):
        found += faults(geocode, GEOCODE)
    for reference in str(root.findtext(f"{CAP}references") or "").split():
        sender, _, rest = reference.partition(",")
        identifier, _, sent = rest.partition(",")
        if not (sender and identifier and MOMENT.fullmatch(sent)):
            found.append(f"references: {reference}")
    if root.findtext(f"{CAP}msgType") in {"Update", "Cancel"} and not root.findtext(f"{CAP}references"):
        found.append("an Update or a Cancel refers to something")
    return found


def read_document(client: TestClient, code: str) -> Element:
    answer = client.get(f"/feeds/alerts/{code}.cap")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/cap+xml"
    root = fromstring(answer.content)
    assert document_faults(root) == []
    return root


def entries(client: TestClient) -> dict[str, Element]:
    root = fromstring(client.get("/feeds/alerts.atom").content)
    assert root.tag == f"{ATOM}feed"
    for needed in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{needed}") is not None
    found = {}
    for entry in root.iter(f"{ATOM}entry"):
        for needed in ("id", "title", "updated", "summary"):
            assert entry.findtext(f"{ATOM}{needed}")
        found[str(entry.findtext(f"{ATOM}id")).rsplit("/", 1)[1].removesuffix(".cap")] = entry
    return found


def terms(entry: Element) -> set[str]:
    return {one.attrib["term"] for one in entry.iter(f"{ATOM}category")}


def actual(line: Line) -> str:
    """An alert that went out and reached who asked for it."""
    code = draft_actual(line)
    release(line, code)
    deliver(line, FreeRates(), threading.Event(), 5.0)  # type: ignore[arg-type]
    return code


def test_the_tables_see_what_is_wrong() -> None:
    wrong = fromstring(
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sender>a b</sender><identifier>x</identifier>'
        "<sent>2026-03-02T20:00:00Z</sent><status>Real</status><msgType>Update</msgType><extra/></alert>"
    )
    said = " ".join(document_faults(wrong))
    for fault in ("sender: a b", "extra is unknown", "sent: ", "status: Real", "scope stands 0", "refers to"):
        assert fault in said


def test_nothing_is_in_a_feed_before_it_is_released(line: Line, client: TestClient) -> None:
    code = draft_actual(line)
    assert entries(client) == {}
    assert client.get(f"/feeds/alerts/{code}.cap").status_code == 404


def test_a_released_alert_can_be_followed_in_both_languages(line: Line, client: TestClient) -> None:
    code = actual(line)
    root = read_document(client, code)
    assert root.findtext(f"{CAP}identifier") == code
    assert root.findtext(f"{CAP}sender") == "line.example.org"
    assert root.findtext(f"{CAP}sent") == "2026-03-02T12:00:00-08:00"
    infos = root.findall(f"{CAP}info")
    assert [info.findtext(f"{CAP}language") for info in infos] == ["es-US", "en-US"]
    for info in infos:
        assert "1st & Soto" in str(info.findtext(f"{CAP}description"))
        values = [one.findtext(f"{CAP}value") for one in info.iter(f"{CAP}geocode")]
        assert "90033" in values
    entry = entries(client)[code]
    assert {"actual", "current"} <= terms(entry)
    assert "1st & Soto" in str(entry.findtext(f"{ATOM}summary"))


def test_nobodys_name_is_in_it(line: Line, client: TestClient) -> None:
    code = actual(line)
    told = client.get(f"/feeds/alerts/{code}.cap").text + client.get("/feeds/alerts.atom").text
    for name in ("Ana", "Bo<", "V7", "+1"):
        assert name not in told


def test_whatever_a_demo_says_is_a_test(line: Line, client: TestClient) -> None:
    assert read_document(client, actual(line)).findtext(f"{CAP}status") == "Test"


def test_an_update_refers_to_the_first_and_an_all_clear_cancels_both(
    line: Line, client: TestClient, clock: Clock
) -> None:
    code = actual(line)
    clock.pass_(minutes=31)
    update = follow_up(line, "update", code, change="traffic_stops")
    release(line, update)
    clock.pass_(minutes=5)
    over = follow_up(line, "all_clear", code)
    release(line, over)
    root = read_document(client, update)
    assert root.findtext(f"{CAP}msgType") == "Update"
    assert root.findtext(f"{CAP}references") == f"line.example.org,{code},2026-03-02T12:00:00-08:00"
    root = read_document(client, over)
    assert root.findtext(f"{CAP}msgType") == "Cancel"
    assert [one.split(",")[1] for one in str(root.findtext(f"{CAP}references")).split()] == [code, update]
    assert {info.findtext(f"{CAP}responseType") for info in root.iter(f"{CAP}info")} == {"AllClear"}
    found = entries(client)
    assert list(found) == [over, update, code]
    assert "ended" in terms(found[code])
    assert found[code].findtext(f"{ATOM}updated") == found[over].findtext(f"{ATOM}updated")
    assert found[code].findtext(f"{ATOM}published") != found[code].findtext(f"{ATOM}updated")


def test_the_all_clear_of_an_alert_that_reached_nobody_is_a_cancel_with_its_references(
    line: Line, client: TestClient, clock: Clock
) -> None:
    code = draft_actual(line)
    release(line, code)  # nobody sends: no phone has it
    clock.pass_(minutes=5)
    over = follow_up(line, "all_clear", code)
    release(line, over)
    root = read_document(client, over)
    assert root.findtext(f"{CAP}msgType") == "Cancel"
    assert root.findtext(f"{CAP}references") == f"line.example.org,{code},2026-03-02T12:00:00-08:00"
    assert root.findtext(f"{CAP}sent") == "2026-03-02T12:05:00-08:00"
    assert root.findtext(f"{CAP}note")
    assert list(entries(client)) == [over, code]


def test_what_is_not_to_be_had_any_more_is_referred_to_and_not_linked(
    line: Line, client: TestClient, clock: Clock
) -> None:
    code = actual(line)
    over = follow_up(line, "all_clear", code)
    release(line, over)
    clock.pass_(seconds=6)
    related = entries(client)[over].findall(f"{ATOM}link[@rel='related']")
    assert [one.attrib["href"] for one in related] == [f"{PUBLIC}/feeds/alerts/{code}.cap"]
    with transaction(line.database) as db:
        stopped = "UPDATE broadcast SET state = 'cancelled', reason = 'by a person' WHERE follows_id IS NULL"
        db.execute(text(stopped))
    clock.pass_(seconds=6)
    assert code in str(read_document(client, over).findtext(f"{CAP}references"))
    assert entries(client)[over].findall(f"{ATOM}link[@rel='related']") == []


def test_a_correction_takes_it_back(line: Line, client: TestClient) -> None:
    code = actual(line)
    correction = follow_up(line, "correction", code, actual="sheriff")
    release(line, correction)
    assert read_document(client, correction).findtext(f"{CAP}msgType") == "Cancel"


def test_a_test_is_a_document_that_says_so_and_in_no_feed(line: Line, client: TestClient) -> None:
    exercise, test = draft_test(line), draft_test(line)
    release(line, exercise)
    release(line, test)
    assert read_document(client, test).findtext(f"{CAP}status") == "Test"
    assert entries(client) == {}


def test_an_official_notice_is_for_everybody_and_a_reminder_is_not(line: Line, client: TestClient) -> None:
    ask_for(line, 7, "official")
    ask_for(line, 8, "reminder")
    notice = draft_notice(
        line, line.clock(), "official_notice", FIELDS["official_notice"], ANA.name, area="boyle_heights"
    )
    reminder = draft_notice(line, line.clock(), "kyr_reminder", FIELDS["kyr_reminder"], ANA.name)
    release(line, notice)
    release(line, reminder)
    assert set(entries(client)) == {notice}
    assert read_document(client, notice).findtext(f"{CAP}info/{CAP}certainty") == "Likely"
    assert client.get(f"/feeds/alerts/{reminder}.cap").status_code == 404


def test_what_a_person_paused_or_stopped_is_not_passed_on(
    line: Line, client: TestClient, clock: Clock
) -> None:
    code = actual(line)
    assert set(entries(client)) == {code}
    pause(line, code, ANA.name, clock())
    clock.pass_(seconds=6)
    assert entries(client) == {}
    resume(line, code, ANA.name, clock())
    clock.pass_(seconds=6)
    assert set(entries(client)) == {code}
    cancel(line, code, ANA.name, clock())
    clock.pass_(seconds=6)
    assert entries(client) == {}


def test_after_a_week_it_is_gone(line: Line, client: TestClient, clock: Clock) -> None:
    code = actual(line)
    clock.pass_(days=6)
    assert "ended" in terms(entries(client)[code])
    clock.pass_(days=1, seconds=1)
    assert entries(client) == {}


def fetched(client: TestClient, path: str, tag: str = "") -> Response:
    return client.get(path, headers={"If-None-Match": tag})


def test_what_did_not_change_is_not_sent_again(line: Line, client: TestClient) -> None:
    code = actual(line)
    for path in ("/feeds/alerts.atom", f"/feeds/alerts/{code}.cap"):
        first = fetched(client, path)
        assert first.headers["cache-control"] == "public, max-age=30"
        again = fetched(client, path, first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        assert client.head(path).status_code == 200


def test_many_readers_cost_one_reading(line: Line, client: TestClient, clock: Clock) -> None:
    assert entries(client) == {}
    actual(line)
    assert entries(client) == {}
    clock.pass_(seconds=6)
    assert len(entries(client)) == 1


@pytest.mark.parametrize("code", ["K7Q2", "..%2F..%2Fetc", "%00", "x" * 500])
def test_a_document_that_is_not_there_is_not_found(client: TestClient, code: str) -> None:
    assert client.get(f"/feeds/alerts/{code}.cap").status_code == 404
