"""The queue of tickets in the browser: who sees what, what each button does, voicemails played."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from hotline.domain.ports import CarrierUnreachable
from hotline.domain.ticket import TicketKind
from hotline.flow.effect import OpenTicket
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.help_requests import PartnerFields, add_partner
from hotline.operations.line import Line
from hotline.operations.tickets import open_ticket
from hotline.store import contacts, recordings, tickets
from hotline.store.database import transaction
from hotline.store.tickets import Ticket
from tests.lines import ANA, MARIA, NOON, Carrier, make_line
from tests.web.console.visitors import Browser, console, sign_in, sign_in_as

SID = "RE" + "1" * 32


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line) as opened:
        yield opened


@pytest.fixture
def ana(client: TestClient, line: Line) -> Browser:
    """Ana, whose phone the line rings, in Spanish."""
    return sign_in_as(client, line, ANA.id)


def asks(line: Line, kind: TicketKind = "callback", is_urgent: bool = False, topic: str = "person") -> Ticket:
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, MARIA, NOON)
        wanted = OpenTicket(kind, topic, is_urgent)
        opened, _ = open_ticket(line, db, line.library(), wanted, contact_id, "es", NOON)
        assert opened is not None
        found = tickets.by_id(db, opened)
    assert found is not None
    return found


def now_of(line: Line, of: Ticket) -> Ticket:
    with transaction(line.database) as db:
        found = tickets.by_id(db, of.id)
    assert found is not None
    return found


def acts(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return [row.act for row in db.execute(text("SELECT act FROM audit ORDER BY id"))]


def many(line: Line, count: int) -> None:
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO ticket (code, kind, topic, is_urgent, state, created_at)"
                " SELECT 'x' || n, 'callback', 'person', n % 10 = 0, 'open', now()"
                " FROM generate_series(1, :count) n"
            ),
            {"count": count},
        )


def test_an_empty_queue_says_what_a_ticket_is(ana: Browser) -> None:
    shown = ana.get("/console/tickets")
    assert shown.status_code == 200
    assert "le debemos una respuesta" in shown.text


def test_urgent_tickets_stand_on_top(line: Line, ana: Browser) -> None:
    calm, urgent = asks(line), asks(line, "voicemail", is_urgent=True)
    shown = ana.get("/console/tickets").text
    assert shown.index(urgent.code) < shown.index(calm.code)


def test_every_ticket_is_on_exactly_one_page(line: Line, ana: Browser) -> None:
    many(line, 120)
    seen: list[str] = []
    path = "/console/tickets"
    while path:
        shown = ana.get(path).text
        seen += [part.split('"')[0] for part in shown.split('href="/console/tickets/')[1:]]
        path = ""
        if 'rel="next"' in shown:
            path = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert seen[:12] == [f"x{n}" for n in range(10, 121, 10)]


def test_a_kind_can_be_shown_alone(line: Line, ana: Browser) -> None:
    call, food = asks(line), asks(line, "food", topic="topic.food")
    shown = ana.get("/console/tickets?kind=food").text
    assert food.code in shown
    assert call.code not in shown


def test_taking_a_ticket_makes_it_mine_and_giving_it_back_nobodys(line: Line, ana: Browser) -> None:
    one = asks(line)
    assert ana.post(f"/console/tickets/{one.code}/take").status_code == 303
    assert (now_of(line, one).state, now_of(line, one).owner) == ("taken", "Ana")
    assert one.code in ana.get("/console/tickets?tab=mine").text
    ana.post(f"/console/tickets/{one.code}/back")
    assert (now_of(line, one).state, now_of(line, one).owner) == ("open", None)


def test_what_another_has_stays_theirs(client: TestClient, line: Line, ana: Browser) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/take")
    other = sign_in(client, line, ["dispatcher"])
    for act in ("back", "note", "kind", "close", "hand-over"):
        other.post(f"/console/tickets/{one.code}/{act}", {"outcome": "helped", "kind": "food", "note": "x"})
    assert (now_of(line, one).state, now_of(line, one).owner, now_of(line, one).kind) == (
        "taken",
        "Ana",
        "callback",
    )
    assert "Ana has this ticket" in other.get(f"/console/tickets/{one.code}").text


def test_calling_back_rings_as_go_does(line: Line, ana: Browser) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/ring")
    assert ("ring", one.id) in line.queue.jobs  # type: ignore[attr-defined]
    assert now_of(line, one).owner == "Ana"


def test_closing_needs_an_outcome_of_the_list(line: Line, ana: Browser) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/close", {"outcome": "deported"})
    assert now_of(line, one).state == "open"
    ana.post(f"/console/tickets/{one.code}/close", {"outcome": "helped"})
    assert now_of(line, one).state == "closed"
    assert "Ya tiene lo que pidió" in ana.get(f"/console/tickets/{one.code}").text


def test_a_closed_ticket_opens_again_without_its_outcome(line: Line, ana: Browser) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/close", {"outcome": "mistake"})
    ana.post(f"/console/tickets/{one.code}/reopen")
    assert now_of(line, one).state == "open"
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT outcome FROM ticket")) is None


def test_a_call_becomes_a_help_request_and_goes_to_a_partner(line: Line, ana: Browser) -> None:
    one = asks(line)
    partner = add_partner(line, PartnerFields("Pantry", ["food"], "pantry@example.org"), "Ana", NOON)
    ana.post(f"/console/tickets/{one.code}/kind", {"kind": "food"})
    assert (now_of(line, one).kind, now_of(line, one).topic) == ("food", "topic.food")
    ana.post(f"/console/tickets/{one.code}/hand-over", {"partner": str(partner)})
    shown = ana.get(f"/console/tickets/{one.code}").text
    assert "Pantry" in shown
    assert "pantry@example.org" in shown
    assert now_of(line, one).due_at is not None


def test_a_partner_gets_no_request_of_another_kind(line: Line, ana: Browser) -> None:
    one = asks(line, "lawyer", topic="topic.lawyer")
    partner = add_partner(line, PartnerFields("Pantry", ["food"], "pantry@example.org"), "Ana", NOON)
    ana.post(f"/console/tickets/{one.code}/hand-over", {"partner": str(partner)})
    assert now_of(line, one).state == "open"


@pytest.mark.parametrize("words", ["A 123-456-789", "es indocumentada", "SIN PAPELES", "a" * 201])
def test_a_note_takes_no_status_and_no_story(line: Line, ana: Browser, words: str) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/note", {"note": words})
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT note_ct FROM ticket")) is None


def test_a_note_is_sealed_and_escaped(line: Line, ana: Browser) -> None:
    one = asks(line)
    ana.post(f"/console/tickets/{one.code}/note", {"note": "<b>Monday</b> 9 am"})
    with transaction(line.database) as db:
        assert b"Monday" not in db.scalar(text("SELECT note_ct FROM ticket"))
    assert "&lt;b&gt;Monday" in ana.get(f"/console/tickets/{one.code}").text


def voicemail(line: Line) -> tuple[Ticket, int]:
    one = asks(line, "voicemail")
    with transaction(line.database) as db:
        recordings.keep(db, line.keyring, SID, 12, one.contact_id, one.id, None, NOON)
        recordings.mark_ready(db, line.keyring, SID, NOON)
        [kept] = recordings.of_ticket(db, line.keyring, one.id)
    return one, kept.id


def test_a_voicemail_plays_in_the_page_and_that_is_written_down(line: Line, ana: Browser) -> None:
    one, recording_id = voicemail(line)
    path = f"/console/recordings/{recording_id}.audio"
    assert f'src="{path}"' in ana.get(f"/console/tickets/{one.code}").text
    heard = ana.get(path)
    assert (heard.status_code, heard.content) == (200, b"audio")
    assert heard.headers["cache-control"] == "no-store"
    assert acts(line)[-1] == "recording.hear"


@pytest.mark.parametrize("role", ["verifier", "approver", "admin"])
def test_only_dispatchers_hear_voicemails(client: TestClient, line: Line, role: str) -> None:
    _, recording_id = voicemail(line)
    other = sign_in(client, line, [role])  # type: ignore[list-item]
    assert other.get(f"/console/recordings/{recording_id}.audio").status_code == 403


def test_a_carrier_that_is_away_gives_no_audio(line: Line, database: Engine) -> None:
    class Away(Carrier):
        def recording_audio(self, sid: str) -> bytes:
            raise CarrierUnreachable

    _, recording_id = voicemail(line)
    with console(replace(line, records=Away())) as opened:
        ana = sign_in_as(opened, line, ANA.id)
        assert ana.get(f"/console/recordings/{recording_id}.audio").status_code == 404


def test_an_admin_sees_tickets_and_works_on_none(client: TestClient, line: Line) -> None:
    one = asks(line)
    admin = sign_in(client, line, ["admin"])
    assert "/take" not in admin.get(f"/console/tickets/{one.code}").text
    assert admin.post(f"/console/tickets/{one.code}/take").status_code == 403


def test_a_ticket_that_does_not_exist_is_not_found(ana: Browser) -> None:
    assert ana.get("/console/tickets/ZZZZ").status_code == 404
    assert ana.get("/console/recordings/999.audio").status_code == 404
