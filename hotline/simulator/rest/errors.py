"""Refusals in Twilio's words: `{"code", "message", "more_info", "status"}`.

https://www.twilio.com/docs/api/errors
"""

from typing import Any, Final

_CATALOGUE: Final[dict[int, tuple[int, str]]] = {
    20001: (400, "Invalid parameter: {}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20009: (409, "Cannot delete this resource before it is complete"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21203: (400, "International calling not enabled"),
    21205: (400, "Url is not a valid URL: {}"),
    21210: (400, "'From' phone number not verified: {}"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "Invalid From Number (caller ID): {}"),
    21213: (400, "'From' phone number required"),
    21214: (400, "'To' phone number cannot be reached: {}"),
    21215: (400, "Account not authorized to call {}"),
    21216: (400, "Account not allowed to call {}"),
    21217: (400, "Phone number does not appear to be valid: {}"),
    21218: (400, "Invalid ApplicationSid"),
    21219: (400, "'To' phone number not verified: the pretend carrier calls pretend numbers only"),
    21220: (400, "Invalid call state"),
    21266: (400, "'To' and 'From' number cannot be the same: {}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by {}"),
    21601: (400, "Phone number is not a valid SMS-capable inbound phone number: {}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number {} is not a valid, SMS-capable inbound phone number for your account.",
    ),
    21608: (400, "The number {} is unverified: the pretend carrier texts pretend numbers only"),
    21609: (400, "The StatusCallback URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number {} is not currently reachable via SMS"),
    21614: (400, "'To' number {} is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s)"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21701: (400, "The Messaging Service does not exist"),
    21703: (400, "The Messaging Service does not have a phone number available to send a message"),
    21705: (400, "The Messaging Service Sid {} is invalid"),
    30019: (400, "Content size exceeds carrier limit"),
    32018: (400, "The Twiml parameter is longer than 4000 characters"),
    35111: (400, "SendAt missing"),
    35114: (400, "SendAt time is outside of the allowed window"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
}


class RestError(Exception):
    """A request that Twilio refuses."""

    def __init__(self, code: int, about: str = "") -> None:
        self.code = code
        self.status, text = _CATALOGUE[code]
        self.message = text.replace("{}", about)
        super().__init__(f"{code} {self.message}")

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
