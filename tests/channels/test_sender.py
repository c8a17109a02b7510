"""One POST for each text whatever happens, and an outcome that never claims more than is known."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hotline.channels.twilio.account import Account
from hotline.channels.twilio.sender import TwilioSender
from hotline.channels.twilio.wire import Wire
from hotline.domain.outcome import Accepted, Outcome, Refused, Unknown
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Outgoing
from tests.channels.forms import ACCOUNT, CALLER, LINE, MESSAGE, SERVICE
from tests.channels.standin import (
    Act,
    StandIn,
    accepts,
    answers,
    babbles,
    breaks_off,
    hangs_up,
    keeps_silent,
    refuses,
    resets,
    standing_in,
)

PUBLIC = "https://line.example.org"
OTHER = "+12135550101"


def outgoing(key: str = "m1", **changes: object) -> Outgoing:
    return Outgoing(**({"key": key, "to": PhoneNumber(CALLER), "body": "Hola ñ 😀 & +"} | changes))  # type: ignore[arg-type]


@contextmanager
def sending(*acts: Act, read_s: float = 20.0, most: int = 50) -> Iterator[tuple[TwilioSender, StandIn]]:
    with standing_in(*acts) as carrier:
        sender = TwilioSender(
            Wire(carrier.account, max_in_flight=most, connect_s=2.0, read_s=read_s), (LINE, SERVICE), PUBLIC
        )
        try:
            yield sender, carrier
        finally:
            sender.close()


def outcome(act: Act, read_s: float = 20.0) -> Outcome:
    """Send one text, and assert that it was posted exactly once."""
    with sending(act, read_s=read_s) as (sender, carrier):
        [result] = sender.send([outgoing()])
    assert [asked.method for asked in carrier.asked] == ["POST"]
    return result


def test_an_accepted_text_has_its_sid() -> None:
    assert outcome(accepts()) == Accepted(MESSAGE)
    assert outcome(accepts(status="sent")) == Accepted(MESSAGE, "sent")
    assert outcome(accepts(status="something new")) == Accepted(MESSAGE, "accepted")


def test_the_request_is_a_form_with_basic_authentication() -> None:
    with sending(accepts()) as (sender, carrier):
        sender.send([outgoing("d7.45", valid_s=600)])
    [asked] = carrier.asked
    assert asked.target == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert asked.headers["authorization"] == "Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ="
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.form == {
        "To": CALLER,
        "From": LINE,
        "Body": "Hola ñ 😀 & +",
        "StatusCallback": f"{PUBLIC}/twilio/status/message/d7.45#rc=3&rp=all",
        "ValidityPeriod": "600",
    }


def test_a_text_goes_out_from_the_sender_it_names() -> None:
    with sending(accepts()) as (sender, carrier):
        sender.send([outgoing(sender=SERVICE)])
        sender.send([outgoing(sender=OTHER)])
    service, number = (asked.form for asked in carrier.asked)
    assert (service.get("MessagingServiceSid"), service.get("From")) == (SERVICE, None)
    assert (number.get("MessagingServiceSid"), number.get("From")) == (None, OTHER)


def test_pictures_are_sent_with_or_without_words() -> None:
    with sending(accepts()) as (sender, carrier):
        sender.send([outgoing(body="", media=tuple(f"https://line.example.org/{i}" for i in range(12)))])
    assert carrier.asked[0].body.count(b"MediaUrl=") == 10
    assert "Body" not in carrier.asked[0].form


@pytest.mark.parametrize(("valid_s", "asked_for"), [(0, "1"), (99_999, "36000")])
def test_validity_stays_within_what_the_carrier_takes(valid_s: int, asked_for: str) -> None:
    with sending(accepts()) as (sender, carrier):
        sender.send([outgoing(valid_s=valid_s)])
    assert carrier.asked[0].form["ValidityPeriod"] == asked_for


def test_too_many_requests_are_a_refusal_with_the_time_to_wait() -> None:
    assert outcome(answers(429, {"code": 20429}, Retry_After="7")) == Refused(20429, "slow_down", 7.0)
    assert outcome(answers(429, b"busy", Retry_After="soon")) == Refused(20429, "slow_down", None)
    assert outcome(answers(429, b"", Retry_After="99999999")) == Refused(20429, "slow_down", 3600.0)


@pytest.mark.parametrize(
    ("code", "status", "reaction"),
    [
        (21610, 400, "opted_out"),
        (21211, 400, "bad_number"),
        (21606, 400, "stop_all"),
        (20003, 401, "stop_all"),
        (21611, 429, "hold"),
        (99999, 400, "permanent"),
        (99999, 403, "stop_all"),
    ],
)
def test_a_refusal_has_its_code_and_reaction(code: int, status: int, reaction: str) -> None:
    refused = outcome(refuses(code, status))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.reaction) == (code, reaction)


def test_a_refusal_that_is_no_json_goes_by_its_http_status() -> None:
    assert outcome(answers(403, b"<html>")) == Refused(403, "stop_all")
    assert outcome(answers(400, b'["code"]')) == Refused(400, "permanent")
    assert outcome(answers(400, {"code": "21610"})) == Refused(400, "permanent")


@pytest.mark.parametrize(
    "act",
    [
        resets,
        hangs_up,
        breaks_off,
        babbles,
        refuses(20500, 500),
        answers(503, b"<html>"),
        answers(201, b"not json"),
        answers(201, {"sid": None}),
        answers(201, {"status": "queued"}),
        answers(200, b""),
        answers(307, b"", Location="/elsewhere"),
    ],
)
def test_what_may_have_been_accepted_is_unknown_and_never_sent_again(act: Act) -> None:
    assert isinstance(outcome(act), Unknown)


def test_a_carrier_that_never_answers_leaves_an_unknown() -> None:
    assert isinstance(outcome(keeps_silent, read_s=0.2), Unknown)


def test_a_connection_closed_between_two_texts_does_not_send_the_second_twice() -> None:
    with sending(accepts(), hangs_up, accepts()) as (sender, carrier):
        assert sender.send([outgoing("m1")]) == [Accepted(MESSAGE)]
        [second] = sender.send([outgoing("m2")])
    assert isinstance(second, Unknown)
    assert len(carrier.asked) == 2


def test_a_refused_connection_was_never_sent_and_may_be_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        sender = TwilioSender(Wire(Account(ACCOUNT, "u", "p", f"http://127.0.0.1:{port}")), (LINE,), PUBLIC)
        assert sender.send([outgoing()]) == [Refused(0, "retry")]
        sender.close()


def test_an_address_that_is_none_is_a_refusal_and_no_exception() -> None:
    sender = TwilioSender(Wire(Account(ACCOUNT, "u", "p", "http://[")), (LINE,), PUBLIC)
    assert sender.send([outgoing()]) == [Refused(0, "retry")]
    sender.close()


def test_outcomes_come_in_the_order_of_the_batch() -> None:
    sids = [f"SM{i:032x}" for i in range(60)]

    def act(asked: object) -> Act:
        key = asked.form["StatusCallback"].split("/")[-1].split("#")[0]  # type: ignore[attr-defined]
        return refuses(21610) if key.endswith("0") else accepts(sids[int(key[1:])])

    with standing_in(act=act) as carrier:
        sender = TwilioSender(Wire(carrier.account, max_in_flight=8), (LINE,), PUBLIC)
        outcomes = sender.send([outgoing(f"m{i}") for i in range(60)])
        sender.close()
    expected = [Refused(21610, "opted_out") if i % 10 == 0 else Accepted(sids[i]) for i in range(60)]
    assert outcomes == expected
    assert len(carrier.asked) == 60


def test_several_threads_send_at_once() -> None:
    with sending(accepts()) as (sender, carrier):
        results: list[list[Outcome]] = []
        threads = [
            threading.Thread(target=lambda: results.append(sender.send([outgoing()] * 5))) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [[Accepted(MESSAGE)] * 5] * 6
    assert len(carrier.asked) == 30


def test_an_empty_batch_asks_nothing_and_a_sender_without_a_number_is_refused() -> None:
    wire = Wire(Account(ACCOUNT, "u", "p"))
    assert TwilioSender(wire, (LINE,), PUBLIC).send([]) == []
    with pytest.raises(ValueError, match="no number"):
        TwilioSender(wire, (), PUBLIC)


def test_a_text_that_is_no_unicode_is_still_sent_once() -> None:
    with sending(accepts()) as (sender, carrier):
        assert sender.send([outgoing(body="a\ud800b")]) == [Accepted(MESSAGE)]
    assert carrier.asked[0].form["Body"] == "a?b"
