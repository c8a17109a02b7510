"""Static answers in both languages."""

from hotline.channels.twilio.fallback import fallback_sms, fallback_voice
from hotline.flow.reply import Part
from tests.channels.judge import judged, messaging, voice

PARTS = (Part("es", "Llame al 2 1 3 & espere"), Part("en", "Call 2 1 3"))


def test_a_text_gets_one_message_a_language_and_asks_for_no_callback() -> None:
    read = judged(fallback_sms(PARTS), messaging())
    assert [(message.text, message.attrib) for message in read] == [
        ("Llame al 2 1 3 & espere", {}),
        ("Call 2 1 3", {}),
    ]


def test_a_call_hears_it_twice_and_ends() -> None:
    heard = judged(fallback_voice(PARTS), voice())
    assert [child.tag for child in heard] == ["Say", "Say", "Pause", "Say", "Say", "Hangup"]
    assert [say.get("language") for say in heard.iter("Say")] == ["es-MX", "en-US"] * 2


def test_with_nothing_to_say_the_answer_is_still_valid() -> None:
    assert len(judged(fallback_sms(()), messaging())) == 0
    assert judged(fallback_voice(()), voice())[-1].tag == "Hangup"
