"""The carrier's copies of messages, calls and recordings: read to reconcile, deleted to forget."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from heapq import merge
from typing import Any, Final
from urllib.parse import urlencode

from hotline.channels.twilio.fields import is_sid
from hotline.channels.twilio.outcomes import error_code, told_object
from hotline.channels.twilio.wire import Answer, Reached, Wire
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, CarrierUnreachable

PAGE_SIZE: Final = 200
LARGEST_PAGE: Final = 1000  # twilio.md 4
MOST_PAGES: Final = 100
_TOO_EARLY: Final = 20009  # https://www.twilio.com/docs/api/errors/20009: the message is not finished

# A call has neither words nor a code; a message that lacks them cannot be read.
_NO_WORDS: Final[dict[str, Any]] = {"body": "", "error_code": None}
_SAYS_NOTHING: Final[dict[str, dict[str, Any]]] = {"messages": {}, "calls": _NO_WORDS}


class TwilioRecords:
    """A `Records`. Every method raises CarrierUnreachable when the carrier gives no clear answer."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def messages_with(self, number: PhoneNumber) -> list[CarrierMessage]:
        """Every message from or to a number, newest first."""
        sent, received = self._listed(To=number.e164), self._listed(From=number.e164)
        return list(merge(received, sent, key=_created, reverse=True))

    def sent_to(self, number: PhoneNumber, since: datetime) -> list[CarrierMessage]:
        """What was sent to a number since then, newest first.

        Looked at by creation: the carrier's own date filter goes by the time of sending, and would
        hide what it still holds.
        """
        listed = self._listed(since, To=number.e164)
        return [m for m in listed if m.created_at >= since and m.direction.startswith("outbound")]

    def sent_since(self, since: datetime) -> list[CarrierMessage]:
        """What was sent to anybody since then, newest first, in the largest pages there are.

        Goes by the carrier's time of sending, so what it still holds is not in it: good for finding,
        never for calling a text absent.
        """
        query = urlencode({"DateSent>": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "PageSize": LARGEST_PAGE})
        listed = self._wire.run(self._collected(self._wire.account.url(f"Messages.json?{query}"), None))
        return [m for m in listed if m.created_at >= since and m.direction.startswith("outbound")]

    def message(self, sid: str) -> CarrierMessage | None:
        """One message, None when the carrier has none."""
        found = self._wire.run(self._told(self._url("Messages", sid)))
        return _message(found) if found else None

    def called(self, number: PhoneNumber, since: datetime) -> list[CarrierMessage]:
        """Calls that we placed to a number since then; both legs of a bridge are left out."""
        query = urlencode({"To": number.e164, "PageSize": PAGE_SIZE})
        url = self._wire.account.url(f"Calls.json?{query}")
        listed = self._wire.run(self._collected(url, since, "calls"))
        return [call for call in listed if call.created_at >= since and call.direction == "outbound-api"]

    def call(self, sid: str) -> CarrierMessage | None:
        """One call, None when the carrier has none."""
        found = self._wire.run(self._told(self._url("Calls", sid)))
        return _message(_NO_WORDS | dict(found)) if found else None

    def delete_message(self, sid: str) -> bool:
        """Delete a message, its pictures first; False when the carrier says: not yet."""
        return self._wire.run(self._delete_message(sid))

    def delete_recording(self, sid: str) -> bool:
        return self._wire.run(self._deleted(self._url("Recordings", sid)))

    def delete_call(self, sid: str) -> bool:
        return self._wire.run(self._deleted(self._url("Calls", sid)))

    def recording_audio(self, sid: str) -> bytes:
        """The audio as mp3; one that is not there (yet) is unreachable."""
        return _clear(self._wire.run(self._wire.get(self._url("Recordings", sid, ".mp3")))).body

    def picture(self, address: str) -> bytes:
        """What came with a message. Our secret goes to the carrier's own address and nowhere else."""
        if not address.startswith(self._wire.account.url("Messages/")) or ".." in address:
            raise CarrierUnreachable("the picture is not with the carrier")
        return _clear(self._wire.run(self._wire.get(address))).body

    def _url(self, kind: str, sid: str, ending: str = ".json") -> str:
        if not is_sid(sid):
            raise ValueError("not a sid")  # it becomes part of an address
        return self._wire.account.url(f"{kind}/{sid}{ending}")

    def _listed(self, since: datetime | None = None, **filters: str) -> list[CarrierMessage]:
        query = urlencode({**filters, "PageSize": PAGE_SIZE})
        return self._wire.run(self._collected(self._wire.account.url(f"Messages.json?{query}"), since))

    async def _collected(
        self, url: str, since: datetime | None, kind: str = "messages"
    ) -> list[CarrierMessage]:
        collected: list[CarrierMessage] = []
        async for page in self._pages(url):
            messages = [_message(_SAYS_NOTHING[kind] | dict(entry)) for entry in page.get(kind, ())]
            collected += messages
            if since and messages and all(message.created_at < since for message in messages):
                break
        return sorted(collected, key=_created, reverse=True)

    async def _pages(self, url: str) -> AsyncIterator[Mapping[str, Any]]:
        following: str | None = url
        for _ in range(MOST_PAGES):
            if not following:
                return
            page = await self._told(following)
            if page is None:
                return
            yield page
            following = self._following(page.get("next_page_uri"))

    def _following(self, page_uri: str | None) -> str | None:
        try:
            return self._wire.account.following(page_uri) if page_uri else None
        except ValueError as elsewhere:
            raise CarrierUnreachable(str(elsewhere)) from None

    async def _told(self, url: str) -> Mapping[str, Any] | None:
        """What stands there as JSON, None for 404."""
        reached = await self._wire.get(url)
        if isinstance(reached, Answer) and reached.status == 404:
            return None
        told = told_object(_clear(reached).body)
        if not told:
            raise CarrierUnreachable("an answer that is no JSON")
        return told

    async def _deleted(self, url: str) -> bool:
        """Deleted or gone: True; 20009: False."""
        reached = await self._wire.delete(url)
        if isinstance(reached, Answer) and reached.status == 404:
            return True
        if isinstance(reached, Answer) and error_code(reached) == _TOO_EARLY:
            return False
        _clear(reached)
        return True

    async def _delete_message(self, sid: str) -> bool:
        message = self._url("Messages", sid)
        media = await self._told(self._wire.account.url(f"Messages/{sid}/Media.json")) or {}
        for entry in media.get("media_list", ()):
            address = self._url(f"Messages/{sid}/Media", entry.get("sid"))
            if not await self._deleted(address):
                return False
        return await self._deleted(message)


def _clear(reached: Reached) -> Answer:
    """Raises CarrierUnreachable for anything but success."""
    if not isinstance(reached, Answer):
        raise CarrierUnreachable(reached.why)
    if not 200 <= reached.status < 300:
        raise CarrierUnreachable(f"HTTP {reached.status}, code {error_code(reached)}")
    return reached


def _message(entry: Mapping[str, Any]) -> CarrierMessage:
    try:
        return CarrierMessage(
            sid=entry["sid"],
            to=entry["to"] or "",
            sender=entry["from"] or entry.get("messaging_service_sid") or "",
            body=entry["body"] or "",
            status=entry["status"],
            error_code=entry["error_code"],
            created_at=parsedate_to_datetime(entry["date_created"]),
            direction=entry["direction"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CarrierUnreachable(f"a message that we cannot read: {type(error).__name__}") from None


def _created(message: CarrierMessage) -> datetime:
    return message.created_at
