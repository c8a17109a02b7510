"""What arrives becomes an Inbound or is turned away; nothing else can happen."""

from functools import partial
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.channels.twilio.errors import BadWebhook, DoubledParameter, Malformed, WrongAccount
from hotline.channels.twilio.form import Form, read_form
from hotline.channels.twilio.inbound import parse_call, parse_sms
from hotline.domain.phone import PhoneNumber, parse_phone
from hotline.flow.inbound import Inbound
from hotline.flow.input import Arrived, DialEnded, Digits, HungUp, Input, Recording, Silence, Speech, Text
from tests.channels.forms import (
    ACCOUNT,
    CALL,
    CALLER,
    LINE,
    MESSAGE,
    RECORDING,
    SERVICE,
    call,
    call_form,
    message,
    message_form,
)


def text_of(form: Form, *, carrier_handles_words: bool = True, media_base: str = "") -> Text:
    inbound = parse_sms(form, ACCOUNT, carrier_handles_words=carrier_handles_words, media_base=media_base)
    assert isinstance(inbound.input, Text)
    return inbound.input


def event_of(n: int = 3, **changes: str) -> Input:
    return parse_call(call_form(**changes), n, ACCOUNT).input


def test_a_text_is_read() -> None:
    assert parse_sms(message_form(), ACCOUNT) == Inbound(
        "sms", MESSAGE, 0, PhoneNumber(CALLER), LINE, Text("Hola")
    )


def test_a_text_to_a_messaging_service_reached_the_service() -> None:
    assert parse_sms(message_form(MessagingServiceSid=SERVICE), ACCOUNT).to == SERVICE
    assert parse_sms(message_form(MessagingServiceSid=""), ACCOUNT).to == LINE


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "anonymous",
        "Anonymous",
        "unknown",
        "unavailable",
        "+266696687",
        "+7378742883",
        "+2562533",
        "+8656696",
        "+464",
        "55512",
        "HOTLINE",
        "+1800FLOWERS",
        "whatsapp:+12135550123",
        "client:+12135550123",
        "sip:+12135550123@example.org",
        "+12135550123;ext=1",
        " +12135550123",
        "+12135550123\n",
        "+٠١٢٣٤٥٦٧٨٩",
        "+1213555012",
        "+121355501234",
        "+" + "9" * 40,
    ],
)
def test_a_withheld_or_senseless_sender_is_no_contact(sender: str) -> None:
    assert parse_sms(message_form(From=sender), ACCOUNT).contact is None
    assert parse_call(call_form(From=sender), 0, ACCOUNT).contact is None


@given(st.from_regex(r"\+1[2-9][0-9]{2}55501[0-9]{2}", fullmatch=True))
def test_a_north_american_number_is_what_the_domain_makes_of_it(number: str) -> None:
    assert parse_sms(message_form(From=number), ACCOUNT).contact == parse_phone(number)


@pytest.mark.parametrize("parse", [lambda f: parse_sms(f, ACCOUNT), lambda f: parse_call(f, 0, ACCOUNT)])
def test_another_account_is_turned_away(parse: object) -> None:
    assert callable(parse)
    for account in ("AC" + "9" * 32, "", ACCOUNT.lower(), ACCOUNT + " "):
        with pytest.raises(WrongAccount):
            parse(message_form(AccountSid=account))


@pytest.mark.parametrize("sid", ["", "SM", "SM" + "g" * 32, MESSAGE + "0", MESSAGE + "\n", "SM" + "٠" * 32])
def test_a_request_without_a_sid_is_turned_away(sid: str) -> None:
    with pytest.raises(Malformed, match="MessageSid"):
        parse_sms(message_form(MessageSid=sid), ACCOUNT)
    with pytest.raises(Malformed, match="CallSid"):
        parse_call(call_form(CallSid=sid), 0, ACCOUNT)


def test_a_doubled_parameter_that_we_read_is_turned_away_and_others_are_not() -> None:
    with pytest.raises(DoubledParameter):
        parse_sms(Form([*message(), ("Body", "again")]), ACCOUNT)
    assert parse_sms(Form([*message(), ("ToCity", "again"), ("New", "1"), ("New", "2")]), ACCOUNT)


def test_a_body_loses_nul_and_what_is_beyond_1600_characters() -> None:
    assert text_of(message_form(Body="a\0b" + "ñ" * 10_000)).body == "ab" + "ñ" * 1598


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("STOP", "stop"),
        (" Stop\n", "stop"),
        ("cancel", "stop"),
        ("revoke", "stop"),
        ("UNSTOP", "start"),
        ("Yes", "start"),
        ("help", "help"),
        ("Info", "help"),
        ("STOP.", None),
        ("stop now", None),
        ("opt out", None),
        ("ALTO", None),
        ("ayuda", None),
        ("", None),
    ],
)
def test_the_carrier_answers_its_own_words_and_no_others(body: str, answer: str | None) -> None:
    assert text_of(message_form(Body=body)).carrier_answered == answer
    assert text_of(message_form(Body=body), carrier_handles_words=False).carrier_answered is None


@pytest.mark.parametrize(("told", "answer"), [("STOP", "stop"), ("START", "start"), ("HELP", "help")])
def test_what_the_carrier_says_it_answered_stands(told: str, answer: str) -> None:
    form = message_form(Body="alto", OptOutType=told)
    assert text_of(form, carrier_handles_words=False).carrier_answered == answer
    assert text_of(form).carrier_answered == answer


