"""What a contact reads: one message a wording, cut where it is too long, none where there is nothing."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given

from hotline.channels.twilio.markup import DocumentTooLong
from hotline.channels.twilio.sms import render_messages, render_sms, wordings_of
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Listen, Part, Reply, Tell
from tests.channels.judge import judged, messaging
from tests.channels.replies import replies as any_replies


def address(place: int) -> str:
    return f"https://line.example.org/twilio/status/message/m{place}?a=1&b=2"


def rendered(*replies: Reply) -> Element:
    return judged(render_sms(replies, address), messaging())


def told(*wordings: str) -> Tell:
    return Tell(tuple(Part("en", wording) for wording in wordings))


def test_nothing_to_say_is_an_empty_response() -> None:
    empty = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert render_sms([], address) == render_sms([Hold(3), told("", " \n")], address) == empty


def test_each_wording_is_a_message_with_its_own_address() -> None:
    part = Part("es", "¿Dónde & <cuándo>?")
    read = rendered(
        told("a"),
        Choose((part,), "1"),
        Listen((part,), "words"),
        Connect((part,), None, ""),
        Goodbye((part,)),
    )
    assert [message.text for message in read] == ["a", *["¿Dónde & <cuándo>?"] * 4]
    assert [message.attrib for message in read] == [
        {"action": address(i), "method": "POST"} for i in range(5)
    ]


def test_a_stored_answer_is_rendered_as_it_was() -> None:
    replies = (told("a", "b. " * 900),)
    assert render_messages(wordings_of(replies), address) == render_sms(replies, address)


def test_a_long_wording_is_cut_at_the_ends_of_sentences() -> None:
    bodies = wordings_of([told("Una frase. " * 200)])
    assert [len(body) <= 1600 and body.endswith(".") for body in bodies] == [True, True]
    assert " ".join(bodies) == ("Una frase. " * 200).strip()


def test_characters_that_count_double_are_counted_double() -> None:
    assert [len(body) for body in wordings_of([told("😀" * 1000)])] == [800, 200]


def test_more_than_ten_wordings_share_messages() -> None:
    bodies = wordings_of([told(*(f"wording {i}" for i in range(25)))])
    assert len(bodies) == 1
    assert bodies[0].split("\n\n") == [f"wording {i}" for i in range(25)]


def test_at_most_ten_messages_are_sent() -> None:
    assert len(wordings_of([told(*("x" * 1500 for _ in range(12)))])) == 10


@given(any_replies)
def test_every_answer_is_valid_and_within_the_limits(replies: Sequence[Reply]) -> None:
    bodies = wordings_of(replies)
    assert len(bodies) <= 10
    assert all(0 < len(body) <= 1600 for body in bodies)
    try:
        read = judged(render_sms(replies, address), messaging())
    except DocumentTooLong:
        pytest.fail("ten messages of 1,600 characters fit into a document")
    assert len(read) == len(bodies)
