"""Placing a call: one POST, our number shown, never recorded."""

from hotline.channels.twilio.caller import TwilioCaller
from hotline.channels.twilio.wire import Wire
from hotline.domain.outcome import Accepted, Outcome, Refused, Unknown
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Ring
from tests.channels.forms import ACCOUNT, CALL, LINE
from tests.channels.standin import Act, Asked, accepts, refuses, resets, standing_in

RING = Ring(PhoneNumber("+12135550190"), "/twilio/voice/bridge/k7?n=0", "/twilio/status/call", timeout_s=25)


def rung(act: Act) -> tuple[Outcome, Asked]:
    with standing_in(act) as carrier:
        wire = Wire(carrier.account)
        outcome = TwilioCaller(wire, LINE, "https://line.example.org/").ring(RING)
        wire.close()
    [asked] = carrier.asked
    return outcome, asked


def test_a_call_is_placed_once_with_our_number() -> None:
    outcome, asked = rung(accepts(CALL))
    assert outcome == Accepted(CALL)
    assert asked.target == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert asked.form == {
        "To": "+12135550190",
        "From": LINE,
        "Url": "https://line.example.org/twilio/voice/bridge/k7?n=0",
        "Method": "POST",
        "StatusCallback": "https://line.example.org/twilio/status/call#rc=3&rp=all",
        "StatusCallbackMethod": "POST",
        "Timeout": "25",
    }


def test_a_call_can_be_refused_or_unknown() -> None:
    assert rung(refuses(21214))[0] == Refused(21214, "bad_number")
    assert isinstance(rung(resets)[0], Unknown)


def test_many_calls_are_placed_at_once_and_answered_in_order() -> None:
    path, news = "/twilio/voice/alert/d7.1?n=1", "/twilio/status/alert/d7.1?n=1"
    alert = Ring(RING.to, path, news, waits_for_machine=True)
    other = Ring(PhoneNumber("+12135550191"), path, news, waits_for_machine=True)

    def act(asked: Asked) -> Act:
        return refuses(13224) if asked.form["To"].endswith("191") else accepts(CALL)

    with standing_in(act=act) as carrier:
        wire = Wire(carrier.account)
        outcomes = TwilioCaller(wire, LINE, "https://line.example.org").ring_all([alert, other])
        assert TwilioCaller(wire, LINE, "https://line.example.org").ring_all([]) == []
        wire.close()
    assert outcomes == [Accepted(CALL), Refused(13224, "bad_number")]
    assert {asked.form["MachineDetection"] for asked in carrier.asked} == {"DetectMessageEnd"}
    assert {asked.form["Url"] for asked in carrier.asked} == {
        "https://line.example.org/twilio/voice/alert/d7.1?n=1"
    }
