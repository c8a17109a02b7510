import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from hotline.domain.ports import CarrierUnreachable
from hotline.flow.effect import OpenTicket
from hotline.flow.input import Digits, Input
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import retention
from hotline.operations.erasure import UNREADABLE, delete_at_carrier, erase_contact
from hotline.operations.line import Line
from hotline.operations.progress import progress
from hotline.operations.tickets import open_ticket
from hotline.operations.turns import take_turn
from hotline.store import contacts, counters, deletions, turns
from hotline.store.database import transaction
from hotline.store.sealing import new_key, read_keys
from hotline.web.addresses import Addresses
from hotline.web.mouths import CallMouth, TextMouth
from tests.lines import HOTLINE, JOHN, MARIA, NOON, Carrier, Wakes, call_from, make_line, text_from
from tests.people import draft_test, phone, release, subscribe

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)
CALL, CALL_BACK = "CA" + "1" * 32, "CA" + "2" * 32


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def owe(line: Line, *sids: str) -> None:
    with transaction(line.database) as db:
        deletions.ask(db, line.keyring, "message", sids, NOON)


def owed(line: Line) -> int:
    with transaction(line.database) as db:
        return deletions.count(db)


def test_what_is_due_is_deleted_there_and_forgotten_here(line: Line) -> None:
    owe(line, "SM1", "SM2")
    assert delete_at_carrier(line, NOON) == 2
    assert owed(line) == 0
    assert isinstance(line.records, Carrier)
    assert line.records.deleted == ["SM1", "SM2"]


def test_nothing_is_asked_before_its_time(line: Line) -> None:
    owe(line, "SM1")
    assert delete_at_carrier(line, NOON - timedelta(seconds=1)) == 0
    assert owed(line) == 1


class Refusing(Carrier):
    """A carrier that says: not yet."""

    def delete_message(self, sid: str) -> bool:
        return False


class Away(Carrier):
    def delete_message(self, sid: str) -> bool:
        raise CarrierUnreachable


@pytest.mark.parametrize("carrier", [Refusing(), Away()])
def test_what_the_carrier_does_not_delete_is_asked_again_later(
    database: Engine, flow: Flow, network: Network, carrier: Carrier
) -> None:
    line = make_line(database, flow, network, records=carrier)
    owe(line, "SM1")
    assert delete_at_carrier(line, NOON) == 0
    assert delete_at_carrier(line, NOON + timedelta(minutes=9)) == 0
    with line.database.connect() as db:
        assert db.execute(text("SELECT attempt FROM carrier_deletion")).scalar_one() == 1
    delete_at_carrier(line, NOON + timedelta(minutes=10))
    with line.database.connect() as db:
        assert db.execute(text("SELECT attempt FROM carrier_deletion")).scalar_one() == 2


def test_a_long_list_is_taken_in_turns(line: Line) -> None:
    owe(line, *(f"SM{n}" for n in range(45)))
    assert delete_at_carrier(line, NOON, most=40) == 40
    assert isinstance(line.queue, Wakes)
    assert ("deletions", None) in line.queue.jobs
    assert delete_at_carrier(line, NOON) == 5


def test_what_no_key_opens_is_set_aside_counted_and_named_and_the_others_go_on(line: Line) -> None:
    lost = replace(line, keyring=read_keys(f"9:{new_key()}"))
    owe(lost, *(f"SM{n}" for n in range(25)))  # more than one batch, and before the others
    owe(line, "SM100", "SM101")
    with capture_logs() as logs:
        assert delete_at_carrier(line, NOON) == 2
    assert isinstance(line.records, Carrier)
    assert line.records.deleted == ["SM100", "SM101"]
    unreadable = [ids for (ids,) in rows(line, "SELECT id FROM carrier_deletion ORDER BY id")]
    assert [log["id"] for log in logs if log["event"] == "deletion.unreadable"] == unreadable
    assert len(unreadable) == 25
    with transaction(line.database) as db:
        assert counters.read(db, UNREADABLE, NOON.date()) == 25
    assert delete_at_carrier(lost, NOON + timedelta(hours=23)) == 0
    assert delete_at_carrier(lost, NOON + timedelta(days=1)) == 25  # the key is back


def rows(line: Line, statement: str) -> list[tuple[object, ...]]:
    with line.database.connect() as db:
        return [tuple(row) for row in db.execute(text(statement))]


def call(line: Line, n: int, event: Input | None = None) -> str:
    return take_turn(line, call_from(MARIA, CALL, n, event), CallMouth(ADDRESSES, HOTLINE), NOON)


