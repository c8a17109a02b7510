"""Every answer of the carrier, and every request the tests make, against Twilio's own OpenAPI document."""

import base64
import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.exceptions import ValidationError

from tests.simulator.conftest import OPENAPI
from tests.simulator.world import LINE, LUPE, World, build, story

HOST = "https://api.twilio.com"


@lru_cache(maxsize=1)
def document() -> OpenAPI:
    """The parts of the document that concern us; the whole would take half a minute to check."""
    whole = json.loads(OPENAPI.read_text())
    wanted = ("/Messages", "/Calls.json", "/Calls/{Sid}.json", "/Recordings/{Sid}.json", "/Recordings.json")
    paths = {
        path: item
        for path, item in whole["paths"].items()
        if path.startswith("/2010-04-01/Accounts/{AccountSid}/")
        and path.removeprefix("/2010-04-01/Accounts/{AccountSid}").startswith(wanted)
    }
    return OpenAPI.from_dict({**whole, "paths": paths})


async def checked(world: World, method: str, path: str, form: dict[str, Any] | None = None) -> Any:
    """Make a request; its form and its answer must both satisfy the document."""
    where, _, query = path.partition("?")
    status, body = await world.rest(method, path, form)
    config = world.carrier.config
    secret = base64.b64encode(f"{config.account_sid}:{config.auth_token}".encode()).decode()
    request = MockRequest(
        HOST,
        method.lower(),
        f"/2010-04-01/Accounts/{config.account_sid}/{where}",
        args=dict(pair.split("=") for pair in query.split("&")) if query else {},
        headers={"Authorization": f"Basic {secret}"},
        data=urlencode(form or {}, doseq=True).encode() if method == "POST" else None,
        content_type="application/x-www-form-urlencoded",
    )
    document().validate_request(request)
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    response = MockResponse(data, status_code=status, content_type="application/json")
    document().validate_response(request, response)
    return body


@story
async def test_messages_and_media_have_twilios_shape() -> None:
    world = build()
    order = {"To": LUPE, "From": LINE, "Body": "Alerta", "StatusCallback": "http://127.0.0.1:8000/s"}
    message = await checked(world, "POST", "Messages.json", order)
    await world.text("hola", photos=(("image/jpeg", b"x"),))
    photo_sid = world.customer.forms("/twilio/sms")[0]["MessageSid"]
    await checked(world, "GET", f"Messages/{message['sid']}.json")
    page = await checked(world, "GET", "Messages.json?PageSize=1")
    assert page["next_page_uri"]
    media = await checked(world, "GET", f"Messages/{photo_sid}/Media.json?DateCreated=2026-11-21T00:00:00Z")
    medium = f"Messages/{photo_sid}/Media/{media['media_list'][0]['sid']}.json"
    await checked(world, "GET", medium)
    await checked(world, "DELETE", medium)
    await checked(world, "POST", f"Messages/{message['sid']}.json", {"Body": ""})


@story
async def test_calls_and_recordings_have_twilios_shape() -> None:
    world = build({"/voice": '<Record action="/done" timeout="2"/>', "/done": ""})
    order = {"To": LUPE, "From": LINE, "Url": "http://127.0.0.1:8000/voice", "Timeout": 20}
    call = await checked(world, "POST", "Calls.json", order)
    await world.clock.settle()
    leg = await world.pick_up(LUPE)
    await world.speak(leg, "hola")
    await checked(world, "POST", f"Calls/{call['sid']}.json", {"Status": "completed"})
    await world.clock.advance(5)
    await checked(world, "GET", f"Calls/{call['sid']}.json")
    await checked(world, "GET", "Calls.json?PageSize=5")
    recording = world.customer.forms("/done")[0]["RecordingSid"]
    await checked(world, "GET", f"Recordings/{recording}.json")
    await checked(world, "GET", "Recordings.json?PageSize=5")


def test_the_check_itself_notices_a_wrong_answer() -> None:
    account = "AC" + "5" * 32
    path = f"/2010-04-01/Accounts/{account}/Messages/SM{'1' * 32}.json"
    request = MockRequest(HOST, "get", path, headers={"Authorization": "Basic eDp5"})
    wrong = MockResponse(b'{"sid": "SM1", "status": "teleported"}', content_type="application/json")
    with pytest.raises(ValidationError):
        document().validate_response(request, wrong)
