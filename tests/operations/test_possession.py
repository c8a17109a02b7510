"""A demo and a real line share no data, and with the wrong key nothing is called failed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.outcome import Unknown
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.possession import (
    OtherMode,
    WrongKey,
    require_key,
    require_mode,
    take_possession,
)
from hotline.operations.reconcile import reconcile
from hotline.operations.writing import write_text
from hotline.store import consents, contacts
from hotline.store.database import transaction
from hotline.store.sealing import Keyring, new_key, read_keys
from tests.lines import JOHN, MARIA, NOON, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, phone, plain, release, subscribe

WORK_S = 0.2


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    carrier.clock = Clock()
    return make_line(
        database, flow, network, clock=carrier.clock, sender=carrier, records=carrier, caller=carrier
    )


def another() -> Keyring:
    return read_keys(new_key())


def send(line: Line) -> int:
    return deliver(line, FreeRates(), work_s=WORK_S, lanes=1)  # type: ignore[arg-type]


def rows(line: Line, statement: str) -> list[tuple[object, ...]]:
    with line.database.connect() as db:
        return [tuple(row) for row in db.execute(text(statement))]


def seal_again(line: Line, contact_id: int) -> None:
    """As if one number had been sealed with a key that was dropped."""
    with transaction(line.database) as db:
        sealed = another().seal(MARIA.e164, contacts.place(contact_id))
        db.execute(
            text("UPDATE contact SET phone_ct = :sealed WHERE id = :id"), {"sealed": sealed, "id": contact_id}
        )


def test_the_first_mode_has_the_data_for_ever(database: Engine) -> None:
    require_mode(database, "demo")
    take_possession(database, "production", NOON)
    take_possession(database, "production", NOON)
    require_mode(database, "production")
    with pytest.raises(OtherMode):
        require_mode(database, "demo")
    with pytest.raises(OtherMode):
        take_possession(database, "demo", NOON)


def test_a_database_without_tables_is_nobodys(database: Engine, line: Line) -> None:
    with transaction(database) as db:
        db.execute(text("DROP SCHEMA public CASCADE"))
        db.execute(text("CREATE SCHEMA public"))
    require_mode(database, "demo")
    require_key(database, line.keyring)


def test_any_key_will_do_where_nothing_is_held(database: Engine) -> None:
    require_key(database, another())


def test_a_key_that_opens_no_number_is_wrong(line: Line) -> None:
    subscribe(line, 1)
    require_key(line.database, line.keyring)
    with pytest.raises(WrongKey):
        require_key(line.database, another())


def test_a_key_that_opens_no_consent_is_wrong(line: Line) -> None:
    with transaction(line.database) as db:
        phone_hash = line.keyring.lookup(MARIA)
        consents.record(db, line.keyring, None, phone_hash, "opt_out", "ALTO", "es", "sms", "person", NOON)
    require_key(line.database, line.keyring)
    with pytest.raises(WrongKey):
        require_key(line.database, another())


def test_one_number_that_does_not_open_makes_no_key_wrong(line: Line) -> None:
    subscribe(line, 1)
    seal_again(line, subscribe(line, 2))
    require_key(line.database, line.keyring)


def test_with_the_wrong_key_alerts_wait_and_go_out_when_it_is_right_again(
    line: Line, carrier: ListedCarrier
) -> None:
    for number in range(3):
        subscribe(line, number)
    broadcast_id = release(line, draft_test(line))
    wrong = replace(line, keyring=another())
    assert (send(wrong), send(wrong)) == (0, 0)
    assert carrier.sent == []
    assert plain(line, broadcast_id) == ["pending"] * 3
    assert rows(line, "SELECT coalesce(sum(amount), 0) FROM spend") == [(0,)]
    assert rows(line, "SELECT act FROM audit WHERE actor = 'system'") == [("sending.wrong_key",)]
    assert send(line) == 3
    assert {one.to for one in carrier.sent} == {phone(number) for number in range(3)}


def test_with_the_wrong_key_lone_texts_wait(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    with transaction(line.database) as db:
        write_text(line, db, JOHN, None, "words", "staff", line.clock())
    assert send(replace(line, keyring=another())) == 0
    assert rows(line, "SELECT status, attempt FROM message") == [("pending", 0)]
    assert send(line) == 1
    assert [one.body for one in carrier.sent] == ["words"]


def test_one_number_that_does_not_open_keeps_nobody_else_waiting_and_is_not_given_up(
    line: Line, carrier: ListedCarrier
) -> None:
    lost = subscribe(line, 1)
    subscribe(line, 2)
    broadcast_id = release(line, draft_test(line))
    seal_again(line, lost)
    send(line)
    assert [one.to for one in carrier.sent] == [phone(2)]
    assert sorted(plain(line, broadcast_id)) == ["accepted", "pending"]
    with transaction(line.database) as db:
        sealed = line.keyring.seal(phone(1).e164, contacts.place(lost))
        db.execute(text("UPDATE contact SET phone_ct = :s WHERE id = :id"), {"s": sealed, "id": lost})
    carrier.clock.pass_(seconds=62)
    assert send(line) == 1
    assert [one.to for one in carrier.sent] == [phone(2), phone(1)]


def test_a_lost_answer_is_not_called_absent_while_its_number_cannot_be_read(
    line: Line, carrier: ListedCarrier
) -> None:
    """It may have been taken: sent again, it would arrive twice."""
    carrier.answer = lambda _: Unknown("timeout")
    with transaction(line.database) as db:
        write_text(line, db, JOHN, None, "words", "staff", line.clock())
    lost = subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    with transaction(line.database) as db:
        db.execute(text("UPDATE message SET status = 'pending' WHERE kind = 'staff'"))
    send(line)
    seal_again(line, lost)
    with transaction(line.database) as db:
        db.execute(text("UPDATE message SET phone_ct = '\\x00'"))
    for _ in range(4):
        carrier.clock.pass_(minutes=2)
        reconcile(line)
    assert plain(line, broadcast_id) == ["unknown"]
    assert set(rows(line, "SELECT DISTINCT status FROM message")) == {("unknown",)}
    assert carrier.clock() < NOON + timedelta(minutes=10)
