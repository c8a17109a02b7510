"""What a person was promised stays somebody's: told again, given back, rung once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.outcome import Accepted, Outcome, Refused, Unknown
from hotline.domain.person import Person
from hotline.domain.ports import Ring
from hotline.domain.ticket import TicketKind
from hotline.flow.effect import OpenTicket
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.giving_back import end_call_back
from hotline.operations.line import Line
from hotline.operations.ringing import whisper
from hotline.operations.sweep import sweep
from hotline.operations.tickets import call_back, open_ticket, ring_back
from hotline.store import contacts, tickets
from hotline.store.database import transaction
from hotline.store.tickets import Ticket
from tests.lines import ANA, BO, MARIA, NOON, Carrier, Clock, make_line, roster_of
from tests.people import staff_texts

BUSY = Refused(21220, "fault")


@dataclass
class Telephones(Carrier):
    """A carrier that answers each call it is asked to place as it is told to."""

    outcome: Outcome | None = None
    named: list[str] = field(default_factory=list)

    def ring(self, ring: Ring) -> Outcome:
        self.rung.append(ring)
        if self.outcome:
            return self.outcome
        self.named.append(f"CA{len(self.named) + 1:032x}")
        return Accepted(self.named[-1])


@pytest.fixture
def phones() -> Telephones:
    return Telephones()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, phones: Telephones, clock: Clock) -> Line:
    return make_line(database, flow, network, caller=phones, clock=clock)


def asks(line: Line, kind: TicketKind = "callback", is_urgent: bool = False, topic: str = "person") -> bool:
    """Maria asks; were the dispatchers told?"""
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, MARIA) or contacts.add(db, line.keyring, MARIA, NOON)
        wanted = OpenTicket(kind, topic, is_urgent)
        before = len(staff_texts(line))
        _, was_told = open_ticket(line, db, line.library(), wanted, contact_id, "es", line.clock())
    assert (len(staff_texts(line)) > before) == was_told
    return was_told


def goes(line: Line, who: Person = ANA) -> str:
    """A dispatcher texts GO, and a worker rings."""
    with transaction(line.database) as db:
        answer, ticket_id = call_back(line, db, the_ticket(line).code, who, line.clock())
    if ticket_id is not None:
        ring_back(line, ticket_id, line.clock())
    return answer


def the_ticket(line: Line) -> Ticket:
    with transaction(line.database) as db:
        [found] = tickets.latest(db)
    return found


def leg_of(phones: Telephones) -> str:
    return phones.rung[-1].path.split("/whisper/")[1].split("?")[0]


def outcome(line: Line) -> str | None:
    with transaction(line.database) as db:
        found: str | None = db.scalar(text("SELECT outcome FROM leg ORDER BY created_at DESC LIMIT 1"))
    return found


class TestTellingAgain:
    @pytest.mark.parametrize(
        ("is_urgent", "quiet"), [(True, timedelta(minutes=15)), (False, timedelta(hours=4))]
    )
    def test_what_waits_is_told_again_only_after_a_while(
        self, line: Line, clock: Clock, is_urgent: bool, quiet: timedelta
    ) -> None:
        assert asks(line, is_urgent=is_urgent)
        clock.now += quiet - timedelta(seconds=1)
        assert not asks(line, is_urgent=is_urgent)
        clock.now += timedelta(seconds=1)
        assert asks(line, is_urgent=is_urgent)
        assert not asks(line, is_urgent=is_urgent)

    def test_what_somebody_took_is_open_again_when_the_person_asks_again(
        self, line: Line, clock: Clock
    ) -> None:
        asks(line)
        goes(line)
        clock.pass_(minutes=1)
        assert asks(line)
        assert the_ticket(line).state == "open"
        assert goes(line, BO) == "ringing"

    def test_what_has_become_urgent_is_told_at_once_and_stays_urgent(self, line: Line, clock: Clock) -> None:
        asks(line)
        assert asks(line, is_urgent=True, topic="door_now")
        clock.pass_(minutes=15)
        assert asks(line, topic="alerts")
        found = the_ticket(line)
        assert (found.is_urgent, found.topic) == (True, "door_now")
        assert "URGENT" in staff_texts(line)[-1]

    def test_each_message_that_was_left_is_told(self, line: Line) -> None:
        assert asks(line, "voicemail")
        assert asks(line, "voicemail")

    def test_who_asked_in_a_flood_is_told_of_when_they_ask_again(self, line: Line) -> None:
        flooded = replace(line, limits=replace(line.limits, staff_texts_per_hour=0))
        assert not asks(flooded)
        assert asks(line)
        goes(line)
        assert not asks(flooded)
        assert asks(line)


class TestCallingBack:
    def test_go_sent_twice_rings_once(self, line: Line, phones: Telephones, clock: Clock) -> None:
        asks(line)
        assert [goes(line), goes(line)] == ["ringing", "ringing"]
        assert len(phones.rung) == 1
        clock.pass_(minutes=2)
        goes(line)
        assert len(phones.rung) == 2

    def test_a_call_that_the_carrier_refuses_gives_the_ticket_back(
        self, line: Line, phones: Telephones
    ) -> None:
        asks(line)
        phones.outcome = BUSY
        goes(line)
        assert (the_ticket(line).state, outcome(line)) == ("open", "missed")
        phones.outcome = None
        assert goes(line, BO) == "ringing"
        assert len(phones.rung) == 2

    def test_a_dispatcher_who_left_the_list_gives_the_ticket_back(
        self, line: Line, phones: Telephones
    ) -> None:
        asks(line)
        with transaction(line.database) as db:
            _, ticket_id = call_back(line, db, the_ticket(line).code, ANA, NOON)
        assert ticket_id is not None
        assert not ring_back(replace(line, people=roster_of(BO)), ticket_id, NOON)
        assert the_ticket(line).state == "open"
        assert not phones.rung

    def test_a_call_of_which_nothing_is_certain_is_not_placed_again_and_frees_the_ticket_in_half_an_hour(
        self, line: Line, phones: Telephones, clock: Clock
    ) -> None:
        asks(line, is_urgent=True)
        phones.outcome = Unknown("timeout")
        goes(line)
        assert not ring_back(line, the_ticket(line).id, clock.now)
        clock.pass_(minutes=29)
        sweep(line)
        assert the_ticket(line).state == "taken"
        before = len(staff_texts(line))
        clock.pass_(minutes=1)
        sweep(line)
        assert the_ticket(line).state == "open"
        assert len(staff_texts(line)) == before + 2
        assert len(phones.rung) == 1
        sweep(line)
        assert len(staff_texts(line)) == before + 2

    def test_who_does_not_pick_up_gives_the_ticket_back_and_the_others_hear_of_what_is_urgent(
        self, line: Line, phones: Telephones
    ) -> None:
        asks(line, is_urgent=True)
        goes(line)
        before = len(staff_texts(line))
        assert end_call_back(line, phones.named[0], NOON)
        assert (the_ticket(line).state, outcome(line)) == ("open", "missed")
        assert len(staff_texts(line)) == before + 2
        assert end_call_back(line, phones.named[0], NOON)  # told twice, done once
        assert len(staff_texts(line)) == before + 2

    def test_a_call_that_was_joined_and_ended_without_a_key_gives_the_ticket_back(
        self, line: Line, phones: Telephones, clock: Clock
    ) -> None:
        asks(line)
        goes(line)
        assert whisper(line, leg_of(phones), 2, "1", clock.now).kind == "bridge"
        clock.pass_(hours=1)
        sweep(line)
        assert the_ticket(line).state == "taken"  # they still speak
        end_call_back(line, phones.named[0], clock.now)
        assert the_ticket(line).state == "open"

    @pytest.mark.parametrize("is_end_told_first", [False, True])
    def test_the_key_closes_the_ticket_whichever_news_comes_first(
        self, line: Line, phones: Telephones, is_end_told_first: bool
    ) -> None:
        asks(line)
        goes(line)
        whisper(line, leg_of(phones), 2, "1", NOON)
        if is_end_told_first:
            end_call_back(line, phones.named[0], NOON)
        whisper(line, leg_of(phones), 4, "1", NOON)
        end_call_back(line, phones.named[0], NOON)
        assert (the_ticket(line).state, outcome(line)) == ("closed", "spoke")

    def test_late_news_of_one_dispatcher_takes_no_ticket_from_another(
        self, line: Line, phones: Telephones
    ) -> None:
        asks(line)
        goes(line)
        asks(line)  # open again
        goes(line, BO)
        end_call_back(line, phones.named[0], NOON)
        found = the_ticket(line)
        assert (found.state, found.owner) == ("taken", BO.name)

    def test_the_end_of_an_unknown_call_is_nobodys(self, line: Line) -> None:
        assert not end_call_back(line, "CA" + "9" * 32, NOON)
