"""Every request we make is one that Twilio's own document describes."""

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest

from hotline.channels.twilio.caller import TwilioCaller
from hotline.channels.twilio.records import TwilioRecords
from hotline.channels.twilio.sender import TwilioSender
from hotline.channels.twilio.wire import Wire
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Outgoing, Ring
from tests.channels.document import DOCUMENT
from tests.channels.forms import CALL, CALLER, LINE, MESSAGE, RECORDING, SERVICE
from tests.channels.standin import Act, Asked, answers, standing_in

PUBLIC = "https://line.example.org"
ROOT = "/2010-04-01/Accounts/{AccountSid}"
PATHS = {
    f"{ROOT}/{path}.json": path
    for path in (
        "Messages",
        "Messages/{Sid}",
        "Messages/{MessageSid}/Media",
        "Messages/{MessageSid}/Media/{Sid}",
        "Calls",
        "Calls/{Sid}",
        "Recordings/{Sid}",
    )
}


@cache
def document() -> tuple[OpenAPI, dict[str, Any]]:
    """Twilio's document, only the paths that we use: the whole is slow to read."""
    whole = json.loads(DOCUMENT.read_text())
    whole["paths"] = {path: whole["paths"][path] for path in PATHS}
    return OpenAPI.from_dict(whole), whole["paths"]


def everything(_: Asked) -> Act:
    return answers(200, {"messages": [], "media_list": [{"sid": "ME" + "1" * 32}], "next_page_uri": None})


@pytest.fixture(scope="module")
def requests() -> list[Asked]:
    """Do once everything that asks the carrier for something."""
    person = PhoneNumber(CALLER)
    with standing_in(act=everything) as carrier:
        wire = Wire(carrier.account)
        sender = TwilioSender(wire, (LINE,), PUBLIC)
        pictures = ("https://line.example.org/a", "https://line.example.org/b")
        sender.send([Outgoing("m1", person, "Hola")])
        sender.send([Outgoing("d1.2", person, "", SERVICE, 600, pictures)])
        TwilioCaller(wire, LINE, PUBLIC).ring(Ring(person, "/twilio/voice/x?n=0", "/twilio/status/call"))
        records = TwilioRecords(wire)
        records.messages_with(person)
        records.delete_message(MESSAGE)
        records.delete_recording(RECORDING)
        records.delete_call(CALL)
        wire.close()
    return carrier.asked


def as_request(asked: Asked) -> MockRequest:
    target = urlsplit(asked.target)
    return MockRequest(
        "https://api.twilio.com",
        asked.method.lower(),
        target.path,
        args={name: values[0] for name, values in parse_qs(target.query).items()},
        headers=dict(asked.headers),
        data=asked.body or None,
        content_type=asked.headers.get("content-type", ""),
    )


def test_every_request_is_valid(requests: list[Asked]) -> None:
    assert {asked.method for asked in requests} == {"GET", "POST", "DELETE"}
    for asked in requests:
        document()[0].validate_request(as_request(asked))


def test_a_request_with_a_wrong_value_is_not_valid(requests: list[Asked]) -> None:
    posted = next(asked for asked in requests if asked.method == "POST")
    wrong = Asked("POST", posted.target, posted.headers, posted.body + b"&ValidityPeriod=soon")
    with pytest.raises(OpenAPIError):
        document()[0].validate_request(as_request(wrong))


@pytest.mark.parametrize("resource", ["Messages", "Calls"])
def test_every_field_that_we_post_is_known_to_the_carrier(resource: str, requests: list[Asked]) -> None:
    operation = document()[1][f"{ROOT}/{resource}.json"]["post"]
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    posted = [a for a in requests if a.method == "POST" and a.target.endswith(f"/{resource}.json")]
    assert posted
    for asked in posted:
        assert set(asked.form) <= set(schema["properties"])
        assert set(schema.get("required", ())) <= set(asked.form)


def test_every_query_parameter_is_known_to_the_carrier(requests: list[Asked]) -> None:
    known = {parameter["name"] for parameter in document()[1][f"{ROOT}/Messages.json"]["get"]["parameters"]}
    listed = [asked for asked in requests if asked.method == "GET" and "?" in asked.target]
    assert listed
    for asked in listed:
        assert set(parse_qs(urlsplit(asked.target).query)) <= known
