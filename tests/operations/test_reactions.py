"""A carrier that filters us as spam, or does not let us send, calls people: once, with the reason."""

import pytest
from sqlalchemy import Engine, text

from hotline.channels.twilio.codes import reaction_of, sentence_of
from hotline.domain.outcome import Outcome, Refused
from hotline.domain.ports import Outgoing
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.carrier_state import carrier_state
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.progress import progress, resume, resume_all
from hotline.operations.receipts import must_be_at_once, settle
from hotline.operations.sweep import sweep
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey
from hotline.store.receipts import Receipt
from tests.lines import BO, Clock, Wakes, make_line
from tests.people import (
    FreeRates,
    ListedCarrier,
    draft_test,
    phone,
    plain,
    release,
    settle_staff_texts,
    staff_texts,
    subscribe,
)

FILTERED, NOT_REGISTERED = 30007, 30034


@pytest.fixture
def carrier() -> ListedCarrier:
    return ListedCarrier()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, carrier: ListedCarrier) -> Line:
    clock = Clock()
    carrier.clock = clock
    return make_line(database, flow, network, clock=clock, sender=carrier, records=carrier, caller=carrier)


def later(line: Line, seconds: float) -> None:
    assert isinstance(line.clock, Clock)
    line.clock.pass_(seconds=seconds)


def send(line: Line) -> int:
    return deliver(line, FreeRates(), work_s=30.0, lanes=1)  # type: ignore[arg-type]


def sent(line: Line, people: int = 6) -> tuple[str, int]:
    """An alert that the carrier has taken for everyone."""
    for number in range(people):
        subscribe(line, number)
    code = draft_test(line)
    broadcast_id = release(line, code)
    assert send(line) == people
    return code, broadcast_id


def reported(line: Line, broadcast_id: int, seqs: range, code: int = FILTERED) -> None:
    """The carrier's receipts say so of these texts, all at once."""
    receipts = [
        Receipt(DeliveryKey(broadcast_id, seq), f"SM{seq:032x}", "undelivered", code, reaction_of(code))
        for seq in seqs
    ]
    settle(line, receipts)


def told(line: Line, code: str, error: int = FILTERED) -> int:
    """How many texts tell people of it."""
    return sum(code in body and f"({error})" in body for body in staff_texts(line))


def everyone(line: Line) -> int:
    return len(line.people().people)


def held_back(line: Line, broadcast_id: int) -> None:
    """Two of the rows wait, as if they had not gone out yet."""
    with transaction(line.database) as db:
        db.execute(
            text(
                "UPDATE delivery SET status = 'pending', asked_at = NULL WHERE broadcast_id = :id AND seq > 4"
            ),
            {"id": broadcast_id},
        )


def test_many_filtered_texts_tell_people_once(line: Line) -> None:
    code, broadcast_id = sent(line)
    held_back(line, broadcast_id)
    assert isinstance(line.queue, Wakes)
    line.queue.jobs.clear()
    reported(line, broadcast_id, range(1, 3))
    reported(line, broadcast_id, range(3, 5))
    assert progress(line, code, line.clock()).state == "paused"
    assert told(line, code) == everyone(line)
    assert ("messages", None) in line.queue.jobs
    settle_staff_texts(line)
    assert send(line) == 0


def test_people_are_told_also_when_everything_has_gone_out(line: Line) -> None:
    """Receipts come after the last text of a small alert: nobody would know that it did not arrive."""
    code, broadcast_id = sent(line)
    settle(line, [Receipt(DeliveryKey(broadcast_id, seq), f"SM{seq:032x}", "sent") for seq in range(1, 7)])
    sweep(line)
    assert progress(line, code, line.clock()).state == "done"
    reported(line, broadcast_id, range(1, 4))
    reported(line, broadcast_id, range(4, 7))
    assert told(line, code) == everyone(line)
    assert sum("did not arrive" in body for body in staff_texts(line)) == everyone(line)
    assert progress(line, code, line.clock()).state == "done"


def test_late_news_of_what_was_sent_before_neither_stops_nor_tells_again(line: Line) -> None:
    code, broadcast_id = sent(line)
    held_back(line, broadcast_id)
    later(line, 5)
    reported(line, broadcast_id, range(1, 3))
    later(line, 60)
    resume(line, code, BO.name, line.clock())
    reported(line, broadcast_id, range(3, 5))
    assert progress(line, code, line.clock()).state == "sending"
    assert told(line, code) == everyone(line)


def test_what_is_filtered_after_somebody_let_it_go_on_stops_it_again(line: Line) -> None:
    code, broadcast_id = sent(line)
    held_back(line, broadcast_id)
    later(line, 5)
    reported(line, broadcast_id, range(1, 3))
    settle_staff_texts(line)
    later(line, 60)
    resume(line, code, BO.name, line.clock())
    assert send(line) == 2
    later(line, 5)
    subscribe(line, 50)
    reported(line, broadcast_id, range(5, 7))
    assert told(line, code) == 2 * everyone(line)


@pytest.mark.parametrize("by", ["answer", "receipt"])
def test_a_sender_that_is_not_registered_stops_everything_and_says_why(
    line: Line, carrier: ListedCarrier, by: str
) -> None:
    code, broadcast_id = sent(line)
    held_back(line, broadcast_id)
    other = release(line, draft_test(line))

    def refused(_: Outgoing) -> Outcome:
        return Refused(NOT_REGISTERED, reaction_of(NOT_REGISTERED))

    if by == "answer":
        carrier.answer = refused
        send(line)
        carrier.answer = None
    else:
        receipt = Receipt(DeliveryKey(broadcast_id, 1), f"SM{1:032x}", "undelivered", NOT_REGISTERED)
        receipt = Receipt(receipt.key, receipt.sid, receipt.status, receipt.code, reaction_of(NOT_REGISTERED))
        assert must_be_at_once(receipt)  # in the database before the carrier has its answer
        settle(line, [receipt])
        reported(line, broadcast_id, range(2, 4), NOT_REGISTERED)
    assert carrier_state(line, line.clock()).stopped == "30034"
    assert progress(line, code, line.clock()).reason == "stopped 30034"
    told = [body for body in staff_texts(line) if "All texts are stopped" in body]
    assert len(told) == everyone(line)  # once, whatever the number of refusals
    assert all("(30034)" in body for body in told)
    assert "10DLC" in sentence_of(NOT_REGISTERED)
    later(line, 3600)
    assert send(line) == 0
    assert "pending" in plain(line, broadcast_id)
    assert set(plain(line, other)) == {"pending"}
    settle_staff_texts(line)
    resume_all(line, BO.name, line.clock())
    later(line, 1)
    assert send(line) > 0
    assert phone(0).e164 in carrier.accepted
