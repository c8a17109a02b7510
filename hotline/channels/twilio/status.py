"""The carrier's reports: what became of a message, a call, a recording."""

from dataclasses import dataclass
from typing import Final

from hotline.channels.twilio.fields import ENDED, require_account, sid_of, whole_number
from hotline.channels.twilio.form import Form
from hotline.domain.delivery import CARRIER_STATUSES, DeliveryStatus


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: its sid, our word for its state, the carrier's error code."""

    sid: str
    status: DeliveryStatus
    code: int | None


@dataclass(frozen=True, slots=True)
class CallStatus:
    """Where a call stands. `sequence` orders reports of one call; every number may be missing.

    `answered_by` is the carrier's word for who picked up, empty when it did not look.
    """

    sid: str
    status: str
    is_over: bool
    duration_s: int | None
    sequence: int | None
    answered_by: str = ""
    code: int | None = None
    sip_code: int | None = None


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """Where a recording stands: `is_ready` when its audio can be fetched."""

    sid: str
    call_sid: str
    is_ready: bool
    duration_s: int | None


# A state that we have no word for is still a report about a message that the carrier has.
_AT_LEAST: Final[DeliveryStatus] = "accepted"


def parse_message_status(form: Form, account_sid: str) -> Receipt:
    """Read a message status callback. Raises BadWebhook."""
    require_account(form, account_sid)
    status = CARRIER_STATUSES.get(form.get("MessageStatus") or form.get("SmsStatus"), _AT_LEAST)
    return Receipt(sid_of(form, "MessageSid"), status, whole_number(form, "ErrorCode") or None)


def parse_call_status(form: Form, account_sid: str) -> CallStatus:
    """Read a call status callback. Raises BadWebhook."""
    require_account(form, account_sid)
    status = form.get("CallStatus")
    return CallStatus(
        sid_of(form, "CallSid"),
        status,
        status in ENDED,
        whole_number(form, "CallDuration"),
        whole_number(form, "SequenceNumber"),
        form.get("AnsweredBy"),
        whole_number(form, "ErrorCode") or None,
        whole_number(form, "SipResponseCode") or None,
    )


def parse_recording_status(form: Form, account_sid: str) -> RecordingStatus:
    """Read a recording status callback. Raises BadWebhook."""
    require_account(form, account_sid)
    return RecordingStatus(
        sid_of(form, "RecordingSid"),
        sid_of(form, "CallSid"),
        form.get("RecordingStatus") == "completed",
        whole_number(form, "RecordingDuration"),
    )