def test_pictures_come_from_https_or_from_the_base_we_were_told() -> None:
    form = message_form(
        NumMedia="5",
        MediaUrl0="https://api.twilio.com/a",
        MediaUrl1="http://127.0.0.1:8001/b",
        MediaUrl2="file:///etc/passwd",
        MediaUrl3="http://127.0.0.1:80010/c",
        MediaUrl4="HTTP://10.0.0.1/",
        MediaUrl5="https://beyond.the.count/",
    )
    assert text_of(form).media == ("https://api.twilio.com/a",)
    assert text_of(form, media_base="http://127.0.0.1:8001/").media == (
        "https://api.twilio.com/a",
        "http://127.0.0.1:8001/b",
    )


@pytest.mark.parametrize("count", ["", "-1", "two", "²", "999999999", "9" * 100])
def test_a_senseless_count_of_pictures_brings_at_most_ten(count: str) -> None:
    pictures = {f"MediaUrl{i}": f"https://api.twilio.com/{i}" for i in range(20)}
    assert len(text_of(message_form(NumMedia=count, **pictures)).media) in {0, 10}


def test_the_first_request_of_a_call_is_an_arrival() -> None:
    assert parse_call(call_form(CallStatus="ringing"), 0, ACCOUNT) == Inbound(
        "voice", CALL, 0, PhoneNumber(CALLER), LINE, Arrived()
    )
    assert event_of(0, Digits="1") == Arrived()


@pytest.mark.parametrize(
    ("parameters", "event"),
    [
        ({"Digits": "1"}, Digits("1")),
        ({"Digits": "90012", "FinishedOnKey": "#"}, Digits("90012")),
        ({"Digits": "#"}, Digits("#")),
        ({"Digits": "*", "SpeechResult": "uno"}, Digits("*")),
        ({"Digits": "", "SpeechResult": ""}, Silence()),
        ({"Digits": "hangup"}, Silence()),
        ({"Digits": "١"}, Silence()),
        ({"Digits": "1" * 33}, Silence()),
        ({}, Silence()),
        ({"SpeechResult": " reportar\0 ", "Confidence": "0.9"}, Speech("reportar")),
        ({"SpeechResult": "x" * 9000}, Speech("x" * 1600)),
        ({"RecordingSid": RECORDING, "RecordingDuration": "12"}, Recording(RECORDING, 12)),
        ({"RecordingSid": RECORDING, "RecordingDuration": "-3"}, Recording(RECORDING, 0)),
        ({"RecordingSid": RECORDING, "Digits": "#"}, Recording(RECORDING, 0)),
        ({"DialCallStatus": "no-answer"}, DialEnded(was_bridged=False)),
        ({"DialCallStatus": "completed"}, DialEnded(was_bridged=True)),
        ({"DialCallStatus": "answered"}, DialEnded(was_bridged=True)),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, DialEnded(was_bridged=False)),
        ({"DialCallStatus": "no-answer", "DialBridged": "true"}, DialEnded(was_bridged=True)),
        ({"CallStatus": "completed"}, HungUp()),
        ({"CallStatus": "canceled", "Digits": "1"}, HungUp()),
    ],
)
def test_a_later_request_tells_what_the_caller_did(parameters: dict[str, str], event: Input) -> None:
    assert event_of(3, **parameters) == event


def test_a_hang_up_while_recording_leaves_the_message() -> None:
    left = {
        "CallStatus": "completed",
        "RecordingSid": RECORDING,
        "RecordingDuration": "7",
        "Digits": "hangup",
    }
    assert event_of(5, **left) == Recording(RECORDING, 7)


def test_a_hang_up_after_a_talk_is_a_talk_and_while_ringing_a_hang_up() -> None:
    over = {"CallStatus": "completed", "DialCallStatus": "completed"}
    assert event_of(5, **over, DialBridged="true") == DialEnded(was_bridged=True)
    assert event_of(5, **over, DialBridged="false") == HungUp()


def test_a_recording_that_is_none_is_turned_away() -> None:
    with pytest.raises(Malformed):
        event_of(2, RecordingSid="../../etc")


names = st.sampled_from(
    [name for name, _ in message()]
    + [name for name, _ in call()]
    + ["Digits", "SpeechResult", "RecordingSid", "RecordingDuration", "DialCallStatus", "DialBridged"]
    + ["OptOutType", "MessagingServiceSid", "MediaUrl0", "MediaUrl1"]
)
anything = st.text(max_size=40) | st.sampled_from(
    ["\0", "x" * 10_000, "ñ😀" * 3000, "10", "completed", "true", RECORDING]
)
additions = st.lists(st.tuples(names | st.text(max_size=8), anything), max_size=8)


def body_of(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def read_text(body: bytes) -> Inbound | None:
    try:
        return parse_sms(Form(read_form(body)), ACCOUNT)
    except BadWebhook:
        return None


def read_event(n: int, body: bytes) -> Inbound | None:
    try:
        return parse_call(Form(read_form(body)), n, ACCOUNT)
    except BadWebhook:
        return None


@given(additions, st.integers(0, 400), st.booleans(), st.integers(0, 9))
def test_any_body_is_an_inbound_or_turned_away(
    more: list[tuple[str, str]], unknown: int, replaces: bool, n: int
) -> None:
    noise = [(f"New{i % 300}", "x") for i in range(unknown)]
    for usual, parse in ((message(), read_text), (call(), partial(read_event, n))):
        kept = list((dict(usual) | dict(more)).items()) if replaces else usual + more
        inbound = parse(body_of(kept + noise))
        if inbound is None:
            continue
        assert len(inbound.to) <= 64
        words = inbound.input.body if isinstance(inbound.input, Text) else ""
        assert len(words) <= 1600
        assert "\0" not in words + inbound.to
