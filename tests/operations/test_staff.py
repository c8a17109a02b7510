"""Commands that people of the network text: who may use them, and the PIN before them."""

import re
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.person import Person
from hotline.domain.phone import PhoneNumber
from hotline.flow.effect import OpenTicket
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.people import give_pin
from hotline.operations.release import ask_release
from hotline.operations.staff_commands import RULES, WORDS, Command, read_command
from hotline.operations.staff_pin import new_pin
from hotline.operations.tickets import open_ticket
from hotline.operations.turns import take_turn
from hotline.store import contacts, people
from hotline.store.database import transaction
from hotline.store.messages import body_place
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import ANA, BO, JOHN, MARIA, Clock, make_line, roster_of, text_from
from tests.people import draft_test, staff_texts, subscribe, word_for

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)
NOT_A_PIN = "111111"  # none is given that has so few digits


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


@pytest.fixture
def pin(line: Line) -> str:
    """The PIN of Bo."""
    return give_pin(line, BO.id, "Ana", line.clock())


def says(line: Line, body: str, number: PhoneNumber = BO.phone) -> str:
    inbound = text_from(number, body, f"SM{next(SIDS):032x}")
    return take_turn(line, inbound, TextMouth(ADDRESSES), line.clock())


def believed(line: Line, pin: str) -> None:
    assert "Answer with your PIN" in says(line, "waits")
    assert "Nothing waits" in says(line, pin)


def is_on(line: Line, person: Person = BO) -> bool:
    with transaction(line.database) as db:
        found = people.by_id(db, line.keyring, person.id)
    assert found is not None
    return found.is_available


def ticket(line: Line, is_urgent: bool = False, number: PhoneNumber = MARIA) -> str:
    """A person waits; the code of their ticket."""
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, number, line.clock())
        wanted = OpenTicket("callback", "person", is_urgent)
        opened, _ = open_ticket(line, db, line.library(), wanted, contact_id, "es", line.clock())
        return str(db.execute(text("SELECT code FROM ticket WHERE id = :id"), {"id": opened}).scalar_one())


def owner(line: Line, code: str) -> tuple[str, str | None]:
    with line.database.connect() as db:
        row = db.execute(text("SELECT state, owner FROM ticket WHERE code = :code"), {"code": code}).one()
    return row.state, row.owner


def bodies(line: Line) -> list[str]:
    with line.database.connect() as db:
        rows = db.execute(text("SELECT id, body_ct FROM message WHERE direction = 'in' ORDER BY id")).all()
    return [line.keyring.open(row.body_ct, body_place(row.id)) for row in rows]


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("ON", Command("on")),
        (" entro. ", Command("on")),
        ("Disponible", Command("on")),
        ("Salgo", Command("off")),
        ("No disponible", Command("off")),
        ("PENDIENTES", Command("waits")),
        ("take k7q2", Command("take", "K7Q2")),
        ("Tomo K7-Q2", Command("take", "K7Q2")),
        ("voy K7Q2", Command("go", "K7Q2")),
        ("voy a la tienda", None),
        ("take care of it", None),
        ("on the corner", None),
        ("K7Q2", None),
        ("", None),
    ],
)
def test_a_command_is_a_whole_message(body: str, command: Command | None) -> None:
    assert read_command(body) == command


def test_every_command_has_a_rule_and_is_read_back_as_it_waits_for_the_pin() -> None:
    assert set(WORDS.values()) | {"take", "go"} == set(RULES)
    for command in (Command("on"), Command("off"), Command("waits"), Command("take", "K7Q2")):
        assert read_command(str(command)) == command
        assert len(str(command)) <= 16


def test_a_pin_is_asked_once_in_twelve_hours(line: Line, clock: Clock, pin: str) -> None:
    believed(line, pin)
    clock.pass_(hours=11)
    assert "Nothing waits" in says(line, "PENDIENTES")
    clock.pass_(hours=2)
    assert "Answer with your PIN" in says(line, "PENDIENTES")


def test_what_waited_for_the_pin_is_done_then(line: Line, pin: str) -> None:
    says(line, "OFF")
    assert is_on(line)
    assert "off duty" in says(line, f" {pin[:3]} {pin[3:]} ")
    assert not is_on(line)
    assert "You are on duty" in says(line, "ENTRO")
    assert is_on(line)


