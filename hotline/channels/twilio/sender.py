"""Sends texts: sync and in batches outside, as many at once inside as the carrier takes."""

import asyncio
from collections.abc import Sequence
from typing import Final

from hotline.channels.twilio.outcomes import outcome_of
from hotline.channels.twilio.wire import Wire
from hotline.domain.outcome import Outcome, Unknown
from hotline.domain.ports import Outgoing

LONGEST_VALID_S: Final = 36_000
MOST_MEDIA: Final = 10

# Three more tries on any failure; by default only a failed connection is tried again.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
RETRIES: Final = "#rc=3&rp=all"


class TwilioSender:
    """A `Sender`. `senders` are our numbers and messaging services; the first is the usual one.

    `public_url` is where receipts come back to.
    """

    def __init__(self, wire: Wire, senders: Sequence[str], public_url: str) -> None:
        if not senders:
            raise ValueError("no number and no messaging service to send from")
        self._wire = wire
        self._first = senders[0]
        self._receipts = public_url.rstrip("/") + "/twilio/status/message/"
        self._url = wire.account.url("Messages.json")

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Post each once; outcomes in order. An interruption cancels what is under way."""
        return self._wire.run(self._sent(batch)) if batch else []

    def close(self) -> None:
        self._wire.close()

    async def _sent(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        outcomes = await asyncio.gather(*map(self._send, batch), return_exceptions=True)
        return [_certain(outcome) for outcome in outcomes]

    async def _send(self, outgoing: Outgoing) -> Outcome:
        return outcome_of(await self._wire.post(self._url, self._fields(outgoing)))

    def _fields(self, outgoing: Outgoing) -> list[tuple[str, str]]:
        """The form. `SmartEncoded` never stands here: it would change words that were approved."""
        sender = outgoing.sender or self._first
        fields = [
            ("To", outgoing.to.e164),
            ("MessagingServiceSid" if sender.startswith("MG") else "From", sender),
            ("StatusCallback", f"{self._receipts}{outgoing.key}{RETRIES}"),
        ]
        if outgoing.body or not outgoing.media:
            fields.append(("Body", outgoing.body))
        if outgoing.valid_s is not None:
            fields.append(("ValidityPeriod", str(min(max(1, outgoing.valid_s), LONGEST_VALID_S))))
        return fields + [("MediaUrl", address) for address in outgoing.media[:MOST_MEDIA]]


def _certain(outcome: Outcome | BaseException) -> Outcome:
    return Unknown(type(outcome).__name__) if isinstance(outcome, BaseException) else outcome
