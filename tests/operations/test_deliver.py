import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.outcome import Accepted, Outcome, Refused, Unknown
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.deliver import deliver
from hotline.operations.estimate import estimate
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Limits, Line
from hotline.operations.progress import cancel, pause, progress, resume, resume_all
from hotline.operations.receipts import settle
from hotline.operations.reconcile import reconcile
from hotline.operations.sweep import sweep
from hotline.operations.writing import write_text
from hotline.store import consents, deliveries, health, outbox
from hotline.store.broadcasts import bodies_of, by_id
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey, MessageKey
from hotline.store.receipts import Receipt
from tests.lines import BO, HOTLINE, NOON, Clock, make_line
from tests.people import (
    FreeRates,
    ListedCarrier,
    draft_actual,
    draft_test,
    follow_up,
    phone,
    plain,
    release,
    staff_texts,
    statuses,
    subscribe,
)


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    clock = Clock()
    carrier.clock = clock
    return make_line(database, flow, network, clock=clock, sender=carrier, records=carrier, caller=carrier)


def later(line: Line, **amount: float) -> None:
    assert isinstance(line.clock, Clock)
    line.clock.pass_(**amount)


def send(line: Line, rates: FreeRates | None = None, lanes: int = 1) -> int:
    rates = rates or FreeRates()
    rates.stopping.clear()
    return deliver(line, rates, rates.stopping, work_s=30.0, lanes=lanes)  # type: ignore[arg-type]


def refuse(code: int, reaction: str, after: float | None = None) -> Refused:
    return Refused(code, reaction, after)  # type: ignore[arg-type]


def tallied(line: Line, code: str) -> dict[tuple[str, str | None], int]:
    found = progress(line, code, line.clock())
    return {(tally.status, tally.reason): tally.count for tally in found.tallies}


def counted(line: Line, broadcast_id: int) -> dict[tuple[str, str | None], int]:
    found: dict[tuple[str, str | None], int] = {}
    for row in statuses(line, broadcast_id):
        found[row] = found.get(row, 0) + 1
    return found


def test_everyone_gets_it_once_in_their_language(line: Line, carrier: ListedCarrier) -> None:
    for number in range(30):
        subscribe(line, number, language="es" if number % 2 else "en")
    code = draft_test(line)
    broadcast_id = release(line, code)
    assert send(line, lanes=3) == 30
    assert sorted(one.to.e164 for one in carrier.sent) == [phone(number).e164 for number in range(30)]
    spanish = {one.to.e164 for one in carrier.sent if "Esta es una prueba" in one.body}
    assert spanish == {phone(number).e164 for number in range(1, 30, 2)}
    assert set(plain(line, broadcast_id)) == {"accepted"}
    assert tallied(line, code) == {("accepted", None): 30}
    assert send(line) == 0


def test_the_rows_are_committed_as_sending_before_anything_is_sent(
    line: Line, carrier: ListedCarrier, database: Engine
) -> None:
    subscribe(line, 1)
    release(line, draft_test(line))
    seen: list[str] = []

    def look(_: Outgoing) -> Outcome:
        with database.connect() as db:
            seen.append(db.execute(text("SELECT status FROM delivery")).scalar_one())
        return Accepted("SM" + "0" * 32)

    carrier.answer = look
    send(line)
    assert seen == ["sending"]