def test_nothing_is_told_before_the_pin(line: Line, pin: str) -> None:
    code = ticket(line)
    for body in ("waits", f"take {code}", "on"):
        answer = says(line, body)
        assert code not in answer
        assert "Answer with your PIN" in answer
    assert owner(line, code) == ("open", None)


def test_who_has_no_pin_is_sent_to_an_admin(line: Line) -> None:
    assert "You have no PIN yet" in says(line, "waits")


def test_a_pin_is_kept_nowhere(line: Line, pin: str) -> None:
    says(line, "waits"), says(line, NOT_A_PIN), says(line, pin)
    kept = " ".join(bodies(line))
    assert pin not in kept
    assert NOT_A_PIN not in kept
    assert "waits" in kept
    with line.database.connect() as db:
        rows = db.execute(
            text("SELECT pin_hash, pin_command FROM person WHERE id = :id"), {"id": BO.id}
        ).one()
        asked = db.execute(text("SELECT kind FROM carrier_deletion")).scalars().all()
    assert rows.pin_hash.startswith("$argon2id$")
    assert rows.pin_command is None
    assert asked == ["message", "message"]


def test_five_wrong_pins_lock_the_commands_and_an_admin_hears_of_it(line: Line, pin: str) -> None:
    only_ana = replace(line, people=roster_of(ANA, replace(BO, roles=BO.roles - {"admin"})))
    says(only_ana, "waits")
    answers = [says(only_ana, NOT_A_PIN) for _ in range(5)]
    assert ["Tries left: 4" in answers[0], "Tries left: 1" in answers[3], "locked" in answers[4]] == [
        True
    ] * 3
    assert ("messages", None) in line.queue.jobs  # type: ignore[attr-defined]
    told = [body for body in staff_texts(line) if "Five wrong PINs" in body]
    assert len(told) == 1
    assert "phone of Bo" in told[0]
    assert "locked" in says(only_ana, "waits")
    assert "PIN" not in says(only_ana, pin)  # none was asked for: it is a text as any other


def test_a_new_pin_unlocks(line: Line, pin: str) -> None:
    says(line, "waits")
    for _ in range(5):
        says(line, NOT_A_PIN)
    believed(line, give_pin(line, BO.id, "Ana", line.clock()))


def test_tries_are_counted_over_days_until_one_is_right(line: Line, clock: Clock, pin: str) -> None:
    for _ in range(4):
        says(line, "waits"), says(line, NOT_A_PIN)
        clock.pass_(days=1)
    believed(line, pin)
    clock.pass_(days=1)
    says(line, "waits")
    assert "Tries left: 4" in says(line, NOT_A_PIN)


def test_a_pin_that_comes_too_late_is_no_pin(line: Line, clock: Clock, pin: str) -> None:
    says(line, "OFF")
    clock.pass_(minutes=11)
    says(line, pin)
    assert is_on(line)


def test_what_waits_is_told_by_codes_urgent_first(line: Line, clock: Clock, pin: str) -> None:
    believed(line, pin)
    numbers = (PhoneNumber(f"+121355501{index:02}") for index in range(10, 17))
    codes = [ticket(line, number=number) for number in numbers if clock.pass_(seconds=1)]
    urgent = ticket(line, is_urgent=True, number=JOHN)
    answer = says(line, "waits")
    assert "8 waiting:" in answer
    assert answer.index(urgent) < answer.index(codes[0])
    assert "URGENT: wants a call (ES)" in answer
    assert codes[3] in answer
    assert codes[4] not in answer
    assert "and 3 more" in answer
    assert "5550" not in answer.replace("500-555-0006", "")


def test_an_alert_that_waits_for_their_word_is_told_without_the_word(line: Line, pin: str) -> None:
    believed(line, pin)
    subscribe(line, 1)
    code = draft_test(line)
    ask_release(line, code, ANA.name, BO.name, line.clock())
    answer = says(line, "waits")
    assert f"Alert {code} waits for your word" in answer
    assert word_for(line) not in answer


