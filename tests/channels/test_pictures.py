"""Pictures are fetched from the carrier alone, with our secret or not at all."""

import base64

import pytest

from hotline.channels.twilio.account import Account
from hotline.channels.twilio.records import TwilioRecords
from hotline.channels.twilio.wire import Wire
from hotline.domain.ports import CarrierUnreachable
from hotline.simulator.app import create_app
from hotline.simulator.client import CarrierClient
from hotline.simulator.config import Config
from tests.channels.forms import MESSAGE
from tests.channels.standin import answers, refuses, standing_in
from tests.simulator.servers import Form, customer, free_port, served, wait_until
from tests.simulator.world import LUPE

PICTURE = "ME" + "0" * 31 + "7"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/picture",
        "https://api.twilio.com.example.org/picture",
        "{own}../../Calls.json",
        "",
    ],
)
def test_our_secret_goes_nowhere_else(elsewhere: str) -> None:
    with standing_in() as carrier:
        wire = Wire(carrier.account)
        own = wire.account.url("Messages/")
        with pytest.raises(CarrierUnreachable):
            TwilioRecords(wire).picture(elsewhere.replace("{own}", own))
        wire.close()
        assert not carrier.asked


def test_a_picture_that_is_gone_is_not_shown() -> None:
    with standing_in(refuses(20404, 404)) as carrier:
        wire = Wire(carrier.account)
        with pytest.raises(CarrierUnreachable):
            TwilioRecords(wire).picture(wire.account.url(f"Messages/{MESSAGE}/Media/{PICTURE}"))
        wire.close()
        [asked] = carrier.asked
        assert asked.target.endswith(f"/Messages/{MESSAGE}/Media/{PICTURE}")


def test_the_server_that_we_are_led_to_does_not_see_our_secret() -> None:
    """Twilio leads on to a store of files elsewhere: https://help.twilio.com/articles/223183748"""
    with standing_in(answers(200, b"the picture")) as store:
        there = f"http://127.0.0.1:{store.port}/a-file?signed=1"
        with standing_in(answers(307, Location=there)) as carrier:
            wire = Wire(carrier.account)
            picture = TwilioRecords(wire).picture(wire.account.url(f"Messages/{MESSAGE}/Media/{PICTURE}"))
            wire.close()
    assert picture == b"the picture"
    assert carrier.asked[0].headers["authorization"].startswith("Basic ")
    [asked] = store.asked
    assert asked.target == "/a-file?signed=1"
    assert "authorization" not in asked.headers


def test_a_picture_from_a_pretend_phone_is_fetched_and_goes_with_its_message() -> None:
    seen: list[tuple[str, Form]] = []
    port = free_port()
    with served(customer(lambda path, form: "", seen), free_port()) as hotline:
        config = Config(hotline_url=hotline, url=f"http://127.0.0.1:{port}")
        with served(create_app(config), port) as address:
            content = b"\xff\xd8\xff\xe0 a picture"
            CarrierClient(address).photo(LUPE, base64.b64encode(content).decode())
            wait_until(lambda: seen)
            [(_, form)] = seen
            wire = Wire(Account(config.account_sid, config.account_sid, config.auth_token, address))
            records = TwilioRecords(wire)
            assert records.picture(form["MediaUrl0"]) == content
            assert records.delete_message(form["MessageSid"])
            with pytest.raises(CarrierUnreachable):
                records.picture(form["MediaUrl0"])
            wire.close()
