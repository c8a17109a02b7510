"""Forms as Twilio sends them, with every parameter that comes along."""

from hotline.channels.twilio.form import Form, Pair

ACCOUNT = "AC" + "0" * 31 + "1"
MESSAGE = "SM" + "0" * 31 + "2"
CALL = "CA" + "0" * 31 + "3"
RECORDING = "RE" + "0" * 31 + "4"
SERVICE = "MG" + "0" * 31 + "5"
CALLER, LINE = "+12135550123", "+12135550100"


def message(**changes: str) -> list[Pair]:
    """A text, as twilio.com/docs/messaging/guides/webhook-request lists it."""
    usual = {
        "ToCountry": "US",
        "ToState": "CA",
        "SmsMessageSid": MESSAGE,
        "NumMedia": "0",
        "ToCity": "LOS ANGELES",
        "FromZip": "90012",
        "SmsSid": MESSAGE,
        "FromState": "CA",
        "SmsStatus": "received",
        "FromCity": "LOS ANGELES",
        "Body": "Hola",
        "FromCountry": "US",
        "To": LINE,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": MESSAGE,
        "AccountSid": ACCOUNT,
        "From": CALLER,
        "ApiVersion": "2010-04-01",
    }
    return list((usual | changes).items())


def call(**changes: str) -> list[Pair]:
    """A request of a call, as twilio.com/docs/voice/twiml lists it."""
    usual = {
        "CallSid": CALL,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "From": CALLER,
        "Caller": CALLER,
        "To": LINE,
        "Called": LINE,
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "CallerCity": "LOS ANGELES",
        "StirVerstat": "TN-Validation-Passed-A",
    }
    return list((usual | changes).items())


def message_form(**changes: str) -> Form:
    return Form(message(**changes))


def call_form(**changes: str) -> Form:
    return Form(call(**changes))
