"""Reports about messages, calls and recordings."""

import pytest

from hotline.channels.twilio.errors import Malformed, WrongAccount
from hotline.channels.twilio.form import Form
from hotline.channels.twilio.inbound import parse_call_status, parse_message_status, parse_recording_status
from hotline.channels.twilio.status import CallStatus, Receipt, RecordingStatus
from tests.channels.forms import ACCOUNT, CALL, CALLER, LINE, MESSAGE, RECORDING, call_form


def receipt_of(**changes: str) -> Receipt:
    usual = {
        "SmsSid": MESSAGE,
        "SmsStatus": "sent",
        "MessageStatus": "sent",
        "To": CALLER,
        "MessageSid": MESSAGE,
        "AccountSid": ACCOUNT,
        "From": LINE,
        "ApiVersion": "2010-04-01",
    }
    return parse_message_status(Form(list((usual | changes).items())), ACCOUNT)


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ("accepted", "accepted"),
        ("queued", "accepted"),
        ("sending", "accepted"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "failed"),
        ("something_new", "accepted"),
    ],
)
def test_a_receipt_has_our_word_for_the_state(told: str, ours: str) -> None:
    assert receipt_of(MessageStatus=told).status == ours


def test_a_receipt_has_the_older_parameter_where_the_newer_is_missing() -> None:
    assert receipt_of(MessageStatus="", SmsStatus="delivered") == Receipt(MESSAGE, "delivered", None)


@pytest.mark.parametrize(("told", "code"), [("30003", 30003), ("", None), ("0", None), ("none", None)])
def test_a_receipt_has_the_error_code_if_there_is_one(told: str, code: int | None) -> None:
    assert receipt_of(MessageStatus="undelivered", ErrorCode=told) == Receipt(MESSAGE, "undelivered", code)


def test_a_receipt_of_another_account_or_without_sid_is_turned_away() -> None:
    with pytest.raises(WrongAccount):
        receipt_of(AccountSid="AC" + "9" * 32)
    with pytest.raises(Malformed):
        receipt_of(MessageSid="")


def test_a_call_status_tells_whether_it_is_over() -> None:
    over = call_form(CallStatus="no-answer", CallDuration="0", SequenceNumber="3")
    assert parse_call_status(over, ACCOUNT) == CallStatus(CALL, "no-answer", True, 0, 3)
    going = call_form(CallStatus="ringing")
    assert parse_call_status(going, ACCOUNT) == CallStatus(CALL, "ringing", False, None, None)
    with pytest.raises(WrongAccount):
        parse_call_status(going, "AC" + "9" * 32)


def test_a_recording_can_be_fetched_when_it_is_completed() -> None:
    done = call_form(RecordingSid=RECORDING, RecordingStatus="completed", RecordingDuration="9")
    assert parse_recording_status(done, ACCOUNT) == RecordingStatus(RECORDING, CALL, True, 9)
    absent = call_form(RecordingSid=RECORDING, RecordingStatus="absent")
    assert parse_recording_status(absent, ACCOUNT) == RecordingStatus(RECORDING, CALL, False, None)
    with pytest.raises(Malformed):
        parse_recording_status(call_form(RecordingStatus="completed"), ACCOUNT)