def test_two_workers_never_take_the_same_row(line: Line) -> None:
    for number in range(40):
        subscribe(line, number)
    broadcast_id = release(line, draft_test(line))
    taken: list[list[int]] = []
    together = threading.Barrier(4)

    def take() -> None:
        with transaction(line.database) as db:
            of = by_id(db, broadcast_id)
            assert of is not None
            bodies = bodies_of(db, line.keyring, broadcast_id)
            together.wait()
            parcels = deliveries.take(db, line.keyring, of, bodies, HOTLINE.e164, 10, [], NOON)
            together.wait()
            taken.append([parcel.key.seq for parcel in parcels if isinstance(parcel.key, DeliveryKey)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [seq for one in taken for seq in one]
    assert len(everything) == len(set(everything)) == 40


def test_who_opted_out_after_the_release_is_not_written_to(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    subscribe(line, 2)
    broadcast_id = release(line, draft_test(line))
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(phone(1)), "opt_out", line.clock())
    send(line)
    assert [one.to for one in carrier.sent] == [phone(2)]
    assert statuses(line, broadcast_id) == [("skipped", "opted_out"), ("accepted", None)]


def test_the_carrier_is_told_how_long_it_may_hold_a_text(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    release(line, draft_test(line, ends_at=line.clock() + timedelta(minutes=10)))
    later(line, minutes=4)
    send(line)
    assert carrier.sent[0].valid_s == 360


def test_an_alert_past_its_end_is_not_sent(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    later(line, minutes=90)
    assert send(line) == 0
    sweep(line)
    assert carrier.sent == []
    assert statuses(line, broadcast_id) == [("skipped", "expired")]
    with transaction(line.database) as db:
        of = by_id(db, broadcast_id)
    assert of is not None
    assert of.state == "done"


def test_an_opt_out_at_the_carrier_goes_into_our_ledger(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.answer = lambda _: refuse(21610, "opted_out")
    send(line)
    hashes = [line.keyring.lookup(phone(1))]
    with transaction(line.database) as db:
        assert consents.is_suppressed(db, hashes)
        assert consents.count(db, hashes, "carrier_stop") == 1
        assert db.scalar(text("SELECT sender FROM carrier_block")) == HOTLINE.e164
    assert statuses(line, broadcast_id) == [("failed", "opted_out")]


def test_a_bad_number_is_counted_and_never_tried_again(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    carrier.answer = lambda _: refuse(21614, "bad_number")
    for _ in range(2):
        release(line, draft_test(line))
        send(line)
        later(line, hours=1)
        send(line)
    assert len(carrier.sent) == 2
    with transaction(line.database) as db:
        assert health.is_resting(db, [line.keyring.lookup(phone(1))])


def test_a_passing_trouble_is_tried_again_three_times_and_no_more(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.answer = lambda _: refuse(20500, "retry")
    for _ in range(6):
        send(line)
        later(line, minutes=5)
    assert len(carrier.sent) == 3
    assert statuses(line, broadcast_id) == [("failed", "tries_used")]


def test_a_retry_waits(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    release(line, draft_test(line))
    carrier.answer = lambda _: refuse(20500, "retry", 60.0)
    send(line)
    later(line, seconds=59)
    assert send(line) == 0
    later(line, seconds=3)
    assert send(line) == 1


def test_too_many_requests_use_up_no_try(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.answer = lambda _: refuse(20429, "slow_down")
    for _ in range(5):
        send(line)
        later(line, seconds=5)
    carrier.answer = None
    send(line)
    assert len(carrier.sent) == 6
    assert plain(line, broadcast_id) == ["accepted"]


def test_a_sender_whose_day_is_used_up_rests_and_the_row_waits(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.answer = lambda _: refuse(30023, "hold", 600.0)
    send(line)
    carrier.answer = None
    assert plain(line, broadcast_id) == ["held"]
    later(line, minutes=5)
    sweep(line)
    assert send(line) == 0
    later(line, minutes=6)
    sweep(line)
    assert send(line) == 1


def test_spam_filtering_pauses_the_broadcast_and_calls_people(line: Line, carrier: ListedCarrier) -> None:
    for number in range(3):
        subscribe(line, number)
    code = draft_test(line)
    release(line, code)
    carrier.answer = lambda _: refuse(30007, "stop_batch")
    send(line, FreeRates({HOTLINE.e164: 1}))
    carrier.answer = None
    assert len(carrier.sent) == 1
    assert progress(line, code, line.clock()).state == "paused"
    assert sum(f"alert {code} as spam (30007)" in body for body in staff_texts(line)) == 2
    send(line)
    assert [one.to for one in carrier.sent[1:]] == [one.phone for one in line.people().people]
    resume(line, code, BO.name, line.clock())
    send(line)
    assert progress(line, code, line.clock()).count("accepted") == 2


def test_a_rejected_account_stops_everything_until_a_person_says_go(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    broadcast_id = release(line, code)
    carrier.answer = lambda _: refuse(20003, "stop_all")
    send(line)
    carrier.answer = None
    later(line, hours=1)
    assert send(line) == 0
    assert progress(line, code, line.clock()).reason == "stopped 20003"
    assert plain(line, broadcast_id) == ["pending"]
    resume_all(line, BO.name, line.clock())
    assert send(line) > 0
    assert plain(line, broadcast_id) == ["accepted"]


def test_a_lost_answer_is_never_resent_blindly(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.swallow = True
    send(line)
    carrier.swallow = False
    assert statuses(line, broadcast_id) == [("unknown", "no_answer")]
    assert reconcile(line) == 0  # the carrier needs its time to show it
    later(line, seconds=61)
    assert reconcile(line) == 1
    assert plain(line, broadcast_id) == ["accepted"]
    later(line, minutes=10)
    send(line)
    assert len(carrier.accepted) == 1


def test_what_the_carrier_certainly_has_not_is_sent_again(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.drop = True
    send(line)
    carrier.drop = False
    later(line, seconds=61)
    reconcile(line)
    assert plain(line, broadcast_id) == ["unknown"]  # absent once is not enough
    later(line, seconds=30)
    assert reconcile(line) == 0
    later(line, seconds=31)
    reconcile(line)
    assert plain(line, broadcast_id) == ["pending"]
    send(line)
    assert carrier.accepted == [phone(1).e164]


def test_a_carrier_that_cannot_be_asked_decides_nothing(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    carrier.drop = True
    send(line)
    carrier.is_away = True
    for _ in range(5):
        later(line, minutes=2)
        reconcile(line)
    assert plain(line, broadcast_id) == ["unknown"]


def test_past_its_end_what_was_not_found_is_reported_as_unknown(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    broadcast_id = release(line, code)
    carrier.drop = True
    send(line)
    later(line, minutes=90)
    for _ in range(3):
        reconcile(line)
        later(line, minutes=2)
        sweep(line)
    assert statuses(line, broadcast_id) == [("unknown", "never_found")]
    assert tallied(line, code) == {("unknown", "never_found"): 1}
    assert progress(line, code, line.clock()).state == "done"


def test_the_same_words_sent_before_are_not_taken_for_the_lost_ones(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    release(line, draft_test(line))
    send(line)
    second = release(line, draft_test(line))
    carrier.drop = True
    send(line)
    later(line, seconds=61)
    reconcile(line)
    assert plain(line, second) == ["unknown"]


def test_rows_of_a_worker_that_died_are_looked_up(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))
    with transaction(line.database) as db:
        of = by_id(db, broadcast_id)
        assert of is not None
        bodies = bodies_of(db, line.keyring, broadcast_id)
        deliveries.take(db, line.keyring, of, bodies, HOTLINE.e164, 10, [], line.clock())
    later(line, seconds=60)
    sweep(line)
    assert plain(line, broadcast_id) == ["sending"]
    later(line, seconds=61)
    sweep(line)
    assert statuses(line, broadcast_id) == [("unknown", "worker_lost")]
    for _ in range(2):
        reconcile(line)
        later(line, seconds=61)
    send(line)
    assert carrier.accepted == [phone(1).e164]
    assert plain(line, broadcast_id) == ["accepted"]


def test_a_late_answer_of_a_worker_that_lost_its_lease_still_counts(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))

    def slow(_: Outgoing) -> Outcome:
        later(line, seconds=121)
        sweep(line)
        return Accepted("SM" + "1" * 32)

    carrier.answer = slow
    send(line)
    assert plain(line, broadcast_id) == ["accepted"]
    assert len(carrier.accepted) == 1


def test_a_receipt_before_the_answer_is_not_overwritten(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    broadcast_id = release(line, code)
    sid = "SM" + "2" * 32

    def fast(one: Outgoing) -> Outcome:
        settle(line, [Receipt(DeliveryKey(broadcast_id, 1), sid, "delivered")])
        return Accepted(sid)

    carrier.answer = fast
    send(line)
    assert plain(line, broadcast_id) == ["delivered"]
    assert tallied(line, code) == {("delivered", None): 1}


def test_a_sender_that_breaks_leaves_unknown_and_not_failed(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    broadcast_id = release(line, draft_test(line))

    def break_down(_: Outgoing) -> Outcome:
        raise OSError

    carrier.answer = break_down
    send(line)
    assert statuses(line, broadcast_id) == [("unknown", "no_answer")]


def test_urgent_overtakes_a_running_newsletter(line: Line, carrier: ListedCarrier) -> None:
    for number in range(6):
        subscribe(line, number)
    slow = release(line, draft_test(line))
    rates = FreeRates({HOTLINE.e164: 2})
    send(line, rates)
    code = draft_actual(line)
    urgent = release(line, code)
    longest = max(one.measured.segments for one in estimate(line, code, line.clock()).texts.values())
    rates.allowance[HOTLINE.e164] = 6 * longest + longest - 1
    send(line, rates)
    assert set(plain(line, urgent)) == {"accepted"}
    assert plain(line, slow).count("pending") > 0


def test_a_short_text_does_not_take_what_a_long_urgent_one_waits_for(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    slow = release(line, draft_test(line))
    urgent = release(line, draft_actual(line))
    rates = FreeRates({HOTLINE.e164: 1})
    assert send(line, rates) == 0
    assert carrier.sent == []
    assert plain(line, slow) == plain(line, urgent) == ["pending"]


def test_equals_take_turns(line: Line, carrier: ListedCarrier) -> None:
    for number in range(10):
        subscribe(line, number)
    first, second = release(line, draft_test(line)), release(line, draft_test(line))
    rates = FreeRates()
    for _ in range(6):
        rates.allowance[HOTLINE.e164] = 4
        send(line, rates)
    done = [plain(line, one).count("accepted") for one in (first, second)]
    assert min(done) > 0


def test_lone_messages_go_before_alerts(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    release(line, draft_actual(line))
    with transaction(line.database) as db:
        message_id = write_text(line, db, BO.phone, None, "K7Q2: wants a call", "staff", line.clock())
    send(line)
    assert carrier.sent[0].key == f"m{message_id}"
    assert carrier.sent[0].to == BO.phone


def test_a_lone_message_whose_answer_was_lost_is_looked_up_too(line: Line, carrier: ListedCarrier) -> None:
    with transaction(line.database) as db:
        write_text(line, db, BO.phone, None, "K7Q2", "staff", line.clock())
    carrier.swallow = True
    send(line)
    carrier.swallow = False
    later(line, seconds=61)
    sweep(line)
    assert reconcile(line) == 1
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT status FROM message")) == "accepted"
        assert not outbox.has_unknown(db)
    assert len(carrier.accepted) == 1


def test_a_lone_message_past_its_end_is_dropped(line: Line, carrier: ListedCarrier) -> None:
    with transaction(line.database) as db:
        until = line.clock() + timedelta(minutes=5)
        write_text(line, db, BO.phone, None, "K7Q2", "staff", line.clock(), until)
    later(line, minutes=5)
    assert send(line) == 0
    assert carrier.sent == []


def test_pause_stops_and_resume_goes_on(line: Line, carrier: ListedCarrier) -> None:
    for number in range(4):
        subscribe(line, number)
    code = draft_test(line)
    broadcast_id = release(line, code)
    send(line, FreeRates({HOTLINE.e164: 1}))
    assert pause(line, code, BO.name, line.clock())
    assert send(line) == 0
    assert plain(line, broadcast_id).count("pending") == 3
    assert resume(line, code, BO.name, line.clock())
    assert send(line) == 3


def test_cancel_skips_the_rest_for_good(line: Line) -> None:
    for number in range(3):
        subscribe(line, number)
    code = draft_test(line)
    release(line, code)
    send(line, FreeRates({HOTLINE.e164: 1}))
    assert cancel(line, code, BO.name, line.clock())
    sweep(line)
    assert tallied(line, code) == {("accepted", None): 1, ("skipped", "cancelled"): 2}
    assert not resume(line, code, BO.name, line.clock())
    assert send(line) == 0
    assert progress(line, code, line.clock()).state == "cancelled"


def test_the_daily_budget_holds_alerts_but_not_answers(line: Line, carrier: ListedCarrier) -> None:
    for number in range(5):
        subscribe(line, number)
    poor = replace(line, limits=Limits(daily_spend=35_000, segment_price=10_000))
    code = draft_test(poor)
    broadcast_id = release(poor, code)
    assert {one.measured.segments for one in estimate(poor, code, poor.clock()).texts.values()} == {1}
    send(poor)
    assert plain(poor, broadcast_id).count("accepted") == 3
    assert progress(poor, code, poor.clock()).reason == "spend_limit"
    assert sum("spend limit" in body for body in staff_texts(poor)) == len(poor.people().people)
    with transaction(poor.database) as db:
        write_text(poor, db, phone(9), None, "an answer", "turn", poor.clock())
    send(poor)
    assert phone(9) in [one.to for one in carrier.sent]
    sweep(poor)
    assert progress(poor, code, poor.clock()).state == "held"


def test_what_waited_for_money_goes_on_the_next_day(line: Line) -> None:
    for number in range(2):
        subscribe(line, number)
    poor = replace(line, limits=Limits(daily_spend=10_000, segment_price=10_000))
    code = draft_test(poor, ends_at=poor.clock() + timedelta(hours=12))
    broadcast_id = release(poor, code)
    send(poor)
    assert plain(poor, broadcast_id).count("accepted") == 1
    rich = replace(poor, limits=Limits(daily_spend=50_000, segment_price=10_000))
    sweep(rich)
    assert progress(rich, code, rich.clock()).state == "sending"
    send(rich)
    assert plain(rich, broadcast_id) == ["accepted", "accepted"]


def test_refused_texts_cost_nothing(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    release(line, draft_test(line))
    carrier.answer = lambda _: refuse(21614, "bad_number")
    send(line)
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT sum(amount) FROM spend")) == 0


def test_what_is_not_urgent_waits_for_the_recipients_morning(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    code = draft_test(line, ends_at=line.clock() + timedelta(hours=12))
    broadcast_id = release(line, code)
    assert isinstance(line.clock, Clock)
    line.clock.now = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)  # nine in the evening in Los Angeles
    assert send(line) == 0
    sweep(line)
    assert statuses(line, broadcast_id) == [("held", "night")]
    assert carrier.sent == []


def test_urgent_alerts_come_at_any_hour(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    assert isinstance(line.clock, Clock)
    line.clock.now = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    release(line, draft_actual(line))
    sweep(line)
    assert send(line) == 1


def test_what_was_held_for_the_night_goes_out_in_the_morning(line: Line) -> None:
    subscribe(line, 1)
    assert isinstance(line.clock, Clock)
    line.clock.now = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # two at night
    code = draft_test(line, ends_at=line.clock() + timedelta(hours=12))
    broadcast_id = release(line, code)
    sweep(line)
    assert plain(line, broadcast_id) == ["held"]
    line.clock.now = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    sweep(line)
    assert send(line) == 1


def test_an_alert_that_nobody_renews_tells_its_recipients_that_it_is_over(
    line: Line, carrier: ListedCarrier
) -> None:
    subscribe(line, 1)
    code = draft_actual(line)
    release(line, code)
    send(line)
    later(line, minutes=86)
    sweep(line)
    later(line, minutes=10)
    sweep(line)
    fanned = [job for job in line.queue.jobs if job[0] == "fan_out"]  # type: ignore[attr-defined]
    assert fanned
    broadcast_id = fanned[-1][1]
    assert broadcast_id is not None
    fan_out(line, broadcast_id, line.clock())
    send(line)
    assert "ya no vale" in carrier.sent[-1].body
    later(line, minutes=5)
    before = len(carrier.sent)
    sweep(line)
    send(line)
    assert len(carrier.sent) == before


def test_whoever_the_first_reaches_late_gets_the_all_clear_too(line: Line, carrier: ListedCarrier) -> None:
    subscribe(line, 1)
    subscribe(line, 2)
    code = draft_actual(line)
    release(line, code)
    carrier.answer = lambda one: Accepted("SM" + "5" * 32) if one.to == phone(1) else Unknown("timeout")
    send(line)
    carrier.answer = None
    second = release(line, follow_up(line, "all_clear", code))
    assert len(plain(line, second)) == 2
    with transaction(line.database) as db:
        of = by_id(db, second)
    assert of is not None
    assert not of.is_written


def test_the_tallies_say_what_the_rows_say(line: Line, carrier: ListedCarrier) -> None:
    for number in range(20):
        subscribe(line, number)
    code = draft_test(line)
    broadcast_id = release(line, code)
    answers: list[Outcome] = [
        Accepted("SM" + "a" * 32),
        refuse(21610, "opted_out"),
        refuse(20500, "retry"),
        Unknown("timeout"),
        refuse(21614, "bad_number"),
    ]
    carrier.answer = lambda one: answers[int(one.to.e164[-1]) % 5]
    send(line)
    assert tallied(line, code) == counted(line, broadcast_id)
    later(line, seconds=61)
    sweep(line)
    reconcile(line)
    send(line)
    assert tallied(line, code) == counted(line, broadcast_id)
    assert progress(line, code, line.clock()).total == 20


def test_receipts_of_lone_messages_move_them(line: Line) -> None:
    with transaction(line.database) as db:
        message_id = write_text(line, db, phone(1), None, "hello", "after_call", line.clock())
    send(line)
    assert settle(line, [Receipt(MessageKey(message_id), "SM" + "3" * 32, "delivered")]) == 1
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT status FROM message")) == "delivered"
