"""Pictures are fetched from the carrier alone, with our secret or not at all."""

import pytest

from hotline.channels.twilio.records import TwilioRecords
from hotline.channels.twilio.wire import Wire
from hotline.domain.ports import CarrierUnreachable
from tests.channels.forms import MESSAGE
from tests.channels.standin import refuses, standing_in

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
