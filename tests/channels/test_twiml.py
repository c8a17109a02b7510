"""What a caller hears: barge-in, silence that comes back, people who are rung, no way to be stuck."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given

from hotline.channels.twilio.markup import DocumentTooLong
from hotline.channels.twilio.twiml import (
    render_bridge,
    render_call,
    render_gather,
    render_hangup,
    render_whisper_accept,
    render_whisper_ring,
)
from hotline.domain.phone import PhoneNumber
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Leg, Listen, Part, Reply, Tell
from tests.channels.judge import judged, voice
from tests.channels.replies import replies as any_replies

BASE = "https://line.example.org/twilio"
TURN = f"{BASE}/voice/turn?n=4&a=b"
RECORDED = f"{BASE}/status/recording"
CALLER_ID = "+12135550100"
AGAIN = ("Redirect", TURN)
HOLA, HELLO = Part("es", "Hola & adiós"), Part("en", "Hello")
LEGS = (Leg("k7q2", PhoneNumber("+12135550190")), Leg("m3n4", PhoneNumber("+12135550191")))


def rendered(*replies: Reply, clips: dict[str, str] | None = None) -> Element:
    text = render_call(
        replies, TURN, CALLER_ID, lambda leg: f"{BASE}/voice/whisper/{leg}", RECORDED, (clips or {}).get
    )
    return judged(text, voice())


def verbs(element: Element) -> list[tuple[str, str]]:
    return [(child.tag, child.text or "") for child in element]


def test_each_language_has_its_voice() -> None:
    spoken = rendered(Goodbye((HOLA, HELLO)))
    assert verbs(spoken) == [("Say", "Hola & adiós"), ("Say", "Hello"), ("Hangup", "")]
    assert [say.attrib for say in spoken[:2]] == [
        {"voice": "Polly.Mia-Neural", "language": "es-MX"},
        {"voice": "Polly.Joanna-Neural", "language": "en-US"},
    ]


def test_a_clip_stands_for_its_wording_where_it_has_an_address() -> None:
    parts = (Part("es", "Hola", audio="hola"), Part("en", "Hello", audio="hello"))
    heard = rendered(Goodbye(parts), clips={"hola": "https://line.example.org/hola.mp3?a=1&b=2"})
    assert verbs(heard)[:2] == [("Play", "https://line.example.org/hola.mp3?a=1&b=2"), ("Say", "Hello")]


def test_a_menu_is_interrupted_by_its_key_also_during_what_is_told_before() -> None:
    heard = rendered(Tell((HOLA,)), Tell((HELLO,)), Choose((HELLO,), "12#", timeout_s=7))
    assert verbs(heard) == [("Gather", ""), AGAIN]
    assert verbs(heard[0]) == [("Say", "Hola & adiós"), ("Say", "Hello"), ("Say", "Hello")]
    assert heard[0].attrib == {
        "action": TURN,
        "method": "POST",
        "input": "dtmf",
        "numDigits": "1",
        "finishOnKey": "",
        "timeout": "7",
        "actionOnEmptyResult": "true",
    }


def test_speech_is_taken_only_where_the_menu_takes_it() -> None:
    gather = rendered(Choose((HOLA,), "1", takes_speech=True))[0]
    assert (gather.get("input"), gather.get("language")) == ("dtmf speech", "es-MX")
    assert rendered(Choose((), "1", takes_speech=True))[0].get("language") == "en-US"
    assert rendered(Choose((HOLA,), "1"))[0].get("language") is None


def test_several_digits_end_with_the_pound_key_and_one_does_not_need_it() -> None:
    zip_code = rendered(Tell((HELLO,)), Listen((HOLA,), "digits", digits=5))[0]
    assert (zip_code.get("numDigits"), zip_code.get("finishOnKey")) == ("5", "#")
    assert len(zip_code) == 2
    assert rendered(Listen((HOLA,), "digits"))[0].get("finishOnKey") == ""


def test_a_recording_begins_after_the_notice_and_a_silent_one_comes_back() -> None:
    heard = rendered(Tell((HELLO,)), Listen((HOLA,), "recording", seconds=120))
    assert verbs(heard) == [("Say", "Hello"), ("Say", "Hola & adiós"), ("Record", ""), AGAIN]
    assert heard[2].attrib == {
        "action": TURN,
        "method": "POST",
        "maxLength": "120",
        "playBeep": "true",
        "finishOnKey": "#",
        "timeout": "5",
        "recordingStatusCallback": RECORDED,
        "recordingStatusCallbackMethod": "POST",
    }


def test_people_are_rung_at_once_and_see_the_line_s_number() -> None:
    heard = rendered(Tell((HELLO,)), Connect((HOLA,), "es", "person", ring_s=25, legs=LEGS))
    assert verbs(heard)[:2] == [("Say", "Hello"), ("Say", "Hola & adiós")]
    dial = heard[2]
    assert dial.attrib == {"callerId": CALLER_ID, "timeout": "25", "action": TURN, "method": "POST"}
    assert [(n.text, n.get("url"), n.get("method")) for n in dial] == [
        ("+12135550190", f"{BASE}/voice/whisper/k7q2", "POST"),
        ("+12135550191", f"{BASE}/voice/whisper/m3n4", "POST"),
    ]


def test_at_most_ten_people_are_rung() -> None:
    legs = tuple(Leg(f"leg{i}", PhoneNumber(f"+121355501{i:02}")) for i in range(12))
    assert len(rendered(Connect((), None, "person", legs=legs))[0]) == 10


def test_with_nobody_to_ring_the_call_comes_back() -> None:
    assert verbs(rendered(Connect((HELLO,), "en", "person"))) == [("Say", "Hello"), AGAIN]


def test_a_hold_is_a_pause_that_comes_back() -> None:
    heard = rendered(Hold(0))
    assert verbs(heard) == [("Pause", ""), AGAIN]
    assert heard[0].get("length") == "1"


def test_what_is_only_told_comes_back_and_nothing_to_tell_hangs_up() -> None:
    assert verbs(rendered(Tell((HELLO,)))) == [("Say", "Hello"), AGAIN]
    assert verbs(rendered()) == [("Hangup", "")]


def test_a_long_wording_is_said_in_pieces_at_the_ends_of_sentences() -> None:
    wording = "Qué & dónde. " * 500
    says = rendered(Goodbye((Part("es", wording),)))[:-1]
    assert len(says) > 2
    assert all((say.text or "").endswith("dónde.") for say in says)
    assert all(len((say.text or "").replace("&", "&amp;")) <= 3000 for say in says)
    assert " ".join(say.text or "" for say in says) == wording.strip()


def test_what_xml_cannot_hold_is_left_out_and_an_empty_wording_is_not_said() -> None:
    assert verbs(rendered(Goodbye((Part("es", "a\0b\x1f\ufffe"), Part("en", " \x02"), Part("en", ""))))) == [
        ("Say", "ab"),
        ("Hangup", ""),
    ]


def test_a_document_the_carrier_would_refuse_is_an_error() -> None:
    with pytest.raises(DocumentTooLong, match="bytes"):
        rendered(Goodbye((Part("en", "word " * 13_000),)))


def test_a_dispatcher_takes_a_call_with_a_key_and_a_voicemail_box_does_not() -> None:
    ring = judged(render_whisper_ring((HELLO,), TURN), voice())
    assert verbs(ring) == [("Gather", ""), ("Hangup", "")]
    assert (ring[0].get("action"), ring[0].get("numDigits")) == (TURN, "1")
    assert "actionOnEmptyResult" not in ring[0].attrib
    assert verbs(judged(render_whisper_accept((HELLO,)), voice())) == [("Say", "Hello")]
    assert verbs(judged(render_hangup((HELLO,)), voice())) == [("Say", "Hello"), ("Hangup", "")]
    assert verbs(judged(render_hangup(), voice())) == [("Hangup", "")]


def test_a_call_back_asks_for_a_key_and_then_rings_the_contact() -> None:
    asked = judged(render_gather((HELLO,), "1", TURN), voice())
    assert verbs(asked) == [("Gather", ""), ("Hangup", "")]
    assert asked[0].get("finishOnKey") == "#"
    assert judged(render_gather((HELLO,), "1#", TURN), voice())[0].get("finishOnKey") == ""
    bridge = judged(render_bridge((HELLO,), PhoneNumber("+12135550123"), CALLER_ID, TURN), voice())
    assert [child.tag for child in bridge] == ["Say", "Dial"]
    assert bridge[1].get("callerId") == CALLER_ID
    assert [n.text for n in bridge[1]] == ["+12135550123"]


@given(any_replies)
def test_every_answer_is_valid_and_never_leaves_the_caller_nowhere(replies: Sequence[Reply]) -> None:
    try:
        text = render_call(
            replies, TURN, CALLER_ID, lambda leg: f"{BASE}/{leg}", RECORDED, {"clip": f"{BASE}/c"}.get
        )
    except DocumentTooLong:
        assert sum(len(p.wording) for r in replies if not isinstance(r, Hold) for p in r.parts) > 15_000
        return
    heard = judged(text, voice())
    assert heard[-1].tag in {"Redirect", "Hangup", "Dial"}
    assert "record=" not in text
    assert all(0 < len(say.text or "") <= 3000 for say in heard.iter("Say"))
