"""Sends texts: sync and in batches outside, as many at once inside as the carrier takes."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus, urlencode

from hotline.channels.twilio.outcomes import outcome_of
from hotline.channels.twilio.rounds import Round
from hotline.channels.twilio.wire import Begin, Wire
from hotline.domain.outcome import Outcome
from hotline.domain.ports import Gate, Outgoing

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
        self._receipts = quote_plus(public_url.rstrip("/") + "/twilio/status/message/")
        self._url = wire.account.url("Messages.json")

    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> list[Outcome]:
        """Post each once; outcomes in order. An interruption cancels what is under way."""
        return self._wire.run(self._sent(batch, gate)) if batch else []

    def close(self) -> None:
        self._wire.close()

    async def _sent(self, batch: Sequence[Outgoing], gate: Gate | None) -> list[Outcome]:
        asked_at = asyncio.get_running_loop().time()

        async def ask(place: int, begins: Begin) -> Outcome:
            form = self._form(batch[place])
            return outcome_of(await self._wire.post_form(self._url, form, asked_at, begins))

        return await Round(len(batch), ask, gate).run(self._wire.at_once)

    def _form(self, outgoing: Outgoing) -> bytes:
        """What differs from text to text, and the rest, which is made once for a wording."""
        to, key = quote_plus(outgoing.to.e164), quote_plus(outgoing.key)
        rest = _rest_of_form(outgoing.sender or self._first, outgoing.body, outgoing.media)
        valid_s = outgoing.valid_s
        valid = "" if valid_s is None else f"&ValidityPeriod={min(max(1, valid_s), LONGEST_VALID_S)}"
        return f"To={to}&StatusCallback={self._receipts}{key}{_RETRIES_QUOTED}{rest}{valid}".encode()


_RETRIES_QUOTED: Final = quote_plus(RETRIES)


@lru_cache(maxsize=64)
def _rest_of_form(sender: str, body: str, media: tuple[str, ...]) -> str:
    """`SmartEncoded` never stands here: it would change words that were approved."""
    fields = [("MessagingServiceSid" if sender.startswith("MG") else "From", sender)]
    if body or not media:
        fields.append(("Body", body))
    fields += [("MediaUrl", address) for address in media[:MOST_MEDIA]]
    return "&" + urlencode(fields, errors="replace")