def sms(line: Line, body: str) -> str:
    return take_turn(line, text_from(MARIA, body, f"SM{next(SIDS):032x}"), TextMouth(ADDRESSES), NOON)


def erase(line: Line) -> None:
    sms(line, "BORRAR")
    sms(line, "BORRAR TODO")


def test_calls_with_what_was_said_in_them_and_who_was_rung_are_erased_here_and_there(line: Line) -> None:
    for n, keys in enumerate((None, "2", "0")):
        call(line, n, Digits(keys) if keys else None)
    assert rows(line, "SELECT call_sid FROM session WHERE caller_id IS NOT NULL") == [(CALL,)]
    assert len(rows(line, "SELECT FROM leg")) == 2
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, MARIA)
        open_ticket(line, db, line.library(), OpenTicket("callback", "person"), contact_id, "es", NOON)
        db.execute(
            text(
                "INSERT INTO leg (id, call_sid, ticket_id, person, person_language, topic, created_at)"
                " SELECT 'back', :sid, id, 'Ana', 'es', 'person', created_at FROM ticket LIMIT 1"
            ),
            {"sid": CALL_BACK},
        )
    erase(line)
    for table in ("session", "leg", "contact", "ticket"):
        assert rows(line, f"SELECT FROM {table}") == []
    delete_at_carrier(line, NOON + timedelta(minutes=10))
    assert isinstance(line.records, Carrier)
    assert sorted(line.records.deleted) == [CALL, CALL_BACK]


def test_other_peoples_calls_stay(line: Line) -> None:
    take_turn(line, call_from(JOHN, "CA" + "7" * 32), CallMouth(ADDRESSES, HOTLINE), NOON)
    erase(line)
    assert rows(line, "SELECT call_sid FROM session") == [("CA" + "7" * 32,)]


def test_of_a_pause_its_words_go_and_of_an_opt_out_they_stay_as_proof(line: Line) -> None:
    for words in ("alertas", "90033", "SI", "STOP y mi primo Luis tampoco quiere", "ALTO"):
        sms(line, words)
    erase(line)
    with line.database.connect() as db:
        found = db.execute(text("SELECT id, act, words_ct FROM consent")).all()
    words_of = {row.act: line.keyring.open(row.words_ct, f"consent.words.{row.id}") for row in found}
    assert words_of == {"subscribe": "SI", "pause": "", "opt_out": "ALTO", "erase": "BORRAR TODO"}


def test_a_call_that_is_being_answered_and_an_erasure_do_not_wait_for_each_other(line: Line) -> None:
    call(line, 0)
    sms(line, "casa")
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, MARIA)
    assert contact_id is not None
    faults: list[Exception] = []

    def erase_it() -> None:
        try:
            with transaction(line.database) as db:
                erase_contact(line, db, MARIA, contact_id, NOON)
        except Exception as fault:
            faults.append(fault)

    erasing = threading.Thread(target=erase_it)
    with transaction(line.database) as db:  # as a turn of the call does: its session, then its contact
        turns.lock(db, contact_id, CALL, NOON)
        erasing.start()
        until_somebody_waits(line)
        db.execute(text("UPDATE contact SET seen_at = :now"), {"now": NOON})
    erasing.join()
    assert faults == []
    assert rows(line, "SELECT FROM contact") == []


def until_somebody_waits(line: Line) -> None:
    waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not rows(line, waits):
        pass


def test_a_contact_that_no_key_opens_is_erased_with_its_calls(line: Line) -> None:
    call(line, 0)
    keyless = replace(line, keyring=read_keys(new_key()))
    done = retention.run(keyless, NOON + timedelta(days=181))
    assert done["contacts"] == 1
    assert rows(line, "SELECT FROM session") == []
    assert rows(line, "SELECT kind FROM carrier_deletion") == [("call",)]


def test_what_waits_for_somebody_who_is_erased_is_counted_as_skipped_at_once(line: Line) -> None:
    ids = [subscribe(line, number) for number in range(3)]
    code = draft_test(line)
    release(line, code)
    with transaction(line.database) as db:
        erase_contact(line, db, phone(1), ids[1], line.clock())
    shown = progress(line, code, line.clock())
    assert (shown.count("pending"), shown.count("skipped")) == (2, 1)
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT status, reason FROM delivery ORDER BY contact_id NULLS LAST")).all()
    assert rows == [("pending", None), ("pending", None), ("skipped", "erased")]
