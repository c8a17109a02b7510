"""The carrier's own tables of TwiML words against Twilio's library."""

import inspect
import re
from typing import Any

import pytest
from twilio.twiml import messaging_response, voice_response

from hotline.simulator.twiml.tables import MESSAGING, SSML, VOICE

# Twilio's own names of these parameters do not follow from the Python names.
_SPECIAL = {"from_": "from", "break_": "break"}
_CONTENT = {
    "self", "kwargs", "message", "words", "name", "number", "phone_number", "identity", "sip_url", "url_",
    "client_identity", "refer_sip", "sim_sid", "body", "priority_",
}  # fmt: skip


def camel(name: str) -> str:
    name = _SPECIAL.get(name, name).rstrip("_")
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def attributes(method: Any, content: set[str]) -> set[str]:
    names = inspect.signature(method).parameters
    return {camel(name) for name in names if name not in _CONTENT | content}


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        ("Say", set()), ("Play", {"url"}), ("Gather", set()), ("Dial", set()), ("Record", set()),
        ("Pause", set()), ("Redirect", {"url"}), ("Hangup", set()), ("Reject", set()), ("Enqueue", set()),
        ("Leave", set()), ("Sms", set()), ("Refer", set()),
    ],
)  # fmt: skip
def test_voice_verbs_have_exactly_the_attributes_of_the_library(tag: str, content: set[str]) -> None:
    method = getattr(voice_response.VoiceResponse, tag.lower())
    assert VOICE[tag].attributes == attributes(method, content)


@pytest.mark.parametrize("tag", ["Number", "Queue", "Client", "Conference", "Sip", "Application"])
def test_nouns_of_dial_have_exactly_the_attributes_of_the_library(tag: str) -> None:
    method = getattr(voice_response.Dial, tag.lower())
    content = {"application_sid"} if tag == "Application" else set()
    assert VOICE[tag].attributes == attributes(method, content)


def test_the_words_inside_say_are_those_of_the_library() -> None:
    known = {
        name.rstrip("_").replace("_", "-")
        for name, member in vars(voice_response.Say).items()
        if callable(member) and not name.startswith("_") and not name.startswith("ssml")
    }
    assert known == SSML


def test_gather_nests_what_the_library_nests() -> None:
    nested = {n.capitalize() for n in ("say", "play", "pause") if hasattr(voice_response.Gather, n)}
    assert VOICE["Gather"].children == nested


@pytest.mark.parametrize(("tag", "content"), [("Message", set()), ("Redirect", {"url"})])
def test_messaging_verbs_have_exactly_the_attributes_of_the_library(tag: str, content: set[str]) -> None:
    method = getattr(messaging_response.MessagingResponse, tag.lower())
    assert MESSAGING[tag].attributes == attributes(method, content)
