"""What the carrier refuses to read, and with which code."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.simulator.transport import Answer
from hotline.simulator.twiml.parse import TwimlError, read_messaging, read_voice


def voice(inside: str) -> Answer:
    return Answer(200, "text/xml", f"<Response>{inside}</Response>".encode())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, "", b"<Response/>"), 12300),
        (Answer(200, "text/html", b"<Response/>"), 12300),
        (Answer(200, "application/json", b"{}"), 12300),
        (Answer(200, "text/xml", b" <?xml version='1.0'?><Response/>"), 12100),
        (Answer(200, "text/xml", b""), 12100),
        (Answer(200, "text/xml", b"<Response><Say>x</Response>"), 12100),
        (Answer(200, "text/xml", b"<!DOCTYPE a><Response/>"), 12100),
        (Answer(200, "text/xml", b"<Answer/>"), 12200),
        (Answer(200, "text/xml", b"<Response>" + b" " * 65_536 + b"</Response>"), 11750),
        (voice("<say>small letters</say>"), 12200),
        (voice("<Speak>hello</Speak>"), 12200),
        (voice("<Say tone='x'>hello</Say>"), 12200),
        (voice("words"), 12200),
        (voice("<Gather><Record/></Gather>"), 13320),
        (voice("<Gather><Gather/></Gather>"), 13320),
        (voice("<Gather numDigits='0'/>"), 12200),
        (voice("<Gather input='voice'/>"), 12200),
        (voice("<Pause length='-1'/>"), 12200),
        (voice("<Redirect method='PUT'>/x</Redirect>"), 12200),
        (voice("<Dial><Say>x</Say></Dial>"), 12200),
        (voice("<Say></Say>"), 13520),
        (voice(f"<Say>{'a' * 4097}</Say>"), 13520),
        (voice("<Say voice='Polly.Mia' language='en-US'>Hello</Say>"), 13512),
        (voice("<Message>hola</Message>"), 12200),
    ],
)
def test_a_voice_document_that_twilio_refuses_is_refused_with_its_code(answer: Answer, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        read_voice(answer)
    assert refused.value.code == code


def test_a_voice_document_keeps_order_attributes_and_nested_words() -> None:
    verbs = read_voice(
        voice(
            '<Gather action="/t?n=1&amp;x=2" numDigits="1"><Say voice="Polly.Mia-Neural" language="es-MX">'
            'Marque <say-as interpret-as="digits">911</say-as> ya</Say><Pause/></Gather><Hangup/>'
        )
    )
    assert [verb.tag for verb in verbs] == ["Gather", "Hangup"]
    assert verbs[0].get("action") == "/t?n=1&x=2"
    assert [child.tag for child in verbs[0].children] == ["Say", "Pause"]
    assert verbs[0].children[0].text == "Marque 911 ya"


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (Answer(204, "", b""), []),
        (Answer(200, "text/xml", b"<Response/>"), []),
        (Answer(200, "text/plain", "Sí".encode()), ["Sí"]),
        (Answer(200, "text/xml", b"<Response><Message>a\nb</Message></Response>"), ["a\nb"]),
        (Answer(200, "application/xml", b"<Response><Message>a</Message><Message/></Response>"), ["a", ""]),
    ],
)  # fmt: skip
def test_messaging_answers_may_be_empty_plain_or_twiml(answer: Answer, texts: list[str]) -> None:
    assert [verb.text for verb in read_messaging(answer)] == texts


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_never_a_crash(body: bytes) -> None:
    with contextlib.suppress(TwimlError):
        assert isinstance(read_voice(Answer(200, "text/xml", body)), tuple)
