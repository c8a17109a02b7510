"""What is older than its period goes, here and at the carrier; the proof stays."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.effect import OpenTicket
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import retention
from hotline.operations.erasure import delete_at_carrier
from hotline.operations.line import Limits, Line
from hotline.operations.tickets import move, open_ticket
from hotline.store import consents, contacts, counters, recordings, reports, subscriptions
from hotline.store.database import transaction
from hotline.store.messages import enqueue
from hotline.store.sealing import read_keys
from tests.lines import JOHN, MARIA, NOON, Carrier, make_line

OTHER_KEY = "b3RoZXIta2V5LW9mLTMyLWJ5dGVzLWZvci10ZXN0cyE="


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, limits=Limits())


def rows(line: Line, table: str, which: str = "true") -> int:
    with line.database.connect() as db:
        return int(db.execute(text(f"SELECT count(*) FROM {table} WHERE {which}")).scalar_one())


def long_ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


def contact(line: Line, number: PhoneNumber, days: float) -> int:
    with transaction(line.database) as db:
        return contacts.add(db, line.keyring, number, long_ago(days))


def message(line: Line, days: float, sid: str | None) -> None:
    with transaction(line.database) as db:
        row_id = enqueue(db, line.keyring, MARIA, None, "words", "staff", 1, long_ago(days))
        db.execute(text("UPDATE message SET sid = :sid WHERE id = :id"), {"sid": sid, "id": row_id})


def deleted_at_carrier(line: Line) -> list[str]:
    delete_at_carrier(line, NOON)
    assert isinstance(line.records, Carrier)
    return line.records.deleted


def test_a_contact_not_seen_for_the_period_is_erased_and_one_seen_later_stays(line: Line) -> None:
    contact(line, MARIA, 181)
    contact(line, JOHN, 179)
    assert retention.run(line, NOON)["contacts"] == 1
    assert rows(line, "contact") == 1
    assert rows(line, "carrier_deletion", "kind = 'number'") == 1


def test_a_subscriber_is_kept_and_one_who_opted_out_is_not(line: Line) -> None:
    for number, reason in ((MARIA, None), (JOHN, "opt_out"), (PhoneNumber("+12135550103"), "pause")):
        contact_id = contact(line, number, 400)
        with transaction(line.database) as db:
            subscriptions.add(db, contact_id, "90033", long_ago(400))
            if reason:
                consents.suppress(db, line.keyring.lookup(number), reason, long_ago(400))
    assert retention.run(line, NOON)["contacts"] == 1
    with transaction(line.database) as db:
        assert contacts.find(db, line.keyring, JOHN) is None
        assert contacts.find(db, line.keyring, MARIA) is not None
        assert consents.is_suppressed(db, [line.keyring.lookup(JOHN)])


def test_who_waits_for_an_answer_is_kept(line: Line) -> None:
    contact_id = contact(line, MARIA, 400)
    with transaction(line.database) as db:
        open_ticket(line, db, line.library(), OpenTicket("callback", "person"), contact_id, "es", NOON)
    assert retention.run(line, NOON)["contacts"] == 0


def test_consent_and_opt_out_outlast_the_contact(line: Line) -> None:
    contact_id = contact(line, MARIA, 181)
    phone_hash = line.keyring.lookup(MARIA)
    with transaction(line.database) as db:
        consents.record(
            db, line.keyring, contact_id, phone_hash, "opt_out", "ALTO", "es", "sms", "person", long_ago(181)
        )
        consents.suppress(db, phone_hash, "opt_out", long_ago(181))
    retention.run(line, NOON)
    with transaction(line.database) as db:
        assert consents.count(db, [phone_hash], "opt_out") == 1
        assert consents.is_suppressed(db, [phone_hash])


def test_a_contact_sealed_with_a_lost_key_is_erased_here_all_the_same(line: Line) -> None:
    contact(line, MARIA, 181)
    keyless = replace(line, keyring=read_keys(f"9:{OTHER_KEY}"))
    assert retention.run(keyless, NOON)["contacts"] == 1
    assert rows(line, "contact") == 0


def test_old_texts_go_here_and_at_the_carrier(line: Line) -> None:
    message(line, 15, "SM" + "1" * 32)
    message(line, 15, None)
    message(line, 13, "SM" + "2" * 32)
    assert retention.run(line, NOON)["messages"] == 2
    assert rows(line, "message") == 1
    assert deleted_at_carrier(line) == ["SM" + "1" * 32]


def test_more_than_one_step_is_taken_also_where_nothing_has_a_sid(line: Line) -> None:
    with transaction(line.database) as db:
        for _ in range(retention.STEP + 1):
            enqueue(db, line.keyring, MARIA, None, "words", "staff", 1, long_ago(15))
    assert retention.run(line, NOON)["messages"] == retention.STEP + 1
    assert rows(line, "message") == 0


def test_old_recordings_go_here_and_at_the_carrier(line: Line) -> None:
    with transaction(line.database) as db:
        recordings.keep(db, line.keyring, "RE" + "1" * 32, 9, None, None, None, long_ago(8))
        recordings.keep(db, line.keyring, "RE" + "2" * 32, 9, None, None, None, long_ago(6))
    assert retention.run(line, NOON)["recordings"] == 1
    assert deleted_at_carrier(line) == ["RE" + "1" * 32]


def test_old_reports_are_emptied_and_that_they_were_made_stays(line: Line) -> None:
    with transaction(line.database) as db:
        reports.start(db, line.keyring, "K7Q2", None, "sms", "es", long_ago(31))
        reports.answer(db, line.keyring, "K7Q2", "place", "Alvarado", ())
    assert retention.run(line, NOON)["reports"] == 1
    with transaction(line.database) as db:
        emptied = reports.read(db, line.keyring, "K7Q2")
    assert emptied is not None
    assert emptied.answers == {}


def test_closed_tickets_go_and_open_ones_never(line: Line) -> None:
    with transaction(line.database) as db:
        for topic in ("one", "two"):
            open_ticket(line, db, line.library(), OpenTicket("callback", topic), None, "es", long_ago(40))
        codes = [row.code for row in db.execute(text("SELECT code FROM ticket ORDER BY id"))]
        move(line, db, codes[0], "closed", "Ana", long_ago(31))
    assert retention.run(line, NOON)["tickets"] == 1
    assert rows(line, "ticket") == 1


def rung(line: Line, leg_id: str, call_sid: str | None, days: float, ticket: str = "NULL") -> None:
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO leg (id, call_sid, ticket_id, person, person_language, topic, created_at)"
                f" VALUES (:id, :sid, {ticket}, 'Ana', 'es', 'person', :at)"
            ),
            {"id": leg_id, "sid": call_sid, "at": long_ago(days)},
        )


OF_THE_TICKET = "(SELECT max(id) FROM ticket)"


def test_old_calls_back_go_at_the_carrier_too_and_a_transfer_goes_with_the_callers_call(line: Line) -> None:
    with transaction(line.database) as db:
        open_ticket(line, db, line.library(), OpenTicket("callback", "one"), None, "es", long_ago(20))
    rung(line, "back", "CA" + "1" * 32, 15, OF_THE_TICKET)
    rung(line, "never named", None, 15, OF_THE_TICKET)
    rung(line, "of yesterday", "CA" + "2" * 32, 1, OF_THE_TICKET)
    rung(line, "transfer", "CA" + "3" * 32, 15)
    assert retention.run(line, NOON)["legs"] == 3
    assert rows(line, "leg") == 1
    assert deleted_at_carrier(line) == ["CA" + "1" * 32]


def test_a_ticket_takes_its_calls_back_with_it(database: Engine, flow: Flow, network: Network) -> None:
    line = make_line(database, flow, network, limits=Limits(ticket_days=3))
    with transaction(line.database) as db:
        open_ticket(line, db, line.library(), OpenTicket("callback", "one"), None, "es", long_ago(6))
        code = db.execute(text("SELECT code FROM ticket")).scalar_one()
        move(line, db, code, "closed", "Ana", long_ago(4))
    rung(line, "back", "CA" + "1" * 32, 5, OF_THE_TICKET)
    assert retention.run(line, NOON)["tickets"] == 1
    assert rows(line, "leg") == 0
    assert deleted_at_carrier(line) == ["CA" + "1" * 32]


def test_a_recording_that_no_key_opens_goes_here_and_keeps_no_other(line: Line) -> None:
    keyless = replace(line, keyring=read_keys(f"9:{OTHER_KEY}"))
    with transaction(line.database) as db:
        recordings.keep(db, line.keyring, "RE" + "1" * 32, 9, None, None, None, long_ago(8))
        recordings.keep(db, keyless.keyring, "RE" + "2" * 32, 9, None, None, None, long_ago(8))
    assert retention.run(keyless, NOON)["recordings"] == 2
    assert rows(line, "recording") == 0
    assert deleted_at_carrier(keyless) == ["RE" + "2" * 32]


def test_conversations_that_are_over_are_emptied_and_old_calls_forgotten(line: Line) -> None:
    contact_id = contact(line, MARIA, 1)
    with transaction(line.database) as db:
        for values in (
            {"contact": contact_id, "call": None, "over": NOON - timedelta(hours=1)},
            {"contact": None, "call": "CA" + "1" * 32, "over": long_ago(15)},
            {"contact": None, "call": "CA" + "2" * 32, "over": NOON + timedelta(hours=1)},
        ):
            db.execute(
                text(
                    "INSERT INTO session (contact_id, call_sid, state_ct, expires_at)"
                    " VALUES (:contact, :call, 'state', :over)"
                ),
                values,
            )
    done = retention.run(line, NOON)
    assert (done["sessions"], done["calls"]) == (1, 1)
    assert rows(line, "session") == 2
    assert rows(line, "session", "state_ct <> ''") == 1
    assert deleted_at_carrier(line) == ["CA" + "1" * 32]


def test_who_got_an_alert_is_forgotten_and_the_count_stays(line: Line) -> None:
    contact_id = contact(line, MARIA, 1)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO alert (code, kind, template, values_ct, area, zips, ends_at, author, state,"
                " created_at) VALUES ('AAAA', 'test', 'test', '', 'x', '{}', :t, 'Ana', 'released', :t)"
            ),
            {"t": long_ago(20)},
        )
        db.execute(
            text(
                "INSERT INTO broadcast (alert_id, is_urgent, state, zips, senders, ends_at, created_at,"
                " finished_at) SELECT id, false, 'finished', '{}', '{}', :t, :t, :t FROM alert"
            ),
            {"t": long_ago(15)},
        )
        db.execute(
            text(
                "INSERT INTO delivery (broadcast_id, seq, contact_id, phone_hash, language, status, sid)"
                " SELECT id, 1, :contact, :hash, 'es', 'delivered', :sid FROM broadcast"
            ),
            {"contact": contact_id, "hash": line.keyring.lookup(MARIA), "sid": "SM" + "7" * 32},
        )
    assert retention.run(line, NOON)["deliveries"] == 1
    assert rows(line, "delivery", "contact_id IS NULL AND phone_hash IS NULL AND sid IS NULL") == 1
    assert deleted_at_carrier(line) == ["SM" + "7" * 32]


def test_counters_are_kept_for_a_year_and_a_month(line: Line) -> None:
    with transaction(line.database) as db:
        counters.add(db, "x", long_ago(401).date())
        counters.add(db, "x", long_ago(10).date())
    retention.run(line, NOON)
    assert rows(line, "counter") == 1


def test_again_is_the_same_as_once(line: Line) -> None:
    contact(line, MARIA, 181)
    message(line, 15, "SM" + "1" * 32)
    retention.run(line, NOON)
    before = rows(line, "carrier_deletion")
    assert sum(retention.run(line, NOON).values()) == 0
    assert rows(line, "carrier_deletion") == before


def test_a_run_that_is_not_done_wakes_another(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 1)
    monkeypatch.setattr(retention, "MOST_STEPS", 2)
    for _ in range(3):
        message(line, 15, None)
    retention.run(line, NOON)
    assert ("retention", None) in line.queue.jobs  # type: ignore[attr-defined]
    assert rows(line, "message") == 1


def test_an_alert_that_was_a_call_is_deleted_as_a_call_at_the_carrier(line: Line) -> None:
    with transaction(line.database) as db:
        assert retention._forget(line, db, "message", ["CA" + "1" * 32, "", "SM" + "1" * 32], NOON) == 3
        kinds = db.execute(text("SELECT kind FROM carrier_deletion ORDER BY id")).scalars().all()
    assert kinds == ["call", "message"]
