import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.outcome import Accepted, Outcome, Refused
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import receipts
from hotline.operations.deliver import deliver
from hotline.operations.line import Limits, Line
from hotline.operations.progress import SHOWN_FOR, pause, picture, progress, underway
from hotline.operations.sweep import sweep
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey
from hotline.store.receipts import Receipt
from tests.lines import HOTLINE, Clock, make_line
from tests.people import FreeRates, ListedCarrier, draft_test, plain, release, subscribe

OTHER = "+15005550009"


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    return make_line(database, flow, network, clock=Clock(), sender=carrier, records=carrier)


def send(line: Line, allowed: int | None = None) -> None:
    rates = FreeRates({} if allowed is None else {HOTLINE.e164: allowed})
    deliver(line, rates, rates.stopping, work_s=30.0, lanes=1)  # type: ignore[arg-type]


def people(line: Line, count: int) -> None:
    for number in range(count):
        subscribe(line, number, language="es" if number % 2 else "en")


def test_a_picture_adds_up_in_every_split_while_it_runs(line: Line, carrier: ListedCarrier) -> None:
    people(line, 10)
    code = draft_test(line)
    broadcast_id = release(line, code)
    refusing = iter([Refused(30006, "bad_number"), Refused(21612, "permanent")])
    carrier.answer = lambda one: next(refusing, None) or accepted(one)
    send(line, allowed=7)
    sids = {row[0]: row[1] for row in sent(line)}
    receipts.settle(line, [Receipt(DeliveryKey(broadcast_id, seq), sids[seq], "delivered") for seq in sids])
    shown = picture(progress(line, code, line.clock()))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["total"] == sum(shown["counts"].values()) == 10
    assert shown["counts"]["delivered"] == len(sids) > 0
    assert {(one["status"], one["reason"], one["code"]) for one in shown["reasons"]} == {
        ("failed", "bad_number", 30006),
        ("failed", "permanent", 21612),
    }
    for split in ("languages", "areas"):
        assert sum(one["delivered"] for one in shown[split]) == len(sids)
        assert sum(one["waiting"] + one["sent"] + one["failed"] for one in shown[split]) == 10
        assert sum(one["waiting"] for one in shown[split]) == plain(line, broadcast_id).count("pending") > 0
    assert [one["name"] for one in shown["areas"]] == ["900"]


def accepted(one: Outgoing) -> Outcome:
    return Accepted(f"SM{one.to.e164[-4:]:0>32}")


def sent(line: Line) -> list[tuple[int, str]]:
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT seq, sid FROM delivery WHERE status = 'accepted' ORDER BY seq"))
        return [(row.seq, row.sid) for row in rows]


def test_minutes_left_go_by_the_slowest_sender_and_the_segments_of_each_language(line: Line) -> None:
    limits = Limits(segments_per_second=100.0, sender_rates={OTHER: 2.0})
    line = replace(line, limits=limits, senders=(HOTLINE.e164, OTHER))
    people(line, 12)
    code = draft_test(line)
    broadcast_id = release(line, code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE broadcast_body SET segments = CASE WHEN language = 'es' THEN 3 ELSE 1 END"))
    found = progress(line, code, line.clock())
    assert plain(line, broadcast_id) == ["pending"] * 12
    assert found.minutes_left == pytest.approx((6 * 3 + 6 * 1) / 2 / 2.0 / 60)
    assert found.rate == 0.0


def test_the_rate_of_this_moment_lengthens_what_is_left(line: Line) -> None:
    line = replace(line, limits=Limits(segments_per_second=1000.0))
    people(line, 12)
    code = draft_test(line)
    release(line, code)
    send(line, allowed=10)
    found = progress(line, code, line.clock())
    assert found.rate > 0
    assert found.minutes_left == pytest.approx(found.waiting / found.rate / 60)


def test_nobody_can_say_how_long_a_pause_lasts(line: Line) -> None:
    people(line, 2)
    code = draft_test(line)
    release(line, code)
    pause(line, code, "Ana", line.clock())
    assert progress(line, code, line.clock()).minutes_left is None


def test_what_is_over_is_shown_a_little_longer(line: Line) -> None:
    people(line, 2)
    code = draft_test(line)
    release(line, code)
    send(line)
    sweep(line)
    assert [(one.code, one.state) for one in underway(line, line.clock())] == [(code, "done")]
    assert underway(line, line.clock() + SHOWN_FOR + timedelta(seconds=1)) == []


def test_a_corrupted_counter_is_mended_when_the_broadcast_is_over(line: Line) -> None:
    people(line, 3)
    code = draft_test(line)
    release(line, code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery_tally SET change = change + 5"))
    assert progress(line, code, line.clock()).waiting == 13
    send(line)
    sweep(line)
    found = progress(line, code, line.clock())
    assert (found.waiting, found.count("accepted"), found.total) == (0, 3, 3)
