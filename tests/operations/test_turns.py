from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.input import Input
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.turns import take_turn
from hotline.web.addresses import Addresses
from hotline.web.mouths import CallMouth, TextMouth
from tests.lines import HOTLINE, JOHN, MARIA, NOON, call_from, make_line, text_from

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def sms(line: Line, body: str, number: PhoneNumber = MARIA, sid: str | None = None) -> str:
    sid = sid or f"SM{next(SIDS):032x}"
    return take_turn(line, text_from(number, body, sid), TextMouth(ADDRESSES), NOON)


def call(line: Line, sid: str, n: int = 0, event: Input | None = None) -> str:
    return take_turn(line, call_from(MARIA, sid, n, event), CallMouth(ADDRESSES, HOTLINE), NOON)


def rows(line: Line, table: str) -> int:
    with line.database.connect() as db:
        return int(db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_spanish_word_is_answered_in_spanish_with_the_greeting(line: Line) -> None:
    answer = sms(line, "casa")
    assert "CASA: Puede dejar la puerta cerrada" in answer
    assert "Ayuda gratis sobre sus derechos" in answer
    assert "TEST / PRUEBA" in answer


def test_the_greeting_is_said_once(line: Line) -> None:
    sms(line, "casa")
    assert "Ayuda gratis" not in sms(line, "trabajo")


def test_a_retried_text_gets_the_stored_answer_and_changes_nothing(line: Line) -> None:
    sid = f"SM{next(SIDS):032x}"
    first = sms(line, "reportar", sid=sid)
    before = rows(line, "message"), rows(line, "report"), rows(line, "turn")
    assert sms(line, "reportar", sid=sid) == first
    assert (rows(line, "message"), rows(line, "report"), rows(line, "turn")) == before


def test_retries_that_arrive_together_make_one_turn(line: Line) -> None:
    sid = f"SM{next(SIDS):032x}"
    with ThreadPoolExecutor(6) as threads:
        answers = set(threads.map(lambda _: sms(line, "reportar", sid=sid), range(6)))
    assert len(answers) == 1
    assert rows(line, "report") == 1
    assert rows(line, "contact") == 1


def test_two_texts_of_one_person_at_once_are_both_answered(line: Line) -> None:
    sms(line, "reportar")
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda words: sms(line, words), ["si", "1"]))
    assert all("<Message" in answer for answer in answers)
    assert rows(line, "turn") == 3


def test_stop_suppresses_and_a_question_is_still_answered(line: Line) -> None:
    assert "cancelamos sus mensajes" in sms(line, "ALTO por favor")
    assert rows(line, "suppression") == 1
    assert "CASA:" in sms(line, "casa")


def test_sign_up_asks_for_a_real_zip_code_then_consent(line: Line) -> None:
    sms(line, "alertas")
    assert rows(line, "subscription") == 0
    sms(line, "00000")
    assert "90033" in sms(line, "90033")
    assert rows(line, "subscription") == 0
    sms(line, "SI")
    assert rows(line, "subscription") == 1
    assert rows(line, "consent") == 1


def test_erasing_leaves_only_proof(line: Line) -> None:
    sms(line, "alertas"), sms(line, "90033"), sms(line, "SI"), sms(line, "reportar")
    sms(line, "MENU"), sms(line, "BORRAR")
    assert "<Message" in sms(line, "BORRAR TODO")
    for table in ("contact", "session", "message", "subscription"):
        assert rows(line, table) == 0
    assert rows(line, "consent") == 2
    assert rows(line, "carrier_deletion") == 1


def test_person_opens_one_ticket_and_tells_each_dispatcher_once(line: Line) -> None:
    sms(line, "persona"), sms(line, "persona")
    assert rows(line, "ticket") == 1
    with line.database.connect() as db:
        staff = db.execute(text("SELECT count(*) FROM message WHERE kind = 'staff'")).scalar_one()
    assert staff == 2


def test_a_call_goes_through_language_and_menu_to_people(line: Line) -> None:
    sid = f"CA{next(SIDS):032x}"
    assert "oprima 2" in call(line, sid)
    from hotline.flow.input import Digits

    assert "oprima 0" in call(line, sid, 1, Digits("2"))
    dial = call(line, sid, 2, Digits("0"))
    assert dial.count("<Number") == 2
    assert 'callerId="+15005550006"' in dial
    assert call(line, sid, 2, Digits("0")) == dial


def test_a_dispatcher_takes_a_ticket_by_text(line: Line) -> None:
    sms(line, "persona", JOHN)
    with line.database.connect() as db:
        code = db.execute(text("SELECT code FROM ticket")).scalar_one()
    answer = sms(line, f"go {code.lower()}", PhoneNumber("+12135550190"))
    assert code in answer
    assert ("ring", 1) in line.queue.jobs  # type: ignore[attr-defined]


def test_a_number_that_failed_is_well_again_once_it_is_heard_from(line: Line) -> None:
    with line.database.begin() as db:
        db.execute(
            text("INSERT INTO number_health (phone_hash, failures, last_at) VALUES (:hash, 2, :now)"),
            {"hash": line.keyring.lookup(MARIA), "now": NOON},
        )
    assert "CASA" in sms(line, "casa")
    assert rows(line, "number_health") == 0


def test_an_opt_out_survives_a_restart_of_the_database(line: Line) -> None:
    """Every connection at hand is dead then; the carrier knows no ALTO, so nobody else would."""
    sms(line, "casa")
    with line.database.connect() as db:
        db.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert "cancelamos" in sms(line, "ALTO")
    assert rows(line, "suppression") == 1


def test_many_texts_of_one_person_at_once_are_all_answered(line: Line) -> None:
    sms(line, "casa")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: sms(line, "trabajo"), range(24)))
    assert len(answers) == 24
    assert rows(line, "turn") == 25
