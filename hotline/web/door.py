"""Let only the carrier in: kind, signature, account; whoever else gets a status and no bytes."""

from dataclasses import dataclass
from typing import Final

from hotline.channels.twilio.errors import BadWebhook
from hotline.channels.twilio.form import Form, read_form
from hotline.channels.twilio.signature import Verifier
from hotline.web.request import Refused, WebhookRequest

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Door:
    """Checks requests of one account."""

    verifier: Verifier
    account_sid: str

    def admit(self, request: WebhookRequest) -> Form:
        """The form of a genuine webhook. Raises Refused."""
        if request.header(b"content-type").split(";", 1)[0].strip().lower() != FORM:
            raise Refused(415, "content type")
        try:
            pairs = read_form(request.body)
        except BadWebhook as fault:
            raise Refused(fault.status, type(fault).__name__) from None
        signature = request.header(b"x-twilio-signature")
        settings = request.header(b"x-twilio-webhooks-signature-settings")
        if not self.verifier.is_genuine(request.signed, pairs, signature, settings):
            raise Refused(403, "signature")
        return Form(pairs)