def test_a_ticket_is_taken_without_a_call(line: Line, pin: str) -> None:
    believed(line, pin)
    code = ticket(line)
    assert "is yours" in says(line, f"TOMO {code}")
    assert owner(line, code) == ("taken", "Bo")
    assert "is yours" in says(line, f"TAKE {code}")
    assert not [job for job, _ in line.queue.jobs if job == "ring"]  # type: ignore[attr-defined]
    give_pin(line, ANA.id, "Bo", line.clock())
    with line.database.begin() as db:
        db.execute(
            text("UPDATE person SET pin_good_until = :until"), {"until": line.clock().replace(year=2030)}
        )
    assert "Someone else has ticket" in says(line, f"TAKE {code}", ANA.phone)
    assert "There is no ticket ZZZZ" in says(line, "TAKE ZZZZ")


def test_a_call_back_needs_no_pin_for_it_rings_the_phone_that_is_written_down(line: Line) -> None:
    code = ticket(line)
    assert "we are calling you now" in says(line, f"GO {code}")
    assert owner(line, code) == ("taken", "Bo")


def test_the_word_of_an_alert_needs_no_pin_and_no_unlocked_phone(line: Line, pin: str) -> None:
    says(line, "waits")
    for _ in range(5):
        says(line, NOT_A_PIN)
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert "is going out" in says(line, word_for(line))


def test_a_verifier_takes_no_tickets_and_is_told_of_none(line: Line, pin: str) -> None:
    only = replace(line, people=roster_of(ANA, replace(BO, roles=frozenset({"verifier"}))))
    code = ticket(only)
    assert "for dispatchers" in says(only, f"GO {code}")
    assert "for dispatchers" in says(only, f"TAKE {code}")
    says(only, "waits")
    assert "Nothing waits" in says(only, pin)
    assert owner(line, code) == ("open", None)


@pytest.mark.parametrize("body", ["casa", "MENU", "reportar", "no", "on the corner of 1st"])
def test_what_is_no_command_is_answered_as_anybodys(line: Line, body: str) -> None:
    ours, theirs = (re.sub(r'ction="[^"]*"', "", says(line, body, number)) for number in (BO.phone, JOHN))
    assert ours == theirs


@pytest.mark.parametrize("body", ["ON", "OFF", "ENTRO", "SALGO", "PENDIENTES", "DISPONIBLE", "TAKE K7Q2"])
def test_a_strangers_command_is_a_text_as_any_other(line: Line, body: str) -> None:
    answer = says(line, body, MARIA)
    assert "PIN" not in answer
    assert "duty" not in answer


def test_a_strangers_open_question_takes_the_word_as_its_answer(line: Line) -> None:
    says(line, "reportar", MARIA), says(line, "SI", MARIA)
    before = says(line, "K7Q2", JOHN)
    assert "duty" not in says(line, "ON", MARIA)
    assert before
    assert is_on(line)


def test_a_retried_command_is_done_once(line: Line, pin: str) -> None:
    believed(line, pin)
    code = ticket(line)
    inbound = text_from(BO.phone, f"TAKE {code}", "SM" + "f" * 32)
    first = take_turn(line, inbound, TextMouth(ADDRESSES), line.clock())
    assert take_turn(line, inbound, TextMouth(ADDRESSES), line.clock()) == first
    with line.database.connect() as db:
        taken = db.execute(text("SELECT count(*) FROM audit WHERE act = 'ticket.take'")).scalar_one()
    assert taken == 1


def test_staff_hear_it_in_their_own_language(line: Line) -> None:
    heard: list[str] = []

    def say(language: str, sentence: str) -> str:
        heard.append(language)
        return sentence

    says(replace(line, gettext=say), "waits", ANA.phone)
    assert heard == ["es"]


def test_nobody_on_duty_hears_of_a_ticket_but_everybody_of_an_urgent_one(line: Line) -> None:
    resting = replace(
        line, people=roster_of(replace(ANA, is_available=False), replace(BO, is_available=False))
    )
    ticket(resting)
    assert staff_texts(resting) == []
    ticket(resting, is_urgent=True, number=JOHN)
    assert len(staff_texts(resting)) == 2


def test_only_who_is_on_duty_hears_of_a_ticket(line: Line) -> None:
    half = replace(line, people=roster_of(replace(ANA, is_available=False), BO))
    ticket(half)
    assert len(staff_texts(half)) == 1


@pytest.mark.parametrize("draw", range(20))
def test_a_pin_has_six_digits_and_is_no_run_of_them(draw: int) -> None:
    found = new_pin()
    assert len(found) == 6
    assert found.isdecimal()
    assert len(set(found)) > 2
